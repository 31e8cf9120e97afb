"""Images and windows a second: the whole stage beside the bare network on ready batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from benchmarks.embedding import Workload, workload
from benchmarks.rows import Row, compared
from benchmarks.timing import cost_of, median_seconds, take_turns
from stages.embedding.preparing import prepare

BUDGET = 80.0
GOAL = 0.85
AGAINST = (
    ("bare", "the network alone, batches ready, one after another on all cores", GOAL),
    ("side_by_side", "the same batches side by side, a core each, as the stage does it", None),
)
NETWORKS = (
    ("timm", "mobilenetv2_100.ra_in1k", "images"),
    ("efficientat", "mn04", "windows"),
    ("yamnet", "yamnet", "windows"),
)


@dataclass(frozen=True)
class Size:
    networks: Sequence[tuple[str, str, str]] = NETWORKS
    trailers: int = 6


def rows(folder: Path, budget: float, size: Size | None = None) -> Iterator[Row]:
    """Two rows a network, of sound three, weights at random; by the clock: cores read while others
    compute."""
    size = size or Size()
    for family, model, unit in size.networks:
        with workload(family, model, size.trailers) as work:
            costs = take_turns(work.ways.by_name(), budget / len(size.networks))
            where = _profile(work)
        pairs = [("stage", "whole stage", *against) for against in AGAINST]
        if "kept" in costs:
            pairs.append(("kept", "sound kept decoded (SOUND_CACHE_GB)", *AGAINST[0]))
        for ours, what, way, against, goal in pairs:
            row = compared(
                case="embedding",
                what=f"{family} {model}, {what}",
                input=f"{work.items} {unit} of {size.trailers} trailers",
                against=against,
                ours=costs[ours],
                theirs=costs[way],
                by="wall",
                goal=goal,
                facts={f"{unit}_per_second": work.items / median_seconds(costs[ours], "wall")},
            )
            yield replace(row, note=where) if row.met is False else row


def _profile(work: Workload) -> str:
    """What a trailer takes of a core, by part."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        read = cost_of(lambda: [prepare(work.backbone, job) for job in work.todo]).wall
        computed = cost_of(
            lambda: [work.backbone.embed_items(items) for items in work.batches]
        ).wall
    finally:
        torch.set_num_threads(threads)
    return (
        f"a trailer takes {computed / len(work.todo):.2f} s of a core in the network and "
        f"{read / len(work.todo):.2f} s in reading, decoding and resampling, beside which no core "
        "has time to spare"
    )

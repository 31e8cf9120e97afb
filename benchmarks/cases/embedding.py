"""Images and windows a second: the whole stage beside the bare network on ready batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.embedding import ready
from benchmarks.rows import Row, compared
from benchmarks.timing import median_seconds, take_turns

BUDGET = 80.0
GOAL = 0.85
AGAINST = (
    ("bare", "the network alone, batches ready, one after another on all cores", GOAL),
    ("side_by_side", "the same batches side by side, a core each, as the stage does it", None),
)
NETWORKS = (("timm", "mobilenetv2_100.ra_in1k", "images"), ("efficientat", "mn04", "windows"))


@dataclass(frozen=True)
class Size:
    networks: Sequence[tuple[str, str, str]] = NETWORKS
    trailers: int = 6


def rows(folder: Path, budget: float, size: Size | None = None) -> Iterator[Row]:
    """Two rows a network, weights at random; by the clock: reading runs beside computing."""
    size = size or Size()
    for family, model, unit in size.networks:
        with ready(family, model, size.trailers) as made:
            costs = take_turns(vars(made.ways), budget / len(size.networks))
        for way, against, goal in AGAINST:
            yield compared(
                case="embedding",
                what=f"{family} {model}, whole stage",
                input=f"{made.items} {unit} of {size.trailers} trailers",
                against=against,
                ours=costs["stage"],
                theirs=costs[way],
                by="wall",
                goal=goal,
                facts={f"{unit}_per_second": made.items / median_seconds(costs["stage"], "wall")},
            )

"""Images and windows a second: the whole stage beside the bare network on ready batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.embedding import ready
from benchmarks.rows import Row, compared
from benchmarks.timing import median_seconds, take_turns

BUDGET = 80.0
GOAL = 0.85
NETWORKS = (("timm", "mobilenetv2_100.ra_in1k", "images"), ("efficientat", "mn04", "windows"))


@dataclass(frozen=True)
class Size:
    networks: Sequence[tuple[str, str, str]] = NETWORKS
    trailers: int = 6


def rows(folder: Path, budget: float, size: Size | None = None) -> Iterator[Row]:
    """A row a network, weights at random; by the clock, since reading runs beside computing."""
    size = size or Size()
    for family, model, unit in size.networks:
        with ready(family, model, size.trailers) as made:
            ways = {"stage": made.stage, "bare": made.bare}
            costs = take_turns(ways, budget / len(size.networks))
        yield compared(
            case="embedding",
            what=f"{family} {model}, whole stage",
            input=f"{made.items} {unit} of {size.trailers} trailers",
            against="the network alone, batches ready",
            ours=costs["stage"],
            theirs=costs["bare"],
            by="wall",
            goal=GOAL,
            facts={f"{unit}_per_second": made.items / median_seconds(costs["stage"], "wall")},
        )

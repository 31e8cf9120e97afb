"""The paired bootstrap of the judges beside a plain loop over scikit-learn's average precision."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score

from benchmarks.rows import Row, compared
from benchmarks.timing import Cost, take_turns
from stages.scoring.bootstrap import bootstrap_macro_average_precision, resampling_counts

BUDGET = 40.0
GOAL = 50.0
TOLERANCE = 1e-9  # of a macro AP
SEED = 0


@dataclass(frozen=True)
class Size:
    approaches: int = 25
    films: int = 240
    genres: int = 10
    resamples: int = 10_000
    loop_resamples: int = 20  # of the loop, which takes half an hour for all of them


def rows(folder: Path, budget: float, size: Size | None = None) -> Iterator[Row]:
    """All resamples by ours; a part of them, the first, by the loop, its time scaled up."""
    size = size or Size()
    rng = np.random.default_rng(SEED)
    y_true = rng.random((size.films, size.genres)) < 0.3
    y_scores = rng.random((size.approaches, size.films, size.genres)) + 0.3 * y_true
    first = next(resampling_counts(size.films, size.resamples, SEED)).astype(int)
    draws = [np.repeat(np.arange(size.films), first[:, n]) for n in range(size.loop_resamples)]
    ours: list[np.ndarray] = []
    loops: list[np.ndarray] = []

    def batched() -> None:
        found = bootstrap_macro_average_precision(y_true, y_scores, size.resamples, SEED)
        ours.append(found.values)

    def loop() -> None:
        loops.append(np.array([[_macro(y_true[d], score[d]) for score in y_scores] for d in draws]))

    costs = take_turns({"ours": batched, "loop": loop}, budget)
    scale = size.resamples / size.loop_resamples
    scaled = [Cost(cost.wall * scale, cost.cpu * scale) for cost in costs["loop"]]
    apart = float(np.abs(ours[0][: len(draws)] - loops[0]).max())
    if apart > TOLERANCE:
        raise ArithmeticError(f"the two differ by {apart:.1e}")
    yield compared(
        case="judging",
        what=f"{size.resamples:,} paired resamples of macro AP",
        input=f"{size.approaches} approaches, {size.films} films, {size.genres} genres",
        against="a loop over scikit-learn's average_precision_score",
        ours=costs["ours"],
        theirs=scaled,
        goal=GOAL,
        note=f"the loop ran {size.loop_resamples} of the resamples, its time is scaled up; the "
        f"values agree within {TOLERANCE:.0e}",
        facts={"largest_difference": apart},
    )


def _macro(y_true: np.ndarray, y_score: np.ndarray) -> float:
    """Over the genres that the resample has."""
    there = y_true.any(axis=0)
    pairs = zip(y_true.T[there], y_score.T[there], strict=True)
    return float(np.mean([average_precision_score(truth, score) for truth, score in pairs]))

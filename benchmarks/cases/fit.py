"""All models of a head in one batched computation beside a plain loop that trains one by one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import torch

from benchmarks.fit_loop import FOLDS, TrainingSet, one_by_one
from benchmarks.rows import Row, compared
from benchmarks.timing import take_turns
from stages.base.params import HeadParams
from stages.fitting.items import Items
from stages.fitting.training import Fitted, cross_validate

BUDGET = 80.0
GOAL = 10.0
TOLERANCE = 1e-4  # of a score, a probability
LABEL_SETS = 4
HEADS = {
    "linear": HeadParams(epochs=40, batch_size=64, learning_rate=0.01, weight_decay=0.3),
    "mlp": HeadParams(epochs=40, batch_size=64, learning_rate=0.003, weight_decay=0.01),
}


@dataclass(frozen=True)
class Size:
    films: int = 240
    dim: int = 40  # of the colour statistics
    genres: int = 10
    seeds: tuple[int, ...] = (0, 1)
    epochs: int | None = None  # None: as in HEADS


def rows(folder: Path, budget: float, size: Size | None = None) -> Iterator[Row]:
    """A row a head: the scores of every film out of fold, outer and inner, in all label sets."""
    size = size or Size()
    made = _training_set(size)
    for head, params in HEADS.items():
        if size.epochs:
            params = HeadParams(**(vars(params) | {"epochs": size.epochs}))
        yield _row(head, params, made, size, budget / len(HEADS))


def _row(head: str, params: HeadParams, made: TrainingSet, size: Size, budget: float) -> Row:
    ours: list[list[Fitted]] = []
    loops: list[np.ndarray] = []

    def batched() -> None:
        with patch("torch.cuda.is_available", return_value=False):  # the loop is a CPU's
            found = cross_validate(made.items, made.targets, made.fold_of, head, params, size.seeds)
        ours.append(found)

    def loop() -> None:
        loops.append(one_by_one(made, head, params, size.seeds))

    batched()  # what is called for the first time takes longer
    costs = take_turns({"ours": batched, "loop": loop}, budget)
    score = np.stack([fitted.score for fitted in ours[0]])
    largest = float(np.nanmax(np.abs(score - loops[0])))
    if not largest <= TOLERANCE:
        raise ArithmeticError(f"{head}: the scores differ by {largest:.1e}")
    models = LABEL_SETS * (FOLDS * len(size.seeds) + FOLDS * (FOLDS - 1) // 2)
    how = f"scores agree within {TOLERANCE:.0e}"
    row = compared(
        case="fit",
        what=f"{models} models of a {head} head",
        input=f"{size.films} films, {size.dim} features, {params.epochs} epochs, "
        f"{FOLDS} folds and their pairs, {len(size.seeds)} seeds, {LABEL_SETS} label sets",
        against="a torch loop over the same models",
        ours=costs["ours"],
        theirs=costs["loop"],
        goal=GOAL,
        note=how,
        facts={"largest_difference": largest},
    )
    return replace(row, note=f"{how}; {_profile(batched)}") if row.met is False else row


def _profile(work: Callable[[], None]) -> str:
    """What most of the time goes into, by torch's own account."""
    with torch.profiler.profile(
        activities=[torch.profiler.ProfilerActivity.CPU], acc_events=True
    ) as profiler:
        work()
    found = sorted(profiler.key_averages(), key=lambda op: op.self_cpu_time_total, reverse=True)
    whole = sum(op.self_cpu_time_total for op in found)
    most = [f"{op.key} {op.self_cpu_time_total / whole:.0%}" for op in found[:5]]
    return f"ours is spent in {', '.join(most)}"


def _training_set(size: Size) -> TrainingSet:
    """Features that tell a little of made-up genres; label sets that lack some genres."""
    rng = np.random.default_rng(0)
    y = (rng.random((size.films, size.genres)) < 0.3).astype(np.float64)
    x = rng.normal(size=(size.films, size.dim)) + y @ rng.normal(size=(size.genres, size.dim))
    targets = []
    for n in range(LABEL_SETS):
        target = y.copy()
        target[:, size.genres - n :] = np.nan
        targets.append(target)
    items = Items(x.astype(np.float32), np.arange(size.films))
    return TrainingSet(items, targets, np.arange(size.films) % FOLDS)

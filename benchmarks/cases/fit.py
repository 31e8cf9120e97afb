"""All models of a head in one batched computation beside a plain loop that trains one by one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from benchmarks.rows import Row, compared
from benchmarks.timing import take_turns
from stages.fitting.heads import build
from stages.fitting.items import Items
from stages.fitting.training import Fitted, cross_validate
from stages.params import HeadParams

BUDGET = 80.0
GOAL = 10.0
TOLERANCE = 1e-4  # of a score, a probability
EPSILON = 1e-4  # added to a feature's spread, as in training
FOLDS, LABEL_SETS = 5, 4
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


@dataclass(frozen=True)
class Lessons:
    """What is trained on. items: a row a film; lessons: (films, genres) each; fold_of: (films,)."""

    items: Items
    lessons: list[np.ndarray]
    fold_of: np.ndarray


def rows(folder: Path, budget: float, size: Size | None = None) -> Iterator[Row]:
    """A row a head: the scores of every film out of fold, outer and inner, in all label sets."""
    size = size or Size()
    made = _lessons(size)
    for head, params in HEADS.items():
        if size.epochs:
            params = HeadParams(**(vars(params) | {"epochs": size.epochs}))
        yield _row(head, params, made, size, budget / len(HEADS))


def _row(head: str, params: HeadParams, made: Lessons, size: Size, budget: float) -> Row:
    ours: list[list[Fitted]] = []
    loops: list[np.ndarray] = []

    def batched() -> None:
        found = cross_validate(made.items, made.lessons, made.fold_of, head, params, size.seeds)
        ours.append(found)

    def loop() -> None:
        loops.append(one_by_one(made, head, params, size.seeds))

    batched()  # what is called for the first time takes longer
    costs = take_turns({"ours": batched, "loop": loop}, budget)
    score = np.stack([fitted.score for fitted in ours[0]])
    apart = np.abs(score - loops[0])
    largest = float(np.nanmax(apart))
    alike = head == "linear"  # dropout draws other units in a batch of models than in one
    if alike and not largest <= TOLERANCE:
        raise ArithmeticError(f"{head}: the scores differ by {largest:.1e}")
    models = LABEL_SETS * (FOLDS * len(size.seeds) + FOLDS * (FOLDS - 1) // 2)
    how = (
        f"scores agree within {TOLERANCE:.0e}"
        if alike
        else (
            "dropout draws other units in a batch, so scores differ by "
            f"{float(np.nanmean(apart)):.3f} in the mean"
        )
    )
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


def one_by_one(made: Lessons, head: str, params: HeadParams, seeds: Sequence[int]) -> np.ndarray:
    """Train every model by itself, as one would write it down: (lessons, seeds, films, genres).

    The same start, batches and steps as the batched computation. The models of pairs of folds are
    trained and asked too, for that is what the other side does, but their scores not returned.
    """
    scores = np.full((len(made.lessons), len(seeds), *made.lessons[0].shape), np.nan, np.float32)
    for n, lesson in enumerate(made.lessons):
        for fold in range(FOLDS):
            for s, seed in enumerate(seeds):
                model = _train(made, lesson, (fold,), seed, head, params, 1)
                rows = np.flatnonzero(made.fold_of == fold)
                scores[n, s, rows] = _predict(model, made, (fold,), lesson, rows)
        for pair in combinations(range(FOLDS), 2):
            model = _train(made, lesson, pair, seeds[0], head, params, 2)
            for fold in pair:
                _predict(model, made, pair, lesson, np.flatnonzero(made.fold_of == fold))
    return scores


def _train(
    made: Lessons,
    lesson: np.ndarray,
    without: tuple[int, ...],
    seed: int,
    head: str,
    params: HeadParams,
    n_out: int,
) -> nn.Module:
    torch.manual_seed(seed)
    model = build(head, "", made.items, lesson.shape[1])
    torch.manual_seed(seed)
    rows = np.flatnonzero(~np.isin(made.fold_of, without))
    x, taught = _standardised(made, without), ~np.isnan(lesson).any(axis=0)
    y = torch.from_numpy(lesson[:, taught].astype(np.float32))
    columns = torch.from_numpy(np.flatnonzero(taught))
    most = max(  # every model takes the steps of the one with the most films
        int((~np.isin(made.fold_of, left_out)).sum())
        for left_out in combinations(range(FOLDS), n_out)
    )
    n_steps = -(-most // params.batch_size)
    optimiser = torch.optim.AdamW(
        model.parameters(), params.learning_rate, weight_decay=params.weight_decay
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, params.epochs * n_steps)
    draw = np.random.default_rng([seed, *without])
    held = torch.from_numpy(np.flatnonzero(np.isin(made.fold_of, without)))
    for _ in range(params.epochs):
        model.train()
        order = np.resize(draw.permutation(rows), n_steps * params.batch_size)
        for batch in np.split(order, n_steps):
            chosen = torch.from_numpy(batch)
            logits = model(x[chosen])[:, columns]
            loss = binary_cross_entropy_with_logits(logits, y[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        if len(without) == 1:  # the learning curve
            model.eval()
            with torch.no_grad():
                binary_cross_entropy_with_logits(model(x[held])[:, columns], y[held])
    return model


@torch.no_grad()
def _predict(
    model: nn.Module, made: Lessons, without: tuple[int, ...], lesson: np.ndarray, rows: np.ndarray
) -> np.ndarray:
    model.eval()
    found = model(_standardised(made, without)[torch.from_numpy(rows)]).sigmoid().numpy()
    found[:, np.isnan(lesson).any(axis=0)] = np.nan
    return np.asarray(found)


def _standardised(made: Lessons, without: tuple[int, ...]) -> Tensor:
    x = torch.from_numpy(made.items.x)
    seen = x[torch.from_numpy(~np.isin(made.fold_of, without))]
    return (x - seen.mean(0)) / (seen.std(0) + EPSILON)


def _lessons(size: Size) -> Lessons:
    """Features that tell a little of made-up genres; label sets that lack some genres."""
    rng = np.random.default_rng(0)
    y = (rng.random((size.films, size.genres)) < 0.3).astype(np.float64)
    x = rng.normal(size=(size.films, size.dim)) + y @ rng.normal(size=(size.genres, size.dim))
    lessons = []
    for n in range(LABEL_SETS):
        lesson = y.copy()
        lesson[:, size.genres - n :] = np.nan
        lessons.append(lesson)
    items = Items(x.astype(np.float32), np.arange(size.films))
    return Lessons(items, lessons, np.arange(size.films) % FOLDS)

"""All models of a head in one computation beside a plain loop that fits one after the other.

Of the linear probe the loop is scikit-learn's, on one thread as ours then is (threadpoolctl); of
what is trained by steps it is torch's.
"""

import cProfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from benchmarks import probe_loop
from benchmarks.fit_loop import FOLDS, TrainingSet, one_by_one
from benchmarks.probe_loop import Films, made_up
from benchmarks.rows import Row, compared
from benchmarks.timing import take_turns
from stages.base.params import HeadParams, ProbeParams, load
from stages.fitting import logistic, probing
from stages.fitting.items import Items
from stages.fitting.training import Fitted, cross_validate

ROOT = Path(__file__).resolve().parents[2]
BUDGET = 100.0
GOAL = 10.0
TOLERANCE = 1e-4  # of a score, a probability
LABEL_SETS = 4
HEADS = {"mlp": HeadParams(epochs=(40,), batch_size=64, learning_rate=0.003, weight_decay=(0.01,))}
EXACT, DEFAULT = 1e-8, 1e-4  # scikit-learn's tol: for the same accuracy, and as it comes
PROBE_TOLERANCE = 1e-5
GRID_GOAL = 1.0
LOOPS = {
    "exact": f"a scikit-learn loop, to the same optimum (tol {EXACT:.0e})",
    "default": "a scikit-learn loop, as it comes",
}


@dataclass(frozen=True)
class Probe:
    """A size of the linear probe, the share of the budget for it, and what we aim at."""

    films: int
    dim: int
    share: float
    exact: float
    """Goal against the loop at the same accuracy."""
    default: float
    """Goal against the loop as it comes."""


PROBES = (
    Probe(240, 40, 0.05, 40, 25),
    Probe(1747, 107, 0.1, 12, 6),
    Probe(880, 512, 0.2, 6, 3),
    Probe(880, 4096, 0.4, 8, 4),
)


@dataclass(frozen=True)
class Size:
    films: int = 240
    dim: int = 40  # of the colour statistics
    genres: int = 10
    seeds: tuple[int, ...] = (0, 1)
    epochs: int | None = None  # None: as in HEADS
    probes: Sequence[Probe] = PROBES


def rows(folder: Path, budget: float, size: Size | None = None) -> Iterator[Row]:
    """Of the linear probe at each size, and of a head that is trained by steps."""
    size = size or Size()
    budget_of_probe = load(ROOT / "params.yaml").training.heads["linear"]
    assert isinstance(budget_of_probe, ProbeParams)
    for probe in size.probes:
        yield from _probe_rows(probe, size.genres, budget_of_probe, budget)
    made = _training_set(size)
    rest = budget * max(1 - sum(probe.share for probe in size.probes), 0)
    for head, params in HEADS.items():
        if size.epochs:
            params = HeadParams(**(vars(params) | {"epochs": (size.epochs,)}))
        yield _row(head, params, made, size, rest / len(HEADS))


def _probe_rows(size: Probe, genres: int, params: ProbeParams, budget: float) -> Iterator[Row]:
    """One strength against either loop, and the whole grid with its choice against one strength."""
    films = made_up(size.films, size.dim, genres)
    scores: dict[str, list[np.ndarray]] = {}

    def ours() -> None:
        scores["ours"] = _solved(films, params.fixed)

    def grid() -> None:
        items = Items(films.x, np.arange(size.films))
        probing.cross_validate(items, [films.y], films.fold_of, "linear", params, 1)

    def exact() -> None:
        scores["exact"] = probe_loop.one_by_one(films, params.fixed, EXACT)

    def default() -> None:
        scores["default"] = probe_loop.one_by_one(films, params.fixed, DEFAULT)

    ways = {"ours": ours, "grid": grid, "exact": exact, "default": default}
    with threadpool_limits(1):
        ours()  # what is called for the first time takes longer
        costs = take_turns(ways, budget * size.share)
    apart = {loop: _apart(scores["ours"], scores[loop]) for loop in ("exact", "default")}
    if not apart["exact"] <= PROBE_TOLERANCE:
        where = f"{size.films} films, {size.dim} features"
        raise ArithmeticError(f"linear, {where}: the scores differ by {apart['exact']:.1e}")
    models = sum(1 for _ in films.sets()) * genres
    one = f"{models} models of the linear probe, one strength"
    whole = f"the linear probe, chosen of {len(params.grid)} strengths"
    agree = f"scores agree within {PROBE_TOLERANCE:.0e}"
    differ = f"its scores differ by up to {apart['default']:.0e}"
    for what, way, work, loop, goal, note in (
        (one, "ours", ours, "exact", size.exact, agree),
        (one, "ours", ours, "default", size.default, differ),
        (whole, "grid", grid, "exact", GRID_GOAL, f"the loop fits {models} models of one strength"),
    ):
        row = compared(
            case="fit",
            what=what,
            input=f"{size.films} films, {size.dim} features, {FOLDS} folds and their pairs",
            against=LOOPS[loop],
            ours=costs[way],
            theirs=costs[loop],
            goal=goal,
            note=note,
            facts={"largest_difference": apart[loop]},
        )
        yield replace(row, note=f"{note}; {_calls(work)}") if row.met is False else row


def _solved(films: Films, strength: float) -> list[np.ndarray]:
    """As `probe_loop.one_by_one`, by our solver."""
    sets = list(films.sets())
    train = [rows for rows, _ in sets]
    models = logistic.fit(films.x, films.y, films.weight, train, [strength])
    return [
        model.predict(films.x[held_out])[0]
        for model, (_, held_out) in zip(models, sets, strict=True)
    ]


def _apart(ours: Sequence[np.ndarray], theirs: Sequence[np.ndarray]) -> float:
    """The largest difference of a score."""
    return max(float(np.abs(a - b).max()) for a, b in zip(ours, theirs, strict=True))


def _calls(work: Callable[[], None]) -> str:
    """What most of the time goes into, call by call."""
    profile = cProfile.Profile()
    with threadpool_limits(1):
        profile.runcall(work)
    took = {
        each.code if isinstance(each.code, str) else each.code.co_qualname: each.inlinetime
        for each in profile.getstats()
    }
    most = sorted(took, key=lambda name: took[name], reverse=True)[:5]
    parts = [f"{name} {took[name] / sum(took.values()):.0%}" for name in most]
    return f"ours is spent in {', '.join(parts)}"


def _row(head: str, params: HeadParams, made: TrainingSet, size: Size, budget: float) -> Row:
    ours: list[list[Fitted]] = []
    loops: list[np.ndarray] = []

    def batched() -> None:
        with patch("torch.cuda.is_available", return_value=False):  # the loop is a CPU's
            found, _ = cross_validate(
                made.items, made.targets, made.fold_of, head, params, size.seeds
            )
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
        input=f"{size.films} films, {size.dim} features, {params.epochs[-1]} epochs, "
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

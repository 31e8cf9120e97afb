"""Probes solved anew on drawn films, their setting chosen among these alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from stages.base.errors import TrailerError
from stages.base.parallel.local import run
from stages.base.params import Params, ProbeParams
from stages.base.params.matrix import Cell
from stages.fitting.approaches import items_of_cell, training_budget
from stages.fitting.choosing import HeldOut, best_setting
from stages.fitting.films import Films
from stages.fitting.fusion import RULES
from stages.fitting.items import Items
from stages.fitting.probing import ProbedFilms, load_probe
from stages.fitting.rows import take_rows
from stages.fitting.training_sets import Drawn

AT_ONCE = 50  # drawn sets that a process solves at a time


@dataclass(frozen=True)
class Solvable:
    """An approach that is solved anew: of one modality, or of both joined early."""

    items: Items
    head: str
    params: ProbeParams
    y_true: np.ndarray
    """(n_films, n_genres) bool."""
    fold: np.ndarray
    """(n_films,) int."""


@dataclass(frozen=True)
class DrawnScores:
    """Scores of drawn films, NaN for those of folds that are not judged."""

    score: np.ndarray
    """(n, n_genres) float32, each fold by models of the films outside it."""
    inner: dict[int, np.ndarray]
    """Judged fold -> (n, n_genres) float32 of the films outside it, by models that saw neither the
    fold nor the film's own; empty unless asked for."""


@dataclass(frozen=True)
class Headline:
    """The headline's approaches that can be solved anew, and why others cannot."""

    solvable: dict[str, Solvable]
    """By slug, what is solved; a late fusion's parts, not itself."""
    joined: dict[str, tuple[list[str], str]]
    """Approach -> the one of these that it is, or the two that it joins, and by what rule."""
    reasons: dict[str, str]
    """Of the approaches that are not solved."""
    usable: np.ndarray
    """(n_films,) bool, the films that have items in all that is solved."""


def read_headline(
    cells: Sequence[Cell], known: Mapping[str, Cell], films: Films, params: Params, data: Path
) -> Headline:
    """Items of these approaches, as they were fitted. known: every cell of the matrix by slug."""
    reasons = {cell.slug: _reason(_parts(cell, known), params) for cell in cells}
    solved = [cell for cell in cells if not reasons[cell.slug]]
    parts = {part.slug: part for cell in solved for part in _parts(cell, known)}
    solvable = {slug: _read(part, films, params, data) for slug, part in parts.items()}
    usable = np.ones(len(films.ids), bool)
    for each in solvable.values():
        usable &= np.bincount(each.items.film, minlength=len(usable)) > 0
    joined = {
        cell.slug: ([part.slug for part in _parts(cell, known)], cell.head) for cell in solved
    }
    return Headline(solvable, joined, {slug: why for slug, why in reasons.items() if why}, usable)


def _parts(cell: Cell, known: Mapping[str, Cell]) -> list[Cell]:
    return [known[slug] for slug in cell.parts] if cell.kind == "late" else [cell]


def _reason(parts: Sequence[Cell], params: Params) -> str:
    for part in parts:
        if not isinstance(training_budget(part, params), ProbeParams):
            return f"{part.slug} is trained by steps, which takes too long to repeat this often"
    return ""


def _read(cell: Cell, films: Films, params: Params, data: Path) -> Solvable:
    budget = training_budget(cell, params)
    assert isinstance(budget, ProbeParams)
    items = items_of_cell(cell, films, params, data)
    return Solvable(items, cell.head, budget, films.y_true, films.fold)


def solve(
    headline: Headline,
    drawn: Sequence[Drawn],
    report: Callable[[int, int], None] = lambda done, of: None,
) -> dict[str, list[np.ndarray]]:
    """Each approach's scores of every drawn set, (n, n_genres) in the order of its films.

    report: called with how many parts of the work are done, and how many there are.
    """
    tuned = {
        name
        for names, rule in headline.joined.values()
        if len(names) > 1 and rule != "mean"
        for name in names
    }
    work = [
        Work(slug, start, each, drawn[start : start + AT_ONCE], slug in tuned)
        for slug, each in headline.solvable.items()
        for start in range(0, len(drawn), AT_ONCE)
    ]
    found: dict[tuple[str, int], list[DrawnScores]] = {}
    for part, result in run(Work.do, work, serial_up_to=1):
        if isinstance(result, TrailerError):
            raise result
        found[part.slug, part.start] = result
        report(len(found), len(work))
    scores: dict[str, list[DrawnScores]] = {slug: [] for slug in headline.solvable}
    for part in work:
        scores[part.slug] += found[part.slug, part.start]
    return {
        slug: list(
            _joined([scores[name] for name in names], rule, drawn, headline.solvable[names[0]])
        )
        for slug, (names, rule) in headline.joined.items()
    }


@dataclass(frozen=True, eq=False)
class Work:
    """What one process does at a time."""

    slug: str
    start: int
    """Where its sets stand among all."""
    solvable: Solvable
    drawn: Sequence[Drawn]
    inner: bool

    def do(self) -> list[DrawnScores]:
        return [score_drawn(self.solvable, each, self.inner) for each in self.drawn]


def score_drawn(solvable: Solvable, drawn: Drawn, inner: bool = False) -> DrawnScores:
    """Scores of the drawn films of the judged folds.

    A fold's models and their setting come from the drawn films outside it alone: the setting does
    best on these, each scored without its own fold and the judged one, as
    `probing.cross_validate` chooses it. With too few folds to leave out one more the fixed setting
    is taken. inner: for a fusion that learns from the training films' scores.
    """
    films = _take(solvable, drawn.films)
    folds = np.unique(films.fold_of).tolist()
    fixed = solvable.params.grid.index(solvable.params.fixed)
    away = np.abs(np.arange(len(films.grid)) - fixed)
    sizes = [2, 3] if inner else [2]
    out = [
        each
        for size in sizes
        if size < len(folds)
        for each in combinations(folds, size)
        if set(each) & set(drawn.judged)
    ]
    scored = films.score(out)
    ranked = films.ranked(scored, np.arange(films.y.shape[1]))

    def choose(without: HeldOut) -> int:
        if len(without) + 1 not in {len(each) for each in out}:
            return fixed
        return best_setting(ranked(without), away)

    score = np.full(films.y.shape, np.nan, np.float32)
    for fold in drawn.judged:
        rows = films.fold_of == fold
        model = films.fit(fold, [choose((fold,))]).model
        score[rows] = films.predict(model, (fold,))[0, rows]
    found: dict[int, np.ndarray] = {}
    for fold in drawn.judged if inner else ():
        found[fold] = np.full(films.y.shape, np.nan, np.float32)
        for other in set(folds) - {fold}:
            pair, rows = tuple(sorted((fold, other))), films.fold_of == other
            if pair in scored:
                found[fold][rows] = scored[pair][choose(pair), rows]
    return DrawnScores(score, found)


def _joined(
    scores: Sequence[Sequence[DrawnScores]], rule: str, drawn: Sequence[Drawn], of: Solvable
) -> Iterator[np.ndarray]:
    for number, each in enumerate(drawn):
        first, *second = (part[number] for part in scores)
        yield join(first, second[0], each, rule, of) if second else first.score


def join(
    first: DrawnScores, second: DrawnScores, drawn: Drawn, rule: str, of: Solvable
) -> np.ndarray:
    """Late fusion, learnt for each judged fold on the drawn films outside it."""
    y_true, fold_of = of.y_true[drawn.films], of.fold[drawn.films]
    found = np.full_like(first.score, np.nan)
    for fold in drawn.judged:
        rest, rows = fold_of != fold, fold_of == fold
        nothing = np.full_like(first.score, np.nan)
        one, other = (each.inner.get(fold, nothing)[rest] for each in (first, second))
        found[rows] = RULES[rule](one, other, y_true[rest])(first.score[rows], second.score[rows])
    return found


def _take(solvable: Solvable, films: np.ndarray) -> ProbedFilms:
    """Only these films, numbered anew; one that stands there twice is two films."""
    order = np.argsort(solvable.items.film, kind="stable")
    film = solvable.items.film[order]
    start, end = (np.searchsorted(film, films, side) for side in ("left", "right"))
    rows = np.concatenate([order[a:b] for a, b in zip(start, end, strict=True)])
    number = np.repeat(np.arange(len(films)), end - start)
    return ProbedFilms(
        Items(take_rows(solvable.items.x, rows), number),
        solvable.y_true[films].astype(np.float64),
        solvable.fold[films],
        load_probe(solvable.head),
        solvable.params.grid,
    )

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
from stages.fitting.choosing import HeldOut, Scored, best_setting
from stages.fitting.films import Films
from stages.fitting.fusion import RULES
from stages.fitting.items import Items
from stages.fitting.probing import ProbedFilms, load_probe, score_together
from stages.fitting.rows import take_rows
from stages.fitting.training_sets import Drawn

AT_ONCE = 50  # drawn sets that a process has at a time
TOGETHER = 250_000  # numbers of their items up to which they are solved in one computation


@dataclass(frozen=True)
class Solvable:
    """An approach that is solved anew: of one modality, or of several joined early."""

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
    """Approach -> the one of these that it is, or those that it joins, and by what rule."""
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
        return score_drawn(self.solvable, self.drawn, self.inner)


def score_drawn(
    solvable: Solvable, drawn: Sequence[Drawn], inner: bool = False
) -> list[DrawnScores]:
    """Of each drawn set, scores of its films of the judged folds.

    A fold's models and their setting come from the drawn films outside it alone: the setting does
    best on these, each scored without its own fold and the judged one, as
    `probing.cross_validate` chooses it. With too few folds to leave out one more the fixed setting
    is taken. inner: for a fusion that learns from the training films' scores.
    """
    return [found for part in _parts_of(solvable, drawn) for found in _score(solvable, part, inner)]


def _parts_of(solvable: Solvable, drawn: Sequence[Drawn]) -> Iterator[list[Drawn]]:
    """Sets that are solved together, while they are small."""
    numbers = np.prod(solvable.items.x.shape) / len(solvable.y_true)  # of a film's items
    part: list[Drawn] = []
    for each in drawn:
        if part and sum(len(of.films) for of in [*part, each]) * numbers > TOGETHER:
            yield part
            part = []
        part.append(each)
    if part:
        yield part


def _score(solvable: Solvable, drawn: Sequence[Drawn], inner: bool) -> Iterator[DrawnScores]:
    every = [_take(solvable, each.films) for each in drawn]
    scored: list[dict[HeldOut, np.ndarray]] = [{} for _ in drawn]
    for size in (2, 3) if inner else (2,):
        held_out = [_held_out(films, of, size) for films, of in zip(every, drawn, strict=True)]
        to_choose = size == 3 or not inner  # pairs are what a fusion learns from
        found = score_together(list(zip(every, held_out, strict=True)), to_choose=to_choose)
        for inner_scores, each in zip(scored, found, strict=True):
            inner_scores |= each
    taken = [
        _take_settings(solvable.params, films, each, of_films)
        for films, each, of_films in zip(every, drawn, scored, strict=True)
    ]
    own: list[dict[int, np.ndarray]] = [{} for _ in drawn]  # of each judged fold
    for number in sorted(
        {each[fold,] for of, each in zip(drawn, taken, strict=True) for fold in of.judged}
    ):
        folds = [
            [(fold,) for fold in of.judged if each[fold,] == number]
            for of, each in zip(drawn, taken, strict=True)
        ]
        found = score_together(list(zip(every, folds, strict=True)), [solvable.params.grid[number]])
        for into, of_films in zip(own, found, strict=True):
            into |= {fold: scores[0] for (fold,), scores in of_films.items()}
    for films, of, choice, outer, pairs in zip(every, drawn, taken, own, scored, strict=True):
        score = np.full(films.y.shape, np.nan, np.float32)
        for fold, scores in outer.items():
            rows = films.fold_of == fold
            score[rows] = scores[rows]
        learnt: dict[int, np.ndarray] = {}
        for fold in of.judged if inner else ():
            learnt[fold] = np.full(films.y.shape, np.nan, np.float32)
            for other in set(np.unique(films.fold_of).tolist()) - {fold}:
                pair, rows = tuple(sorted((fold, other))), films.fold_of == other
                if pair in pairs:
                    learnt[fold][rows] = pairs[pair][choice[pair], rows]
        yield DrawnScores(score, learnt)


def _held_out(films: ProbedFilms, drawn: Drawn, size: int) -> list[HeldOut]:
    """What is left out to choose by, so many folds at a time; nothing where they are too few."""
    folds = np.unique(films.fold_of).tolist()
    every = combinations(folds, size) if size < len(folds) else ()
    return [each for each in every if set(each) & set(drawn.judged)]


def _take_settings(
    params: ProbeParams, films: ProbedFilms, drawn: Drawn, scored: Scored
) -> dict[HeldOut, int]:
    """The setting that does best without a judged fold, or without it and another."""
    fixed = params.grid.index(params.fixed)
    away = np.abs(np.arange(len(params.grid)) - fixed)
    ranked = films.ranked(scored, np.arange(films.y.shape[1]))
    sizes = {len(each) for each in scored}
    return {
        without: best_setting(ranked(without), away) if len(without) + 1 in sizes else fixed
        for without in [
            *((fold,) for fold in drawn.judged),
            *(each for each in scored if len(each) == 2),
        ]
    }


def _joined(
    scores: Sequence[Sequence[DrawnScores]], rule: str, drawn: Sequence[Drawn], of: Solvable
) -> Iterator[np.ndarray]:
    for number, each in enumerate(drawn):
        parts = [part[number] for part in scores]
        yield join(parts, each, rule, of) if len(parts) > 1 else parts[0].score


def join(parts: Sequence[DrawnScores], drawn: Drawn, rule: str, of: Solvable) -> np.ndarray:
    """Late fusion, learnt for each judged fold on the drawn films outside it."""
    y_true, fold_of = of.y_true[drawn.films], of.fold[drawn.films]
    found = np.full_like(parts[0].score, np.nan)
    for fold in drawn.judged:
        rest, rows = fold_of != fold, fold_of == fold
        nothing = np.full_like(parts[0].score, np.nan)
        known = [part.inner.get(fold, nothing)[rest] for part in parts]
        found[rows] = RULES[rule](known, y_true[rest])([part.score[rows] for part in parts])
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

"""Solve a probe in all folds, its setting chosen on films that the fold's models never saw.

A probe has no seed, and one setting: a strength of regularisation, a number of neighbours. How it
is chosen: see `choosing`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

from stages.base.params import ProbeParams
from stages.base.plugins import PROBE, load_class
from stages.fitting.choosing import PARTS, Choice, HeldOut, Ranked, Scored, choose, held_out, rank
from stages.fitting.columns import distinct_columns
from stages.fitting.fitted import Curves, Fitted
from stages.fitting.items import Items, wrong_shape
from stages.fitting.rows import Rows
from stages.fitting.scaling import parts


class FittedProbe(Protocol):
    """What a probe learnt from one training set, for every setting that it was given."""

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Scores of items, (n, d) -> (n_settings, n, n_columns), in [0, 1]."""

    def tensors(self, setting: int, columns: np.ndarray) -> dict[str, np.ndarray]:
        """All that a prediction with one setting needs; columns: (n_genres,) of the labels that it
        was fitted on, -1 for a genre that it does not know, whose scores mean nothing."""


class Probe(Protocol):
    """What a head that is solved defines."""

    setting: str
    """What a value of its grid is called."""
    is_layer: bool
    """Whether a context can be trained with it, as one linear layer."""

    @staticmethod
    def fit(
        x: Rows,
        y: np.ndarray,
        weight: np.ndarray,
        train: Sequence[np.ndarray],
        grid: Sequence[float],
        to_choose: bool = False,
    ) -> Sequence[FittedProbe]:
        """x: (n, d); y: (n, n_columns) of 0 and 1; weight: (n,), 1 / the number of items of an
        item's film; train: the rows of each training set; grid: its settings; to_choose: whether
        they are only ranked by their scores, for which some 1e-4 is precise enough."""

    @staticmethod
    def predict(tensors: Mapping[str, np.ndarray], x: np.ndarray) -> np.ndarray:
        """Scores of items by a model that `FittedProbe.tensors` gave, (n, d) -> (n, n_genres)."""


def load_probe(name: str) -> Probe:
    """The probe of stages/heads/<name>.py. Raises BenchmarkError where there is none."""
    probe: Probe = load_class("heads", name, "Probe", object, PROBE)
    return probe


def cross_validate(
    items: Items,
    targets: Sequence[np.ndarray],
    fold_of: np.ndarray,
    head: str,
    params: ProbeParams,
    n_seeds: int,
) -> tuple[list[Fitted], Fitted]:
    """The scores and models of each label set, and those of the first without a choice.

    items, targets, fold_of: as `training.cross_validate` takes them. Seeds differ only in the
    labels of a label set that draws them anew; elsewhere their scores are the same. Raises
    BenchmarkError for items that are no vectors.
    """
    probe, grid, place = load_probe(head), params.grid, params.grid.index(params.fixed)
    if len(items.x.shape) != 2:
        raise wrong_shape(f"head {head}", items.x.shape[1:], 1)
    if items.prompts is not None:
        probe = probe.asked(items.prompts)  # type: ignore[attr-defined]  # of one probe alone
    y, columns = distinct_columns(targets, by_genre=items.prompts is not None)
    films = ProbedFilms(items, y, fold_of, probe, grid)
    folds = [int(fold) for fold in np.unique(fold_of)]
    away = np.abs(np.arange(len(grid)) - place)
    scored = films.score_inner(folds)
    chosen = [
        [_Choice(each, choose(films.ranked(scored, each), folds, away)) for each in seeds]
        for seeds in columns
    ]
    first = chosen[0][0]
    unchosen = _Choice(first.column, first.taken.unchosen(place))
    needed = {
        fold: sorted({place, *(each.taken.outer[fold] for seeds in chosen for each in seeds)})
        for fold in folds
    }
    outer = {fold: films.fit(fold, numbers) for fold, numbers in needed.items()}
    found = [_gather(films, scored, outer, each, n_seeds) for each in [*chosen, [unchosen]]]
    return found[:-1], found[-1]


@dataclass(frozen=True)
class _Outer:
    """One fold's own models, of those settings that anything takes there."""

    model: FittedProbe
    place: dict[int, int]
    """Number of a setting in the grid -> its place in the model."""


@dataclass(frozen=True)
class _Choice:
    """What one label set, under one seed, takes in each fold."""

    column: np.ndarray
    """(n_genres,) its columns, -1 for a genre outside the label set."""
    taken: Choice


@dataclass(frozen=True)
class ProbedFilms:
    """All films, and how a probe scores those of the folds that it did not see."""

    items: Items
    y: np.ndarray
    """(n_films, n_columns) of 0 and 1."""
    fold_of: np.ndarray
    probe: Probe
    grid: Sequence[float]

    def score(self, held_out: Iterable[HeldOut], to_choose: bool = False) -> Scored:
        """By models without these folds, for every setting."""
        (found,) = score_together([(self, list(held_out))], to_choose=to_choose)
        return found

    def score_inner(self, folds: Sequence[int]) -> Scored:
        """All that a choice takes: what leaves out three folds serves nothing but that."""
        each = list(held_out(folds))
        pairs = self.score(out for out in each if len(out) == 2)
        return {**pairs, **self.score((out for out in each if len(out) > 2), to_choose=True)}

    def fit(self, fold: int, numbers: Sequence[int]) -> _Outer:
        """A fold's own models, with the numbered settings alone."""
        ((model,),) = fit_together([(self, [(fold,)])], [self.grid[number] for number in numbers])
        return _Outer(model, {number: place for place, number in enumerate(numbers)})

    def predict(self, model: FittedProbe, held_out: HeldOut) -> np.ndarray:
        """(n_settings, n_films, n_columns) float32, each film's the mean over its items."""
        film, n_films = self.items.film, len(self.y)
        rows = np.flatnonzero(np.isin(self.fold_of[film], held_out))
        rows = rows[np.argsort(film[rows], kind="stable")]
        count = np.bincount(film[rows], minlength=n_films)
        total: np.ndarray | None = None
        for part in parts(len(rows), self.items.x.shape[1]):
            scores = model.predict(self.items.x[rows[part]])
            if total is None:
                total = np.zeros((len(scores), *self.y.shape))
            films, first = np.unique(film[rows[part]], return_index=True)
            total[:, films] += np.add.reduceat(scores, first, axis=1)
        if total is None:
            return np.full((len(self.grid), *self.y.shape), np.nan, np.float32)
        total[:, count == 0] = np.nan
        return (total / np.maximum(count, 1)[:, None]).astype(np.float32)

    def ranked(self, scored: Scored, column: np.ndarray) -> Ranked:
        """column: (n_genres,) of y, -1 for a genre outside the label set."""
        return partial(rank, scored, self.y, self.fold_of, columns=column[column >= 0])

    @property
    def weight(self) -> np.ndarray:
        """(n_items,), 1 / the number of items of an item's film."""
        film = self.items.film
        found: np.ndarray = 1 / np.bincount(film, minlength=len(self.y))[film]
        return found

    def train(self, held_out: HeldOut) -> np.ndarray:
        """The rows of the items of all films outside these folds."""
        return np.flatnonzero(~np.isin(self.fold_of[self.items.film], held_out))


def score_together(
    parts: Sequence[tuple[ProbedFilms, Sequence[HeldOut]]],
    grid: Sequence[float] = (),
    to_choose: bool = False,
) -> list[Scored]:
    """`ProbedFilms.score` of several with one probe, and what each leaves out.

    grid: of its own, if not the films'.
    """
    fitted = fit_together(parts, grid or parts[0][0].grid, to_choose)
    return [
        {out: films.predict(model, out) for out, model in zip(held_out, models, strict=True)}
        for (films, held_out), models in zip(parts, fitted, strict=True)
    ]


def fit_together(
    parts: Sequence[tuple[ProbedFilms, Sequence[HeldOut]]],
    grid: Sequence[float],
    to_choose: bool = False,
) -> list[list[FittedProbe]]:
    """The models without these folds, for each setting: of several in one computation.

    Nothing of one is seen by the models of another; many small ones take fewer and longer steps.
    """
    if not any(held_out for _, held_out in parts):
        return [[] for _ in parts]
    first = parts[0][0]
    each = [films.items.x for films, _ in parts]
    x = each[0] if len(each) == 1 else np.concatenate(each)
    y = np.concatenate([films.y[films.items.film] for films, _ in parts])
    weight = np.concatenate([films.weight for films, _ in parts])
    starts = np.cumsum([0, *map(len, each)])
    train = [
        start + films.train(out)
        for start, (films, held_out) in zip(starts, parts, strict=False)
        for out in held_out
    ]
    models = iter(first.probe.fit(x, y, weight, train, grid, to_choose))
    return [[next(models) for _ in held_out] for _, held_out in parts]


def _gather(
    films: ProbedFilms,
    scored: Scored,
    outer: Mapping[int, _Outer],
    choices: Sequence[_Choice],
    n_seeds: int,
) -> Fitted:
    """What became of one label set; choices: by seed, or one for all."""
    first, n_genres = choices[0], len(choices[0].column)
    score = np.full((n_seeds, len(films.y), n_genres), np.nan, np.float32)
    inner = np.full((max(outer) + 1, len(films.y), n_genres), np.nan, np.float32)
    tensors: dict[str, np.ndarray] = {}
    for fold, own in outer.items():
        predicted = films.predict(own.model, (fold,))
        for seed in range(n_seeds):
            by = choices[seed % len(choices)]
            place = own.place[by.taken.outer[fold]]
            _put(score[seed], predicted[place], films.fold_of == fold, by.column)
        model = own.model.tensors(own.place[first.taken.outer[fold]], first.column)
        tensors |= {f"{fold}.{name}": value for name, value in model.items()}
    for pair, number in first.taken.inner.items():
        for fold, other in (pair, pair[::-1]):
            _put(inner[fold], scored[pair][number], films.fold_of == other, first.column)
    curve = Curves(np.array(films.grid), PARTS, first.taken.curve())
    return Fitted(score, inner, tensors, curve)


def _put(into: np.ndarray, scores: np.ndarray, films: np.ndarray, column: np.ndarray) -> None:
    known = np.flatnonzero(column >= 0)
    into[np.ix_(films, known)] = scores[films][:, column[known]]

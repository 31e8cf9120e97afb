"""Other training sets than the whole: fewer films, and films drawn again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from stages.corpus.folds import stratified_subset


@dataclass(frozen=True)
class Drawn:
    """Films that are cross-validated in place of all, or of one fold alone."""

    films: np.ndarray
    """(n,) rows of films, to learn from and to be judged; a film that is drawn twice stands there
    twice."""
    judged: tuple[int, ...]
    """Folds whose films are judged, by models of the films outside the fold."""


@dataclass(frozen=True)
class Plan:
    """All that is drawn."""

    whole: Drawn
    """Every film that may be used."""
    again: list[Drawn]
    """Bootstrap samples of them."""
    fewer: dict[int, list[list[Drawn]]]
    """Films to learn from -> by draw, one for each fold."""

    @property
    def all(self) -> list[Drawn]:
        """In one list, the whole first, then the samples, then the smaller sets."""
        each = (fold for draws in self.fewer.values() for draw in draws for fold in draw)
        return [self.whole, *self.again, *each]


def make_plan(
    y_true: np.ndarray,
    fold: np.ndarray,
    group: np.ndarray | None,
    usable: np.ndarray,
    smallest: int,
    draws: int,
    repeats: int,
    seed: int,
) -> Plan:
    """smallest: films of the smallest training set; draws: of each size; repeats: samples."""
    sizes = learning_sizes(fold, usable, smallest)
    of_draws = [draw_fewer(y_true, fold, usable, sizes, seed + n) for n in range(draws)]
    return Plan(
        whole(fold, usable),
        [draw_again(fold, group, usable, seed + n) for n in range(repeats)],
        {size: [draw[size] for draw in of_draws] for size in sizes},
    )


def whole(fold: np.ndarray, usable: np.ndarray) -> Drawn:
    """All films that may be used. fold: (n_films,) int; usable: (n_films,) bool."""
    return Drawn(np.flatnonzero(usable), _folds(fold[usable]))


def learning_sizes(fold: np.ndarray, usable: np.ndarray, first: int) -> list[int]:
    """first, and twice as many again, as long as every fold's training set has more films."""
    folds = fold[usable]
    most = min(int((folds != each).sum()) for each in _folds(folds))
    return list(_doubled(first, most))


def draw_fewer(
    y_true: np.ndarray, fold: np.ndarray, usable: np.ndarray, sizes: Sequence[int], seed: int
) -> dict[int, list[Drawn]]:
    """One draw for every fold: size -> that many films to learn from, and the fold's own to judge.

    y_true: (n_films, n_genres) bool; sizes: as of `learning_sizes`. Of one fold each set lies
    within the next larger one. Stratified over genres, and over the folds that the setting is
    chosen on.
    """
    found: dict[int, list[Drawn]] = {size: [] for size in sizes}
    for judged in _folds(fold[usable]):
        own = np.flatnonzero(usable & (fold == judged))
        left = np.flatnonzero(usable & (fold != judged))
        strata = np.concatenate([y_true, fold[:, None] == np.unique(fold[left])], axis=1)
        for size in sorted(sizes, reverse=True):
            left = left[stratified_subset(strata[left], size, seed)]
            found[size].append(Drawn(np.concatenate([left, own]), (judged,)))
    return found


def draw_again(fold: np.ndarray, group: np.ndarray | None, usable: np.ndarray, seed: int) -> Drawn:
    """A bootstrap sample of the films, or of whole groups of them, in the folds that they had.

    group: (n_films,) numbers of the collections. Copies of a film share its fold: none is judged
    by a model that learnt from its copy (Jiang, Varma & Simon 2008).
    """
    films = np.flatnonzero(usable)
    number = (
        np.arange(len(films)) if group is None else np.unique(group[films], return_inverse=True)[1]
    )
    n_groups = int(number.max()) + 1
    drawn = np.random.default_rng(seed).integers(n_groups, size=n_groups)
    rows = np.repeat(films, np.bincount(drawn, minlength=n_groups)[number])
    return Drawn(rows, _folds(fold[rows]))


def _folds(fold: np.ndarray) -> tuple[int, ...]:
    return tuple(np.unique(fold).tolist())


def _doubled(size: int, most: int) -> Iterator[int]:
    while size < most:
        yield size
        size *= 2

"""Choose a setting in each fold on films that the fold's models never saw.

Fold f is scored by a model of the other folds, whose setting is the one that did best on these
folds, each scored without itself and without f; of settings that did about as well, the nearest to
a fixed one. What may be tuned on for fold f is held to the same rule: fold j is scored by a model
without f and j, whose setting was chosen without f and j, by models that leave out a third fold.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

HeldOut = tuple[int, ...]
Scored = Mapping[HeldOut, np.ndarray]
"""Scores of the films of some folds by models without them, for every setting: (n_settings,
n_films, n_columns) float32, NaN for all other films."""
Ranked = Callable[[HeldOut], np.ndarray]
"""Average precision of every setting and genre, (n_settings, n_genres), chosen without some folds:
on the films of all others, by models that saw neither their fold nor those."""
PARTS = ("macro_ap", "folds")
"""Of a setting: mean macro AP on inner films, and how many folds take it."""
SAME = 9  # decimals of macro AP to which two settings are equals


@dataclass(frozen=True)
class Choice:
    """What one label set takes in each fold, by number."""

    macro_ap: np.ndarray
    """(n_folds, n_settings), on the films outside each fold; NaN with too few folds to choose."""
    outer: dict[int, int]
    """Number of the setting of each fold."""
    inner: dict[HeldOut, int]
    """And of each pair of folds, chosen without both."""

    def unchosen(self, fixed: int) -> "Choice":
        """The same with one setting throughout."""
        outer, inner = dict.fromkeys(self.outer, fixed), dict.fromkeys(self.inner, fixed)
        return Choice(self.macro_ap, outer, inner)

    def curve(self) -> np.ndarray:
        """(n_settings, 2), as PARTS says."""
        n_settings = self.macro_ap.shape[1]
        folds = np.bincount(list(self.outer.values()), minlength=n_settings)
        return np.stack([self.macro_ap.mean(axis=0), folds], axis=1)


def held_out(folds: Sequence[int], is_choice: bool = True) -> Iterator[HeldOut]:
    """The folds that inner models leave out: pairs, and threes where pairs have a choice.

    With as many folds out as there are nothing is left to train on.
    """
    for size in (2, 3) if is_choice else (2,):
        if size < len(folds):
            yield from combinations(folds, size)


def choose(ranked: Ranked, folds: Sequence[int], away: np.ndarray) -> Choice:
    """With too few folds to leave out one more nothing is chosen.

    away: (n_settings,) of each from the fixed setting, 0 of that alone.
    """
    fixed = int(np.argmin(away))
    if len(folds) < 3:
        unknown = np.full((len(folds), len(away)), np.nan)
        return Choice(unknown, dict.fromkeys(folds, fixed), {})
    ap = {fold: ranked((fold,)) for fold in folds}
    inner: dict[HeldOut, int] = {
        pair: best_setting(ranked(pair), away) if len(folds) > 3 and len(away) > 1 else fixed
        for pair in combinations(folds, 2)
    }
    outer = {fold: best_setting(each, away) for fold, each in ap.items()}
    return Choice(np.array([each.mean(axis=1) for each in ap.values()]), outer, inner)


def best_setting(ap: np.ndarray, away: np.ndarray) -> int:
    """Number of the setting that is taken, by the one-standard-error rule (Breiman et al. 1984).

    ap: (n_settings, n_genres); away: (n_settings,), of each from the setting that is taken where
    none is better. Of those whose macro AP is within a standard error of the best's, over genres
    and paired, the one nearest to that: folds that took far settings on little evidence would score
    on scales of their own, which costs, and seems to tell approaches apart, where all films are one
    list.
    """
    best = int(np.argmax(np.round(ap.mean(axis=1), SAME)))
    gap = ap[best] - ap
    error = gap.std(axis=1, ddof=1) / np.sqrt(ap.shape[1]) if ap.shape[1] > 1 else 0.0
    as_good = np.flatnonzero(gap.mean(axis=1) <= error)
    return int(as_good[np.argmin(away[as_good])])


def rank(
    scored: Scored, y: np.ndarray, fold_of: np.ndarray, without: HeldOut, columns: np.ndarray
) -> np.ndarray:
    """What `Ranked` says. Genres that none of the films has are left out.

    y: (n_films, n_columns) of 0 and 1; fold_of: (n_films,); columns: which of them count.
    """
    scores, truth = [], []
    for fold in sorted(set(np.unique(fold_of).tolist()) - set(without)):
        films = np.flatnonzero(fold_of == fold)
        found = scored[tuple(sorted({*without, fold}))][:, films][:, :, columns]
        has_items = np.isfinite(found[0]).all(axis=1)
        scores.append(found[:, has_items])
        truth.append(y[films[has_items]][:, columns])
    return average_precision(np.concatenate(scores, axis=1), np.concatenate(truth))


def average_precision(scores: np.ndarray, y: np.ndarray) -> np.ndarray:
    """scores: (n_settings, n_films, n_genres); y: (n_films, n_genres).

    Returns (n_settings, n_genres) of the genres that any film has; a column of zeros without any.
    """
    positives = y.sum(axis=0)
    if not positives.any():
        return np.zeros((len(scores), 1))
    order = np.argsort(-scores, axis=1, kind="stable")
    ranked = np.take_along_axis(np.broadcast_to(y, scores.shape), order, axis=1)
    precision = np.cumsum(ranked, axis=1) / np.arange(1, len(y) + 1)[:, None]
    found: np.ndarray = (precision * ranked).sum(axis=1)[:, positives > 0]
    return found / positives[positives > 0]

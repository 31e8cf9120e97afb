"""Late fusion: the scores of two approaches, or of more, become one, fitted for each fold on the
other folds.

`mean` uses no labels. `weighted` takes the shares of the parts that rank best, the same for all
genres of a fold. `stacked` fits a logistic regression of all log-odds for each genre and fold. Both
are fitted on inner out-of-fold scores and the labels of films outside the fold; for the inner
scores of the fusion itself the fold that is scored is left out as well.
"""

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
from scipy.special import logit

from stages.fitting.scores import Scores, align

SHARES = np.arange(11) / 10
EXTREME = 1e-6  # scores of exactly 0 or 1 have no log-odds
Parts = Sequence[np.ndarray]
"""Scores of the same films by each part, (n_films, n_genres) each."""
Fusion = Callable[[Parts], np.ndarray]
"""Scores of any films -> fused scores, (n_films, n_genres)."""
FitFusion = Callable[[Parts, np.ndarray], Fusion]
"""Scores of the training films, their labels -> a fusion."""


def fuse(parts: Sequence[Scores], y_true: np.ndarray, film_id: np.ndarray, rule: str) -> Scores:
    """Scores of the films that all parts have. rule: mean, weighted or stacked.

    y_true: (n_films, n_genres) bool, of the films film_id (n_films,). A genre that one of the parts
    was not trained on has no fused score. Raises ValueError if they do not agree on the folds.
    """
    each, labels, genres = _shared(parts, y_true, film_id)
    fit, first = RULES[rule], each[0]
    score, inner = np.full_like(first.score, np.nan), np.full_like(first.inner, np.nan)
    for fold, fused in fit_fusions(parts, y_true, film_id, rule).items():
        rest, films = first.fold != fold, first.fold == fold
        known_of = [part.inner[fold][:, genres] for part in each]
        cells = np.ix_(films, genres)
        for seed in range(len(score)):
            score[seed][cells] = fused([part.score[seed][cells] for part in each])
        for inner_fold in np.unique(first.fold[rest]).tolist():
            known, judged = rest & (first.fold != inner_fold), first.fold == inner_fold
            fused = fit([of[known] for of in known_of], labels[known][:, genres])
            inner[fold][np.ix_(judged, genres)] = fused([of[judged] for of in known_of])
    return Scores(first.film_id, first.fold, score, inner)


def fit_fusions(
    parts: Sequence[Scores], y_true: np.ndarray, film_id: np.ndarray, rule: str
) -> dict[int, Fusion]:
    """A fusion for the films of each fold, fitted on all other films.

    Arguments as `fuse`. The functions take and give the columns of the genres that all know.
    """
    each, labels, genres = _shared(parts, y_true, film_id)
    found = {}
    for fold in np.unique(each[0].fold).tolist():
        rest = each[0].fold != fold
        known = [part.inner[fold][rest][:, genres] for part in each]
        found[fold] = RULES[rule](known, labels[rest][:, genres])
    return found


def mean(parts: Parts, y_true: np.ndarray) -> Fusion:
    """As much of each, whatever the labels."""
    return lambda scores: sum(scores[1:], scores[0]) / len(scores)


def weighted(parts: Parts, y_true: np.ndarray) -> Fusion:
    """The shares of the parts, in tenths, with the best macro AP; of equals the most even.

    parts: (n_films, n_genres) training scores each; y_true: the same shape, bool.
    """
    from sklearn.metrics import average_precision_score

    known = y_true.any(axis=0)
    every = shares_of(len(parts))
    ranked = [
        average_precision_score(y_true[:, known], _mixed(parts, shares)[:, known])
        for shares in every
    ]
    best = np.flatnonzero(np.array(ranked) >= max(ranked) - 1e-12)
    uneven = np.abs(every[best] - 1 / len(parts)).max(axis=1)
    shares = every[best[np.argmin(uneven)]]
    return lambda scores: _mixed(scores, shares)


def shares_of(n_parts: int) -> np.ndarray:
    """All ways to part a whole into tenths, (n, n_parts), each row sums to 1."""
    tenths = product(range(len(SHARES)), repeat=n_parts - 1)
    first = [SHARES[list(each)] for each in tenths if sum(each) < len(SHARES)]
    return np.array([[*each, max(1 - each.sum(), 0.0)] for each in first])


def stacked(parts: Parts, y_true: np.ndarray) -> Fusion:
    """A logistic regression of all log-odds for each genre, lightly regularised.

    A genre that no film has (or every one) takes its frequency. parts: (n_films, n_genres)
    training scores each; y_true: the same shape, bool.
    """
    from sklearn.linear_model import LogisticRegression  # a second, which `mean` need not wait

    n_films = len(y_true)
    models: list[LogisticRegression | float] = []
    for genre, truth in enumerate(y_true.T):
        if truth.all() or not truth.any():
            models.append((truth.sum() + 0.5) / (n_films + 1))
        else:
            odds = _log_odds([part[:, genre] for part in parts])
            models.append(LogisticRegression(C=1.0, max_iter=1000).fit(odds, truth))

    def apply(scores: Parts) -> np.ndarray:
        columns = [
            np.full(len(scores[0]), model)
            if isinstance(model, float)
            else model.predict_proba(_log_odds([part[:, genre] for part in scores]))[:, 1]
            for genre, model in enumerate(models)
        ]
        return np.stack(columns, axis=1)

    return apply


RULES: dict[str, FitFusion] = {"mean": mean, "weighted": weighted, "stacked": stacked}


def _shared(
    parts: Sequence[Scores], y_true: np.ndarray, film_id: np.ndarray
) -> tuple[list[Scores], np.ndarray, np.ndarray]:
    """Scores of the films that all have, their labels, and which genres all know."""
    each = align(*parts)
    row_of = {film: row for row, film in enumerate(film_id.tolist())}
    labels = y_true[[row_of[film] for film in each[0].film_id.tolist()]]
    genres = np.logical_and.reduce([np.isfinite(of.score).all(axis=(0, 1)) for of in each])
    return each, labels, genres


def _mixed(parts: Parts, shares: np.ndarray) -> np.ndarray:
    mixed = [share * part for share, part in zip(shares, parts, strict=True)]
    return np.asarray(sum(mixed[1:], mixed[0]))


def _log_odds(parts: Parts) -> np.ndarray:
    """(n_films, n_parts), of one genre."""
    return logit(np.clip(np.stack(parts, axis=1).astype(np.float64), EXTREME, 1 - EXTREME))

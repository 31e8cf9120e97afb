"""Late fusion: two approaches' scores become one, fitted for each fold on the other folds.

`mean` uses no labels. `weighted` takes the share of the picture that ranks best, one share a fold.
`stacked` fits a logistic regression of both log-odds for each genre and fold. Both are fitted on
inner out-of-fold scores and the labels of films outside the fold; for the inner scores of the
fusion itself the fold that is scored is left out as well.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import logit

from stages.fitting.scores import Scores, align

SHARES = np.arange(11) / 10
EXTREME = 1e-6  # scores of exactly 0 or 1 have no log-odds
Fusion = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""First and second scores of any films, (n_films, n_genres) each -> fused scores."""
FitFusion = Callable[[np.ndarray, np.ndarray, np.ndarray], Fusion]
"""First and second scores of the training films, their labels -> a fusion."""


def fuse(
    first: Scores, second: Scores, y_true: np.ndarray, film_id: np.ndarray, rule: str
) -> Scores:
    """Scores of the films that both have. rule: mean, weighted or stacked.

    y_true: (n_films, n_genres) bool, of the films film_id (n_films,). A genre that one of the two
    was not trained on has no fused score. Raises ValueError if the two do not agree on the folds.
    """
    a, b, labels, genres = _shared(first, second, y_true, film_id)
    fit = RULES[rule]
    score, inner = np.full_like(a.score, np.nan), np.full_like(a.inner, np.nan)
    for fold, fused in fit_fusions(first, second, y_true, film_id, rule).items():
        rest, films = a.fold != fold, a.fold == fold
        one, other = a.inner[fold][:, genres], b.inner[fold][:, genres]
        cells = np.ix_(films, genres)
        for seed in range(len(score)):
            score[seed][cells] = fused(a.score[seed][cells], b.score[seed][cells])
        for inner_fold in np.unique(a.fold[rest]).tolist():
            known, judged = rest & (a.fold != inner_fold), a.fold == inner_fold
            fused = fit(one[known], other[known], labels[known][:, genres])
            inner[fold][np.ix_(judged, genres)] = fused(one[judged], other[judged])
    return Scores(a.film_id, a.fold, score, inner)


def fit_fusions(
    first: Scores, second: Scores, y_true: np.ndarray, film_id: np.ndarray, rule: str
) -> dict[int, Fusion]:
    """A fusion for the films of each fold, fitted on all other films.

    Arguments as `fuse`. The functions take and give the columns of the genres that both know.
    """
    a, b, labels, genres = _shared(first, second, y_true, film_id)
    found = {}
    for fold in np.unique(a.fold).tolist():
        rest = a.fold != fold
        one, other = (each.inner[fold][rest][:, genres] for each in (a, b))
        found[fold] = RULES[rule](one, other, labels[rest][:, genres])
    return found


def mean(first: np.ndarray, second: np.ndarray, y_true: np.ndarray) -> Fusion:
    """Half of each, whatever the labels."""
    return lambda a, b: (a + b) / 2


def weighted(first: np.ndarray, second: np.ndarray, y_true: np.ndarray) -> Fusion:
    """The share of the first, in tenths, with the best macro AP; of equals the most even.

    first, second: (n_films, n_genres) training scores; y_true: the same shape, bool.
    """
    from sklearn.metrics import average_precision_score

    known = y_true.any(axis=0)
    ranked = [
        average_precision_score(y_true[:, known], (share * first + (1 - share) * second)[:, known])
        for share in SHARES
    ]
    best = np.flatnonzero(np.array(ranked) >= max(ranked) - 1e-12)
    share = SHARES[best[np.argmin(np.abs(SHARES[best] - 0.5))]]
    return lambda a, b: share * a + (1 - share) * b


def stacked(first: np.ndarray, second: np.ndarray, y_true: np.ndarray) -> Fusion:
    """A logistic regression of both log-odds for each genre, lightly regularised.

    A genre that no film has (or every one) takes its frequency. first, second: (n_films, n_genres)
    training scores; y_true: the same shape, bool.
    """
    from sklearn.linear_model import LogisticRegression  # a second, which `mean` need not wait

    n_films = len(y_true)
    models: list[LogisticRegression | float] = []
    for genre, truth in enumerate(y_true.T):
        if truth.all() or not truth.any():
            models.append((truth.sum() + 0.5) / (n_films + 1))
        else:
            pair = _log_odds(first[:, genre], second[:, genre])
            models.append(LogisticRegression(C=1.0, max_iter=1000).fit(pair, truth))

    def apply(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        columns = [
            np.full(len(a), model)
            if isinstance(model, float)
            else model.predict_proba(_log_odds(a[:, genre], b[:, genre]))[:, 1]
            for genre, model in enumerate(models)
        ]
        return np.stack(columns, axis=1)

    return apply


RULES: dict[str, FitFusion] = {"mean": mean, "weighted": weighted, "stacked": stacked}


def _shared(
    first: Scores, second: Scores, y_true: np.ndarray, film_id: np.ndarray
) -> tuple[Scores, Scores, np.ndarray, np.ndarray]:
    """Scores of the films that both have, their labels, and which genres both know."""
    a, b = align(first, second)
    row_of = {film: row for row, film in enumerate(film_id.tolist())}
    labels = y_true[[row_of[film] for film in a.film_id.tolist()]]
    genres = np.isfinite(a.score).all(axis=(0, 1)) & np.isfinite(b.score).all(axis=(0, 1))
    return a, b, labels, genres


def _log_odds(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return logit(np.clip(np.stack([a, b], axis=1).astype(np.float64), EXTREME, 1 - EXTREME))

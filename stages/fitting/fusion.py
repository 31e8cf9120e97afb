"""Late fusion: two approaches' scores become one, by what each fold may know.

`mean` asks nothing of the labels. `weighted` takes the share of the picture that ranks best, one
share a fold. `stacked` learns a logistic regression of both log-odds for each genre and fold. Both
learn from inner out-of-fold scores and the labels of films outside the fold, and the inner scores
of the fusion itself are learnt without the fold they score too.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from stages.fitting.scores import Scores, in_common

SHARES = np.arange(11) / 10
EXTREME = 1e-6  # scores of exactly 0 or 1 have no log-odds
# first and second scores of the films to learn from, their labels -> scores of any films
Fuse = Callable[[np.ndarray, np.ndarray], np.ndarray]
Learn = Callable[[np.ndarray, np.ndarray, np.ndarray], Fuse]


def fuse(first: Scores, second: Scores, y_true: np.ndarray, film_id: np.ndarray, by: str) -> Scores:
    """Scores of the films that both have. by: mean, weighted or stacked.

    y_true: (n_films, n_genres) bool, of the films film_id (n_films,). A genre that one of the two
    was not trained on has no fused score. Raises ValueError if the two do not agree on the folds.
    """
    a, b, labels, genres = _shared(first, second, y_true, film_id)
    learn = LEARN[by]
    score, inner = np.full_like(a.score, np.nan), np.full_like(a.inner, np.nan)
    for fold, fused in learnt(first, second, y_true, film_id, by).items():
        rest, films = a.fold != fold, a.fold == fold
        one, other = a.inner[fold][:, genres], b.inner[fold][:, genres]
        cells = np.ix_(films, genres)
        for seed in range(len(score)):
            score[seed][cells] = fused(a.score[seed][cells], b.score[seed][cells])
        for left in np.unique(a.fold[rest]).tolist():
            known, judged = rest & (a.fold != left), a.fold == left
            fused = learn(one[known], other[known], labels[known][:, genres])
            inner[fold][np.ix_(judged, genres)] = fused(one[judged], other[judged])
    return Scores(a.film_id, a.fold, score, inner)


def learnt(
    first: Scores, second: Scores, y_true: np.ndarray, film_id: np.ndarray, by: str
) -> dict[int, Fuse]:
    """How the two become one for the films of each fold: learnt on all other films.

    Arguments as `fuse`. The functions take and give the columns of the genres that both know.
    """
    a, b, labels, genres = _shared(first, second, y_true, film_id)
    found = {}
    for fold in np.unique(a.fold).tolist():
        rest = a.fold != fold
        one, other = (each.inner[fold][rest][:, genres] for each in (a, b))
        found[fold] = LEARN[by](one, other, labels[rest][:, genres])
    return found


def mean(first: np.ndarray, second: np.ndarray, y_true: np.ndarray) -> Fuse:
    """Half of each, whatever the labels."""
    return lambda a, b: (a + b) / 2


def weighted(first: np.ndarray, second: np.ndarray, y_true: np.ndarray) -> Fuse:
    """The share of the first, in tenths, with the best macro AP; of equals the most even.

    first, second: (n_films, n_genres) scores to learn from; y_true: the same shape, bool.
    """
    known = y_true.any(axis=0)
    ranked = [
        average_precision_score(y_true[:, known], (share * first + (1 - share) * second)[:, known])
        for share in SHARES
    ]
    best = np.flatnonzero(np.array(ranked) >= max(ranked) - 1e-12)
    share = SHARES[best[np.argmin(np.abs(SHARES[best] - 0.5))]]
    return lambda a, b: share * a + (1 - share) * b


def stacked(first: np.ndarray, second: np.ndarray, y_true: np.ndarray) -> Fuse:
    """A logistic regression of both log-odds for each genre, lightly drawn towards zero.

    A genre that no film has (or every one) takes its frequency. first, second: (n_films, n_genres)
    scores to learn from; y_true: the same shape, bool.
    """
    n_films = len(y_true)
    models: list[LogisticRegression | float] = []
    for genre, truth in enumerate(y_true.T):
        if truth.all() or not truth.any():
            models.append((truth.sum() + 0.5) / (n_films + 1))
        else:
            pair = _odds(first[:, genre], second[:, genre])
            models.append(LogisticRegression(C=1.0, max_iter=1000).fit(pair, truth))

    def apply(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        columns = [
            np.full(len(a), model)
            if isinstance(model, float)
            else model.predict_proba(_odds(a[:, genre], b[:, genre]))[:, 1]
            for genre, model in enumerate(models)
        ]
        return np.stack(columns, axis=1)

    return apply


LEARN: dict[str, Learn] = {"mean": mean, "weighted": weighted, "stacked": stacked}


def _shared(
    first: Scores, second: Scores, y_true: np.ndarray, film_id: np.ndarray
) -> tuple[Scores, Scores, np.ndarray, np.ndarray]:
    """Scores of the films that both have, their labels, and which genres both know."""
    a, b = in_common(first, second)
    row_of = {film: row for row, film in enumerate(film_id.tolist())}
    labels = y_true[[row_of[film] for film in a.film_id.tolist()]]
    genres = np.isfinite(a.score).all(axis=(0, 1)) & np.isfinite(b.score).all(axis=(0, 1))
    return a, b, labels, genres


def _odds(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return logit(np.clip(np.stack([a, b], axis=1).astype(np.float64), EXTREME, 1 - EXTREME))

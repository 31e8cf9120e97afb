"""Logistic regression genre by genre with scikit-learn, as one would write it down."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from sklearn.linear_model import LogisticRegression

from stages.fitting.scaling import mean_and_std, standardised

FOLDS = 5
MAX_ITER = 100_000  # enough at every size and tolerance here
DECAY = 0.5  # of singular values, by their number: network embeddings' eigenvalues go with 1/k


@dataclass(frozen=True)
class Films:
    """Made-up films with one embedding each."""

    x: np.ndarray
    """(n_films, d) float32."""
    y: np.ndarray
    """(n_films, n_genres) float32 of 0 and 1."""
    fold_of: np.ndarray
    """(n_films,)."""

    @property
    def weight(self) -> np.ndarray:
        """(n_films,): each has one item."""
        return np.ones(len(self.x))

    def sets(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Rows to train on and rows held out: without each fold, and without each two."""
        for size in (1, 2):
            for folds in combinations(range(FOLDS), size):
                out = np.isin(self.fold_of, folds)
                yield np.flatnonzero(~out), np.flatnonzero(out)


def made_up(n: int, d: int, genres: int, seed: int = 0) -> Films:
    """Features whose spectrum falls as that of a network's embeddings, genres told by a little."""
    rng = np.random.default_rng(seed)
    prevalence = np.geomspace(0.08, 0.5, genres)
    y = (rng.random((n, genres)) < prevalence).astype(np.float32)
    rank = min(n, d)
    hidden = rng.normal(size=(n, rank)) + y @ rng.normal(0, 0.5, (genres, rank))
    mixed = (hidden * np.arange(1, rank + 1) ** -DECAY) @ rng.normal(size=(rank, d))
    return Films(mixed.astype(np.float32), y, np.arange(n) % FOLDS)


def one_by_one(films: Films, strength: float, tol: float) -> list[np.ndarray]:
    """Of each training set the probabilities of its held-out films, (n_held_out, n_genres)."""
    found = []
    for train, held_out in films.sets():
        weight = films.weight[train]
        mean, std = mean_and_std(films.x, films.weight, train)
        seen = standardised(films.x[train], mean, std)
        unseen = standardised(films.x[held_out], mean, std)
        scores = np.empty((len(held_out), films.y.shape[1]))
        for genre, truth in enumerate(films.y.T):
            model = LogisticRegression(C=strength, tol=tol, max_iter=MAX_ITER)
            model.fit(seen, truth[train], sample_weight=weight)
            scores[:, genre] = model.predict_proba(unseen)[:, 1]
        found.append(scores)
    return found

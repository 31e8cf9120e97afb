"""Out-of-fold scores on disk: one file an approach, the judges' only input besides the labels."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Scores:
    """film_id: (n_films,) str; fold: (n_films,); score: (n_seeds, n_films, n_genres) float32."""

    film_id: np.ndarray
    fold: np.ndarray
    score: np.ndarray

    def scored(self) -> "Scores":
        """Only the films that have a score."""
        keep = np.isfinite(self.score).all(axis=(0, 2))
        return Scores(self.film_id[keep], self.fold[keep], self.score[:, keep])

    def save(self, path: Path) -> None:
        """Write them, byte for byte the same for the same numbers."""
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, film_id=self.film_id, fold=self.fold, score=self.score)

    @classmethod
    def load(cls, path: Path) -> "Scores":
        """Read what `save` wrote."""
        with np.load(path) as file:
            return cls(file["film_id"], file["fold"], file["score"])


def prior_scores(y_true: np.ndarray, fold_of: np.ndarray, n_seeds: int) -> np.ndarray:
    """Each film's score is the label frequency in the other folds, (n_seeds, n_films, n_genres)."""
    score = np.empty(y_true.shape, np.float32)
    for fold in np.unique(fold_of):
        score[fold_of == fold] = y_true[fold_of != fold].mean(axis=0)
    return np.repeat(score[None], n_seeds, axis=0)


def average(a: Scores, b: Scores) -> Scores:
    """Late fusion: the mean of two approaches' scores on the films that both have."""
    common, rows_a, rows_b = np.intersect1d(a.film_id, b.film_id, return_indices=True)
    if not np.array_equal(a.fold[rows_a], b.fold[rows_b]):
        raise ValueError("the two approaches were not fitted on the same folds")
    return Scores(common, a.fold[rows_a], (a.score[:, rows_a] + b.score[:, rows_b]) / 2)

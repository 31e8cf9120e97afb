"""Out-of-fold scores on disk, a file for each approach: all that is judged, besides the labels."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np

from stages.base.files import replacing


@dataclass(frozen=True)
class Scores:
    """Scores of one approach; NaN throughout for a genre that it was not trained on."""

    film_id: np.ndarray
    """(n_films,) str."""
    fold: np.ndarray
    """(n_films,) int."""
    score: np.ndarray
    """(n_seeds, n_films, n_genres) float32, out of fold."""
    inner: np.ndarray
    """(n_folds, n_films, n_genres) float32; inner[f]: what may be tuned on for fold f, scores of
    the films outside f by models that never saw f or the film, NaN for the films of f itself."""

    def complete(self) -> "Scores":
        """Only the films that have a score in every genre that any film has one in."""
        genres = np.isfinite(self.score).any(axis=(0, 1))
        return self.take(np.isfinite(self.score[:, :, genres]).all(axis=(0, 2)))

    def take(self, rows: np.ndarray) -> "Scores":
        """Some of the films; rows: a mask or an index into them."""
        return Scores(self.film_id[rows], self.fold[rows], self.score[:, rows], self.inner[:, rows])

    @classmethod
    def load(cls, path: Path, labels: str = "all") -> "Scores":
        """Read those of one label set that `save_scores` wrote."""
        with np.load(path) as file:
            score, inner = (file[f"{labels}.{name}"] for name in ("score", "inner"))
            own = f"{labels}." if f"{labels}.film_id" in file.files else ""
            return cls(file[f"{own}film_id"], file[f"{own}fold"], score, inner)


def film_ids(path: Path) -> np.ndarray:
    """The films whose scores a file holds, (n_films,) str; the scores stay on disk."""
    with np.load(path) as file:
        return np.asarray(file["film_id"])


def stored_label_sets(path: Path) -> list[str]:
    """The label sets whose scores a file holds."""
    with np.load(path) as file:
        return [name.removesuffix(".score") for name in file.files if name.endswith(".score")]


def read_about(path: Path) -> dict[str, str]:
    """What is said of scores that were sent in, beside them in their file; else nothing."""
    with np.load(path) as file:
        return dict(json.loads(str(file["about"]))) if "about" in file.files else {}


def save_scores(
    scores: Mapping[str, Scores], path: Path, about: Mapping[str, str] | None = None
) -> None:
    """Write one approach's scores by label set, byte for byte the same for the same numbers.

    The films of all label sets are the same: they were trained together. Another fit's are kept
    beside its scores where they are others. about: what is said of scores that were sent in.
    """
    first = next(iter(scores.values()))
    arrays = {"film_id": first.film_id, "fold": first.fold}
    for labels, each in scores.items():
        arrays |= {f"{labels}.score": each.score, f"{labels}.inner": each.inner}
        if not np.array_equal(each.film_id, first.film_id):
            arrays |= {f"{labels}.film_id": each.film_id, f"{labels}.fold": each.fold}
    if about:
        arrays["about"] = np.array(json.dumps(dict(about)))
    with replacing(path) as new:
        np.savez(new, allow_pickle=False, **arrays)


def prior_scores(film_id: np.ndarray, fold: np.ndarray, y_true: np.ndarray, n_seeds: int) -> Scores:
    """Each film's score is the label frequency in the other folds.

    film_id, fold: (n_films,), folds numbered from 0; y_true: (n_films, n_genres) bool.
    """
    n_folds = int(fold.max()) + 1
    score = np.empty(y_true.shape, np.float32)
    inner = np.full((n_folds, *y_true.shape), np.nan, np.float32)
    for number in range(n_folds):
        score[fold == number] = y_true[fold != number].mean(axis=0)
        for other in set(range(n_folds)) - {number}:
            rest = (fold != number) & (fold != other)
            if rest.any():
                inner[number, fold == other] = y_true[rest].mean(axis=0)
    return Scores(film_id, fold, np.repeat(score[None], n_seeds, axis=0), inner)


def one_score_a_film(
    film_id: np.ndarray, fold: np.ndarray, score: np.ndarray, n_folds: int
) -> Scores:
    """Scores that are the same whichever fold is left out: not by models of each fold.

    What may be tuned on for a fold is the mean score of each film outside it. film_id, fold:
    (n_films,), folds numbered from 0; score: (n_seeds, n_films, n_genres) float32.
    """
    mean = score.mean(axis=0, dtype=np.float64).astype(np.float32)
    inner = np.repeat(mean[None], n_folds, axis=0)
    for number in range(n_folds):
        inner[number, fold == number] = np.nan
    return Scores(film_id, fold, score, inner)


def align(*parts: Scores) -> list[Scores]:
    """Several approaches' scores of the films that all have, in one order.

    Raises ValueError if they do not agree on the folds.
    """
    films = reduce(np.intersect1d, [part.film_id for part in parts])
    found = []
    for part in parts:
        order = np.argsort(part.film_id)
        found.append(part.take(order[np.searchsorted(part.film_id, films, sorter=order)]))
    if any(not np.array_equal(part.fold, found[0].fold) for part in found):
        raise ValueError("the approaches were not fitted on the same folds")
    return found

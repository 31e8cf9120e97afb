"""Checks of arrays that every metric makes before it computes anything."""

import numpy as np
import numpy.typing as npt

from stages.base.counting import counted
from stages.base.errors import BenchmarkError

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
RealScores = npt.NDArray[np.floating]


def validate(y_true: Bools, y_score: RealScores) -> None:
    """Check one approach's scores against the truth.

    y_true: (n_films, n_genres) bool; y_score: same shape, floating and finite.
    Raises BenchmarkError, naming the array and what was found in it.
    """
    _check_labels("y_true", y_true)
    _check_shape("y_score", y_score, y_true.shape)
    _check_finite("y_score", y_score)


def validate_many(y_true: Bools, y_scores: RealScores) -> None:
    """Check several approaches' scores of the same films.

    y_true: (n_films, n_genres) bool; y_scores: (n_approaches, n_films, n_genres) floating, finite.
    Raises BenchmarkError.
    """
    _check_labels("y_true", y_true)
    if np.ndim(y_scores) != 3 or len(y_scores) == 0:
        raise BenchmarkError(
            "the scores of several approaches have the wrong shape",
            where="y_scores",
            found=f"shape {np.shape(y_scores)}",
            expected="(n_approaches, n_films, n_genres), at least one approach",
            do="stack the approaches' score matrices along a new first axis",
        )
    for approach, y_score in enumerate(y_scores):
        _check_shape(f"y_scores[{approach}]", y_score, y_true.shape)
        _check_finite(f"y_scores[{approach}]", y_score)


def validate_decisions(y_true: Bools, decisions: Bools) -> None:
    """Check yes/no decisions against the truth: both (n_films, n_genres) bool.

    Raises BenchmarkError.
    """
    _check_labels("y_true", y_true)
    _check_labels("decisions", decisions)
    _check_shape("decisions", decisions, y_true.shape)


def validate_probabilities(y_true: Bools, y_score: RealScores) -> None:
    """Check as `validate`, and that every score lies in [0, 1]. Raises BenchmarkError."""
    validate(y_true, y_score)
    low, high = float(np.min(y_score)), float(np.max(y_score))
    if low < 0 or high > 1:
        raise BenchmarkError(
            "scores are not probabilities",
            where="y_score",
            found=f"values from {low:g} to {high:g}",
            expected="values from 0 to 1",
            do="pass the scores through a sigmoid, or judge them by ranking alone",
        )


def validate_groups(groups: npt.NDArray[np.generic], n_films: int) -> None:
    """Check that there is one group per film. Raises BenchmarkError."""
    if np.shape(groups) != (n_films,):
        raise BenchmarkError(
            "the groups do not match the films",
            where="groups",
            found=f"shape {np.shape(groups)}",
            expected=f"({n_films},), one group per film",
            do="give each film exactly one group, in the order of y_true",
        )


def _check_labels(name: str, labels: Bools) -> None:
    dtype = getattr(labels, "dtype", type(labels).__name__)
    if dtype != np.bool_:
        raise BenchmarkError(
            "labels must be yes or no",
            where=name,
            found=f"dtype {dtype}",
            expected="dtype bool",
            do="convert it with .astype(bool) where 0/1 is meant",
        )
    if labels.ndim != 2 or 0 in labels.shape:
        raise BenchmarkError(
            "labels have the wrong shape",
            where=name,
            found=f"shape {labels.shape}",
            expected="(n_films, n_genres), at least one film and one genre",
            do="check which films were selected",
        )


def _check_shape(name: str, array: npt.NDArray[np.generic], shape: tuple[int, ...]) -> None:
    if np.shape(array) != shape:
        raise BenchmarkError(
            "an array does not match the truth",
            where=name,
            found=f"shape {np.shape(array)}",
            expected=f"shape {shape}, that of y_true",
            do="use the same films and genres, in the same order, on both sides",
        )


def _check_finite(name: str, array: RealScores) -> None:
    if not np.issubdtype(array.dtype, np.floating):
        raise BenchmarkError(
            "scores must be real numbers",
            where=name,
            found=f"dtype {array.dtype}",
            expected="a floating dtype",
            do="convert it with .astype(float)",
        )
    finite = np.isfinite(array)
    if not finite.all():
        bad = np.argwhere(~finite)
        film, genre = bad[0]
        raise BenchmarkError(
            "scores are missing or infinite",
            where=name,
            found=f"{counted(len(bad), 'value')}, the first at film {film}, genre {genre}",
            expected="a finite score for every film and genre",
            do="look at the approach that wrote them: its training may have diverged",
        )

"""Metrics of scores as probabilities."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from stages.scoring.validate import Bools, Floats, RealScores, validate_probabilities


@dataclass(frozen=True)
class ReliabilityBin:
    """Films of similar score: the mean score, and how many have the genre."""

    films: int
    """How many."""
    lowest: float
    """Score."""
    highest: float
    """Score."""
    mean_score: float
    frequency: float
    """Share of the films that have the genre."""


def brier(y_true: Bools, y_score: RealScores) -> Floats:
    """Mean squared error of the score for each genre.

    y_true, y_score: (n_films, n_genres), scores in [0, 1]. Returns (n_genres,), always defined.
    Raises BenchmarkError. Source: Brier 1950.
    """
    validate_probabilities(y_true, y_score)
    return np.mean((y_score.astype(np.float64) - y_true) ** 2, axis=0)


def reliability_table(
    y_true: Bools, y_score: RealScores, n_bins: int = 10
) -> list[list[ReliabilityBin]]:
    """Films of each genre in bins of equal mass, lowest scores first.

    Films of equal score share a bin (so that their order cannot matter), hence bins may be uneven
    and fewer than n_bins. y_true, y_score: (n_films, n_genres), scores in [0, 1]. Returns one list
    of bins per genre. Raises BenchmarkError.
    """
    validate_probabilities(y_true, y_score)
    columns = zip(y_true.T, y_score.T.astype(np.float64), strict=True)
    return [_bins(truth, score, n_bins) for truth, score in columns]


def expected_calibration_error(y_true: Bools, y_score: RealScores, n_bins: int = 10) -> Floats:
    """Mean distance of mean score and observed frequency over equal-mass bins, for each genre.

    y_true, y_score: (n_films, n_genres), scores in [0, 1]. Returns (n_genres,), always defined.
    Raises BenchmarkError. Source: Naeini et al. 2015, with the bins of `reliability_table`.
    """
    table = reliability_table(y_true, y_score, n_bins)
    gaps = [sum(b.films * abs(b.mean_score - b.frequency) for b in bins) for bins in table]
    return np.array(gaps, dtype=np.float64) / len(y_true)


def _bins(truth: Bools, score: Floats, n_bins: int) -> list[ReliabilityBin]:
    order = np.argsort(score)
    truth, score = truth[order], score[order]
    starts = np.append(0, np.flatnonzero(np.diff(score)) + 1)  # of films of equal score
    ends = np.append(starts[1:], len(score))
    rank = (starts + 1 + ends) / 2  # the mean of theirs
    number = np.floor((rank - 0.5) / len(score) * n_bins)
    edges = [*starts[np.flatnonzero(np.diff(number, prepend=-1))], len(score)]
    return [
        ReliabilityBin(
            films=int(end - start),
            lowest=float(score[start]),
            highest=float(score[end - 1]),
            mean_score=float(score[start:end].mean()),
            frequency=float(truth[start:end].mean()),
        )
        for start, end in pairwise(edges)
    ]

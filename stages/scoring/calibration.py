"""Ways to turn scores into probabilities, fitted on films other than those they are used on.

A method takes the truth and the scores of the films to fit on, and returns a function from scores
(n, n_genres) to probabilities of the same shape.
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import isotonic_regression, minimize_scalar
from scipy.special import expit, logit

from stages.scoring.validate import Bools, Floats, RealScores, validate_probabilities

Calibrator = Callable[[RealScores], Floats]
Method = Callable[[Bools, RealScores], Calibrator]
EXTREME = 1e-6  # scores of exactly 0 or 1 have no log-odds
NEWTON_STEPS, CONVERGED = 100, 1e-10


def identity(y_true: Bools, y_score: RealScores) -> Calibrator:
    """Take the scores as probabilities."""
    validate_probabilities(y_true, y_score)
    return lambda scores: scores.astype(np.float64)


def platt(y_true: Bools, y_score: RealScores) -> Calibrator:
    """A logistic curve of the log-odds for each genre, two parameters.

    Targets are smoothed by one film in each class, so that a genre without positives, or perfectly
    separated, has a curve too. y_true, y_score: (n_films, n_genres), scores in [0, 1]. Raises
    BenchmarkError. Source: Platt 1999.
    """
    validate_probabilities(y_true, y_score)
    positives = y_true.sum(axis=0)
    negatives = len(y_true) - positives
    targets = np.where(y_true, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    slope, offset = _logistic(targets, log_odds(y_score))
    return lambda scores: expit(log_odds(scores) * slope + offset)


def isotonic(y_true: Bools, y_score: RealScores) -> Calibrator:
    """Isotonic regression for each genre; between two scores a line, beyond the ends no further.

    Probabilities are kept half a film away from 0 and 1, or the log loss of one film would have no
    bound. y_true, y_score: (n_films, n_genres), scores in [0, 1]. Raises BenchmarkError. Source:
    Zadrozny & Elkan 2002.
    """
    validate_probabilities(y_true, y_score)
    edge = 1 / (2 * (len(y_true) + 1))
    models = [
        _rising(truth, score) for truth, score in zip(y_true.T, _columns(y_score), strict=True)
    ]
    return lambda scores: np.stack(
        [
            np.interp(score, known, value.clip(edge, 1 - edge))
            for (known, value), score in zip(models, _columns(scores), strict=True)
        ],
        axis=1,
    )


def temperature(y_true: Bools, y_score: RealScores) -> Calibrator:
    """All log-odds divided by one number, which changes how sure the scores are and nothing else.

    No order changes, neither of films within a genre nor of genres within a film. y_true,
    y_score: (n_films, n_genres), scores in [0, 1]. Raises BenchmarkError. Source: Guo et al. 2017.
    """
    validate_probabilities(y_true, y_score)
    odds = log_odds(y_score)

    def loss(log_temperature: float) -> float:
        return float(_log_loss(y_true, expit(odds / np.exp(log_temperature))).mean())

    found = float(np.exp(minimize_scalar(loss, bounds=(-4.0, 4.0), method="bounded").x))
    return lambda scores: expit(log_odds(scores) / found)


METHODS: dict[str, Method] = {
    "none": identity,
    "platt": platt,
    "isotonic": isotonic,
    "temperature": temperature,
}


def log_loss(y_true: Bools, y_score: RealScores) -> Floats:
    """Mean log loss for each genre, in nats.

    y_true, y_score: (n_films, n_genres), scores in [0, 1] and taken as at least 1e-6 and at most
    1 - 1e-6. Returns (n_genres,), always defined. Raises BenchmarkError.
    """
    validate_probabilities(y_true, y_score)
    return _log_loss(y_true, y_score)


def _log_loss(y_true: Bools, y_score: RealScores) -> Floats:
    """The same of arrays that need no check."""
    score = np.clip(y_score.astype(np.float64), EXTREME, 1 - EXTREME)
    return -np.mean(np.where(y_true, np.log(score), np.log1p(-score)), axis=0)


def log_odds(y_score: RealScores) -> Floats:
    """Log-odds of scores in [0, 1], any shape; of 0 and 1 those of 1e-6 and 1 - 1e-6."""
    return logit(np.clip(y_score.astype(np.float64), EXTREME, 1 - EXTREME))


def _rising(truth: Bools, score: Floats) -> tuple[Floats, Floats]:
    """The scores that occur, ascending, and the share of true ones at each, made not to fall.

    However close two scores are, they are two: scikit-learn takes those within 1e-15 as one, such
    as the 0 and 1e-20 of a network that is sure.
    """
    known, place, films = np.unique(score, return_inverse=True, return_counts=True)
    share = np.bincount(place, truth) / films
    return known, isotonic_regression(share, weights=films).x


def _columns(scores: RealScores) -> Floats:
    return np.ascontiguousarray(scores.T, np.float64)


def _logistic(targets: Floats, odds: Floats) -> tuple[Floats, Floats]:
    """Slopes and offsets for each genre's log-odds, by Newton's method with steps of at most 2.

    targets, odds: (n_films, n_genres). Odds that do not vary get no slope.
    """
    scale = odds.std(axis=0) + EXTREME
    x = (odds - odds.mean(axis=0)) / scale
    slope, offset = np.zeros(odds.shape[1]), np.zeros(odds.shape[1])
    for _ in range(NEWTON_STEPS):
        predicted = expit(x * slope + offset)
        residual, weight = targets - predicted, predicted * (1 - predicted)
        up, right = (residual * x).sum(axis=0), residual.sum(axis=0)
        a, b, c = (weight * x * x).sum(axis=0) + EXTREME, (weight * x).sum(axis=0), weight.sum(0)
        determinant = a * c - b * b
        steps = np.stack([c * up - b * right, a * right - b * up]) / determinant
        steps /= np.maximum(1, np.hypot(*steps) / 2)
        slope, offset = slope + steps[0], offset + steps[1]
        if np.abs(steps).max() < CONVERGED:
            break
    return slope / scale, offset - slope * odds.mean(axis=0) / scale

"""References on the same films: what no skill scores, and what a perfect predictor could."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from stages.scoring.averaging import average, average_over_genres
from stages.scoring.ranking import genre_average_precision
from stages.scoring.threads import in_threads
from stages.scoring.validate import Bools, Floats, RealScores, validate_decisions


@dataclass(frozen=True)
class NullDistribution:
    """A metric of scores that know nothing of the films."""

    expected: float
    std: float
    lo: float
    """Lower end of the middle 95%."""
    hi: float
    """Upper end of the middle 95%."""


def frequency_scores(frequencies: Floats, n_films: int) -> Floats:
    """Score every film with the training frequencies of the genres.

    frequencies: (n_genres,). Returns (n_films, n_genres).
    """
    return np.tile(np.asarray(frequencies, dtype=np.float64), (n_films, 1))


def constant_labels(frequencies: Floats, n_films: int, k: int = 1) -> Bools:
    """Give every film the k genres most frequent in training, ties to the first genre.

    frequencies: (n_genres,). Returns (n_films, n_genres) bool.
    """
    labels = np.zeros(len(frequencies), dtype=np.bool_)
    labels[np.argsort(-np.asarray(frequencies), kind="stable")[:k]] = True
    return np.tile(labels, (n_films, 1))


def predict_everything(n_films: int, n_genres: int) -> Bools:
    """Give every film every genre. Returns (n_films, n_genres) bool."""
    return np.ones((n_films, n_genres), dtype=np.bool_)


def random_scores(n_films: int, n_genres: int, rng: np.random.Generator) -> Floats:
    """Score without a look at the films: (n_films, n_genres) uniform in [0, 1).

    The mean of a handful of these is the fair paired reference for average precision: unlike label
    frequencies they do not tie all films.
    """
    return rng.random((n_films, n_genres))


def random_scores_of_mean(means: Floats, n_films: int, rng: np.random.Generator) -> Floats:
    """Score without a look at the films: each genre evenly around its mean, as far as 0 and 1 let.

    What a random score gets at a threshold, or in one list of all genres, depends on its mean.
    means: (n_genres,) in [0, 1]. Returns (n_films, n_genres) in [0, 1].
    """
    means = np.asarray(means, dtype=np.float64)
    reach = np.minimum(means, 1 - means)
    return means + reach * (2 * rng.random((n_films, len(means))) - 1)


def simulate_random_scores(
    y_true: Bools,
    means: Floats,
    metrics: Callable[[Bools, RealScores], Mapping[str, float]],
    rng: np.random.Generator,
    n_draws: int = 200,
) -> dict[str, NullDistribution]:
    """Metrics of `random_scores_of_mean`, simulated.

    y_true: (n_films, n_genres) bool; means: (n_genres,) in [0, 1]; metrics:
    such as `evaluate.evaluate_scores`. A metric that some draw does not have is left out. Raises
    what `metrics` raises.
    """
    scores = (random_scores_of_mean(means, len(y_true), rng) for _ in range(n_draws))
    draws = in_threads(partial(metrics, y_true), scores)
    found = {}
    for name in draws[0]:
        values = np.array([draw[name] for draw in draws if name in draw])
        if len(values) == n_draws:
            lo, hi = np.quantile(values, (0.025, 0.975))
            std = float(values.std(ddof=1))
            found[name] = NullDistribution(float(values.mean()), std, float(lo), float(hi))
    return found


def expected_random_average_precision(y_true: Bools) -> Floats:
    """Exact mean of each genre's average precision over all orders of the films.

    For N films, R with the genre: H/N + (R - 1)/(N - 1) (1 - H/N), H the N-th harmonic number
    (Bestgen 2015, "Exact expected average precision of the random baseline"). It lies above the
    prevalence R/N that a constant score gets, by about 0.02 at N = 240, and tends to it.
    y_true: (n_films, n_genres) bool. Returns (n_genres,), NaN for a genre that no film has.
    Raises BenchmarkError on bad arrays.
    """
    validate_decisions(y_true, y_true)
    n_films = len(y_true)
    first = np.sum(1 / np.arange(1, n_films + 1)) / n_films
    positives = y_true.sum(axis=0)
    expected = first + (positives - 1) / max(n_films - 1, 1) * (1 - first)
    return np.where(positives > 0, expected, np.nan)


def random_macro_average_precision(
    y_true: Bools, rng: np.random.Generator, n_draws: int = 1000
) -> NullDistribution | None:
    """Macro average precision of scores drawn without a look at the films.

    y_true: (n_films, n_genres) bool. The expected value is exact, the rest is simulated. None if
    no film has any genre. Raises BenchmarkError on bad arrays.
    """
    n_films, n_genres = y_true.shape
    expected = average(expected_random_average_precision(y_true)).value
    if expected is None:
        return None
    scores = (random_scores(n_films, n_genres, rng) for _ in range(n_draws))
    draws = np.stack(in_threads(partial(genre_average_precision, y_true), scores))
    macro, _ = average_over_genres(draws)
    lo, hi = np.quantile(macro, (0.025, 0.975))
    return NullDistribution(expected, float(macro.std(ddof=1)), float(lo), float(hi))


def keras_accuracy_of_perfect(y_true: Bools) -> float | None:
    """`keras_accuracy` expected of a predictor that ranks a film's own genres first, in any order.

    Mean of 1 / number of genres over the films that have any; None if none has. y_true:
    (n_films, n_genres) bool. Raises BenchmarkError on bad arrays.
    """
    validate_decisions(y_true, y_true)
    genres = y_true.sum(axis=1)
    return average(np.where(genres > 0, 1 / np.maximum(genres, 1), np.nan)).value

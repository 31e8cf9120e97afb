"""All metrics of one approach, by name."""

import numpy as np

from stages.scoring import decisions as judged
from stages.scoring import probability, ranking
from stages.scoring.averaging import Average, as_numbers, average
from stages.scoring.validate import Bools, Floats, RealScores


def evaluate_scores(
    y_true: Bools, y_score: RealScores, are_probabilities: bool = True
) -> dict[str, float]:
    """Every metric of scores.

    y_true: (n_films, n_genres) bool; y_score: same shape, in [0, 1] unless are_probabilities is
    False: then those of probabilities, Brier and calibration error, are missing. So are undefined
    values, and `<name>_left_out` counts what an average did without. Raises BenchmarkError.
    """
    by_genre = ranking.genre_average_precision(y_true, y_score)
    averages = {
        "macro_ap": average(by_genre),
        "micro_ap": ranking.micro_average_precision(y_true, y_score),
        "weighted_ap": average(by_genre, y_true.sum(axis=0).astype(np.float64)),
        "samples_ap": ranking.samples_average_precision(y_true, y_score),
        "normalised_ap": average(ranking.beyond_prevalence(by_genre, y_true)),
        "trapezoid_ap": average(ranking.trapezoid_average_precision(y_true, y_score)),
        "roc_auc": average(ranking.roc_auc(y_true, y_score)),
        "lrap": ranking.label_ranking_average_precision(y_true, y_score),
        "coverage_error": ranking.coverage_error(y_true, y_score),
    }
    if are_probabilities:
        averages["brier"] = average(probability.brier(y_true, y_score))
        error = probability.expected_calibration_error(y_true, y_score)
        averages["calibration_error"] = average(error)
    return as_numbers(averages) | {"keras_accuracy": ranking.keras_accuracy(y_true, y_score)}


def evaluate_decisions(y_true: Bools, decisions: Bools) -> dict[str, float]:
    """Every metric of yes/no decisions.

    y_true, decisions: (n_films, n_genres) bool. Keys such as macro_f1, micro_precision,
    samples_recall, exact_match. Undefined values are missing, and `<name>_left_out` counts what an
    average did without. Raises BenchmarkError.
    """
    averages: dict[str, Average] = {}
    for kind, rule in (
        ("macro", judged.macro),
        ("micro", judged.micro),
        ("samples", judged.samples),
    ):
        averages |= {f"{kind}_{name}": item for name, item in rule(y_true, decisions).items()}
    return as_numbers(averages) | {
        "exact_match": judged.exact_match(y_true, decisions),
        "hamming_loss": judged.hamming_loss(y_true, decisions),
    }


def evaluate_genres(
    y_true: Bools, y_score: RealScores, are_probabilities: bool = True
) -> dict[str, Floats]:
    """Metrics of scores for each genre: arrays of (n_genres,), NaN = undefined.

    y_true: (n_films, n_genres) bool; y_score: same shape, in [0, 1] unless are_probabilities is
    False: then Brier and calibration error are missing. Raises BenchmarkError.
    """
    by_genre = ranking.genre_average_precision(y_true, y_score)
    found = {
        "support": y_true.sum(axis=0).astype(float),
        "prevalence": y_true.mean(axis=0),
        "ap": by_genre,
        "normalised_ap": ranking.beyond_prevalence(by_genre, y_true),
        "trapezoid_ap": ranking.trapezoid_average_precision(y_true, y_score),
        "roc_auc": ranking.roc_auc(y_true, y_score),
    }
    if are_probabilities:
        found["brier"] = probability.brier(y_true, y_score)
        found["calibration_error"] = probability.expected_calibration_error(y_true, y_score)
    return found

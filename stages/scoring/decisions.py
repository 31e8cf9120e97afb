"""Metrics of yes/no decisions.

Precision where nothing is predicted is undefined, not 0. For a genre that no film has, everything
is undefined whatever is predicted. So that all approaches, thresholds and columns are averaged over
the same genres, an average takes the precision of a genre that films have and that is never
predicted as 0, as its recall and F1 are and as scikit-learn does by default.
"""

from dataclasses import dataclass

import numpy as np

from stages.scoring.averaging import Average, average, ratio
from stages.scoring.validate import Bools, Floats, Ints, validate_decisions


@dataclass(frozen=True)
class Quality:
    """Precision, recall, F1 and Jaccard, each (n,) with NaN where undefined."""

    precision: Floats
    recall: Floats
    f1: Floats
    jaccard: Floats

    def averages(self) -> dict[str, Average]:
        """Mean of each over the entries that have positives: precision, recall, f1, jaccard."""
        missed = np.isnan(self.precision) & ~np.isnan(self.recall)
        columns = vars(self) | {"precision": np.where(missed, 0.0, self.precision)}
        return {name: average(values) for name, values in columns.items()}


def quality(
    true_positives: Ints | Floats, predicted: Ints | Floats, positives: Ints | Floats
) -> Quality:
    """Precision, recall, F1 and Jaccard from counts of any one shape."""
    has_positives = np.asarray(positives) > 0
    total = predicted + positives
    precision = np.where(has_positives, ratio(true_positives, predicted), np.nan)
    recall = ratio(true_positives, positives)
    f1 = np.where(has_positives, ratio(2 * true_positives, total), np.nan)
    jaccard = np.where(has_positives, ratio(true_positives, total - true_positives), np.nan)
    return Quality(precision, recall, f1, jaccard)


def genre_quality(y_true: Bools, decisions: Bools) -> Quality:
    """Quality for each genre over the films.

    y_true, decisions: (n_films, n_genres) bool. Arrays of (n_genres,). Raises BenchmarkError.
    """
    validate_decisions(y_true, decisions)
    return quality((y_true & decisions).sum(0), decisions.sum(0), y_true.sum(0))


def film_quality(y_true: Bools, decisions: Bools) -> Quality:
    """Quality for each film over the genres.

    y_true, decisions: (n_films, n_genres) bool. Arrays of (n_films,). Raises BenchmarkError.
    """
    validate_decisions(y_true, decisions)
    return genre_quality(y_true.T, decisions.T)


def macro(y_true: Bools, decisions: Bools) -> dict[str, Average]:
    """Mean over genres; macro F1 is the mean of the genres' F1, not the F1 of the means.

    Keys: precision, recall, f1, jaccard. Raises BenchmarkError on bad arrays.
    """
    return genre_quality(y_true, decisions).averages()


def micro(y_true: Bools, decisions: Bools) -> dict[str, Average]:
    """Quality over all pairs of film and genre in one count.

    Keys: precision, recall, f1, jaccard. Raises BenchmarkError on bad arrays.
    """
    validate_decisions(y_true, decisions)
    return genre_quality(y_true.reshape(-1, 1), decisions.reshape(-1, 1)).averages()


def samples(y_true: Bools, decisions: Bools) -> dict[str, Average]:
    """Mean over films of the quality over their genres.

    Keys: precision, recall, f1, jaccard. Raises BenchmarkError on bad arrays.
    """
    return film_quality(y_true, decisions).averages()


def exact_match(y_true: Bools, decisions: Bools) -> float:
    """Share of films whose genres are all predicted right. Raises BenchmarkError on bad arrays."""
    validate_decisions(y_true, decisions)
    return float(np.mean((y_true == decisions).all(axis=1)))


def hamming_loss(y_true: Bools, decisions: Bools) -> float:
    """Share of pairs of film and genre predicted wrong. Raises BenchmarkError on bad arrays."""
    validate_decisions(y_true, decisions)
    return float(np.mean(y_true != decisions))

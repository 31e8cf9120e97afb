"""Ranking metrics: by the order that scores put films or genres in."""

import numpy as np

from stages.scoring.averaging import Average, average, ratio
from stages.scoring.validate import Bools, Floats, Ints, RealScores, validate


def genre_average_precision(y_true: Bools, y_score: RealScores) -> Floats:
    """Average precision of each genre over the films, step-wise; tied films count as one step.

    Sum of (R_k - R_{k-1}) P_k over the distinct scores, as scikit-learn's
    `average_precision_score`. y_true, y_score: (n_films, n_genres). Returns (n_genres,), NaN for a
    genre that no film has. Raises BenchmarkError on bad arrays.
    """
    validate(y_true, y_score)
    return np.array([_step_area(*_curve(t, s)) for t, s in zip(y_true.T, y_score.T, strict=True)])


def film_average_precision(y_true: Bools, y_score: RealScores) -> Floats:
    """Average precision of each film over the genres.

    y_true, y_score: (n_films, n_genres). Returns (n_films,), NaN for a film without a genre.
    Raises BenchmarkError on bad arrays.
    """
    validate(y_true, y_score)
    order = np.argsort(-y_score, axis=1, kind="stable")
    score = np.take_along_axis(y_score, order, axis=1)
    hits = np.cumsum(np.take_along_axis(y_true, order, axis=1), axis=1)
    ends = np.append(np.diff(score, axis=1) != 0, np.ones((len(score), 1), bool), axis=1)
    taken = np.broadcast_to(np.arange(1, score.shape[1] + 1), score.shape)
    steps = ends.sum(axis=1)  # films with as many distinct scores are summed as one array
    found = np.full(len(score), np.nan)
    for count in np.unique(steps).tolist():
        films = (steps == count) & (hits[:, -1] > 0)
        at = ends[films]
        reached, so_far = (part[films][at].reshape(-1, count) for part in (hits, taken))
        gained = np.diff(reached, axis=1, prepend=0) / reached[:, -1:]
        found[films] = np.sum(gained * (reached / so_far), axis=1)
    return found


def macro_average_precision(y_true: Bools, y_score: RealScores) -> Average:
    """Mean over genres of their average precision: the primary number. Raises BenchmarkError."""
    return average(genre_average_precision(y_true, y_score))


def weighted_average_precision(y_true: Bools, y_score: RealScores) -> Average:
    """Mean over genres of their average precision, weighted by films. Raises BenchmarkError."""
    per_genre = genre_average_precision(y_true, y_score)
    return average(per_genre, y_true.sum(axis=0).astype(np.float64))


def micro_average_precision(y_true: Bools, y_score: RealScores) -> Average:
    """Average precision over all pairs of film and genre in one list. Raises BenchmarkError."""
    validate(y_true, y_score)
    return average(genre_average_precision(y_true.reshape(-1, 1), y_score.reshape(-1, 1)))


def samples_average_precision(y_true: Bools, y_score: RealScores) -> Average:
    """Mean over films of their average precision over genres. Raises BenchmarkError."""
    return average(film_average_precision(y_true, y_score))


def normalised_average_precision(y_true: Bools, y_score: RealScores) -> Floats:
    """Average precision of each genre rescaled to (AP - p) / (1 - p), p its prevalence.

    0 is a constant score, 1 a perfect order. y_true, y_score: (n_films, n_genres). Returns
    (n_genres,), NaN for a genre that no film or every film has. Raises BenchmarkError.
    """
    return beyond_prevalence(genre_average_precision(y_true, y_score), y_true)


def beyond_prevalence(precision: Floats, y_true: Bools) -> Floats:
    """Rescale the genres' average precision, (n_genres,), as `normalised_average_precision`."""
    prevalence = y_true.mean(axis=0)
    return ratio(precision - prevalence, 1 - prevalence)


def trapezoid_average_precision(y_true: Bools, y_score: RealScores) -> Floats:
    """Area under each genre's precision-recall curve by straight lines. For compatibility only.

    Starts at recall 0, precision 1, as scikit-learn's `auc` of `precision_recall_curve`; it gives
    a constant score (1 + prevalence) / 2. y_true, y_score: (n_films, n_genres). Returns
    (n_genres,), NaN for a genre that no film has. Raises BenchmarkError.
    """
    validate(y_true, y_score)
    areas = []
    for truth, score in zip(y_true.T, y_score.T, strict=True):
        hits, taken = _curve(truth, score)
        recall = np.concatenate(([0.0], ratio(hits, hits[-1])))
        precision = np.concatenate(([1.0], hits / taken))
        areas.append(float(np.sum(np.diff(recall) * (precision[1:] + precision[:-1]) / 2)))
    return np.array(areas)


def macro_precision_at_recall(y_true: Bools, y_score: RealScores, recalls: Floats) -> Floats:
    """Mean over genres of the precision where a genre's recall first reaches each level.

    y_true, y_score: (n_films, n_genres); recalls: (n_levels,) in (0, 1]. Returns (n_levels,);
    genres that no film has are left out. Raises BenchmarkError on bad arrays.
    """
    validate(y_true, y_score)
    curves = []
    for truth, score in zip(y_true.T, y_score.T, strict=True):
        hits, taken = _curve(truth, score)
        if hits[-1]:
            reached = np.searchsorted(hits, np.ceil(recalls * hits[-1] - 1e-9))
            curves.append((hits / taken)[reached])
    return np.mean(curves, axis=0) if curves else np.full(len(recalls), np.nan)


def roc_auc(y_true: Bools, y_score: RealScores) -> Floats:
    """Chance that a film with the genre outscores one without, ties half, for each genre.

    The Mann-Whitney form. y_true, y_score: (n_films, n_genres). Returns (n_genres,), NaN for a
    genre that no film or every film has. Raises BenchmarkError on bad arrays.
    """
    validate(y_true, y_score)
    with_genre = y_true.sum(axis=0).astype(np.float64)
    wins = [_wins(*_curve(t, s)) for t, s in zip(y_true.T, y_score.T, strict=True)]
    return ratio(wins, with_genre * (len(y_true) - with_genre))


def label_ranking_average_precision(y_true: Bools, y_score: RealScores) -> Average:
    """Mean over films: for each true genre, the share of true ones among those ranked as high.

    As scikit-learn's `label_ranking_average_precision_score`, but a film without a genre is left
    out. Tied genres all take the worst rank. Raises BenchmarkError on bad arrays.
    """
    validate(y_true, y_score)
    at_least = y_score[:, None, :] >= y_score[:, :, None]
    ranked = at_least.sum(axis=2)
    ranked_true = (at_least & y_true[:, None, :]).sum(axis=2)
    shares = np.where(y_true, ranked_true / ranked, 0.0).sum(axis=1)
    return average(ratio(shares, y_true.sum(axis=1)))


def coverage_error(y_true: Bools, y_score: RealScores) -> Average:
    """Mean number of top-scored genres one must take to have all of a film's own.

    As scikit-learn's `coverage_error`, but a film without a genre is left out. Best value: the
    mean number of genres per film. Raises BenchmarkError on bad arrays.
    """
    validate(y_true, y_score)
    lowest_true = np.where(y_true, y_score, np.inf).min(axis=1, keepdims=True)
    taken = (y_score >= lowest_true).sum(axis=1).astype(np.float64)
    return average(np.where(y_true.any(axis=1), taken, np.nan))


def keras_accuracy(y_true: Bools, y_score: RealScores) -> float:
    """Share of films whose first true genre is the first top-scored one.

    Keras' `categorical_accuracy`, argmax against argmax, ties to the first column: a measure of
    genre order as much as of skill. y_true, y_score: (n_films, n_genres). Raises BenchmarkError.
    """
    validate(y_true, y_score)
    return float(np.mean(y_true.argmax(axis=1) == y_score.argmax(axis=1)))


def _curve(truth: Bools, score: RealScores) -> tuple[Ints, Ints]:
    """True positives and films taken at each distinct score, highest first."""
    order = np.argsort(-score)  # in any order among equals: they are one step
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    return np.cumsum(truth[order])[ends], ends + 1


def _wins(hits: Ints, taken: Ints) -> float:
    """How many pairs of a film with the genre and one without are in order, ties as halves."""
    found = np.diff(hits, prepend=0)
    others = np.diff(taken, prepend=0) - found
    return float(np.sum(others * (hits - found / 2)))


def _step_area(hits: Ints, taken: Ints) -> float:
    if hits[-1] == 0:
        return float("nan")
    return float(np.sum(np.diff(hits, prepend=0) / hits[-1] * (hits / taken)))

"""Average precision under many weightings of the same films at once: the engine of resampling.

A resample of films is a whole-number weight for each; so the scores are sorted once, and every
step down the order is one vectorised addition over all resamples.
"""

import numpy as np

from stages.scoring.validate import Bools, Floats, Ints, RealScores


def weighted_average_precision(
    y_true: Bools, y_score: RealScores, weights: Floats, rows: Ints | None = None
) -> Floats:
    """Average precision of one list of items under each column of weights.

    Equals scikit-learn's `average_precision_score` with `sample_weight`, ties included. y_true,
    y_score: (n_items,); weights: (n_films, n_draws) not negative; rows: (n_items,), the film of
    each item where items are not films. Returns (n_draws,), NaN where no positive item has weight.
    """
    taken, hits, before, area, step = np.zeros((5, weights.shape[1]))
    smallest = np.finfo(np.float64).tiny
    order = np.argsort(-y_score, kind="stable")
    last_of_tie = np.append(np.diff(y_score[order]) != 0, True)
    films = order if rows is None else rows[order]
    changed = False
    for film, positive, ends in zip(films, y_true[order], last_of_tie, strict=True):
        weight = weights[film]
        np.add(taken, weight, out=taken)
        if positive:
            np.add(hits, weight, out=hits)
            changed = True
        if ends and changed:
            np.subtract(hits, before, out=before)
            np.multiply(before, hits, out=before)
            np.maximum(taken, smallest, out=step)
            np.divide(before, step, out=step)
            np.add(area, step, out=area)
            np.copyto(before, hits)
            changed = False
    np.copyto(hits, np.nan, where=hits == 0)
    return area / hits

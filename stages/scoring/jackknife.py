"""Leave one film, or one group of films, out: average precision and sums without each in turn.

In one pass where films stand alone: leaving one film out changes every step down the order of the
scores after it in the same way, so two running sums suffice.
"""

import numpy as np
from scipy.sparse import csr_array

from stages.scoring.validate import Bools, Floats, Ints, RealScores
from stages.scoring.weighted import weighted_average_precision

AT_ONCE = 1 << 17  # weights worked on at once


def jackknife_average_precision(y_true: Bools, y_score: RealScores, group: Ints) -> Floats:
    """Average precision of all films, then without each group: (1 + n_groups,).

    y_true, y_score: (n_films,); group: (n_films,), numbered from 0. NaN where no positive film is
    left.
    """
    sizes = np.bincount(group)
    found = np.empty(1 + len(sizes))
    found[0], each = _leave_one_out(y_true, y_score)
    found[1 + group] = each  # of larger groups replaced below
    larger = np.flatnonzero(sizes > 1)
    width = max(AT_ONCE // len(group), 16)
    for start in range(0, len(larger), width):
        absent = larger[start : start + width]
        present = (group[:, None] != absent).astype(np.uint8)
        found[1 + absent] = weighted_average_precision(y_true, y_score, present)
    return found


def leave_one_group_out_sums(values: Bools | Floats, group: Ints) -> Floats:
    """Sums over all films, then over those outside each group: (1 + n_groups, n_columns).

    values: (n_films, n_columns); group: as above.
    """
    n_films, n_groups = len(group), int(group.max()) + 1
    members = csr_array((np.ones(n_films), (group, np.arange(n_films))), (n_groups, n_films))
    total = values.sum(axis=0, dtype=np.float64)
    return np.concatenate([total[None], total - members @ values.astype(np.float64)])


def _leave_one_out(y_true: Bools, y_score: RealScores) -> tuple[float, Floats]:
    """Average precision of all items, and without each of them, (n_items,).

    A step of p positives, h positives and t items from the top adds p h / t. Without an item of
    label y above it, it adds p (h - y) / (t - 1); without one of its own (p - y)(h - y) / (t - 1).
    """
    order = np.argsort(-y_score)  # in any order among equals: they are one step
    truth = y_true[order]
    ends = np.append(np.flatnonzero(np.diff(y_score[order])), len(order) - 1)
    hits, taken = np.cumsum(truth)[ends].astype(np.float64), ends + 1.0
    found = np.diff(hits, prepend=0)
    fewer = np.maximum(taken - 1, 1)  # nothing is left of a first step of one item
    area = np.cumsum(found * hits / taken)
    before = np.append(0, area[:-1])
    after, after_each = (
        np.append(np.cumsum((part / fewer)[:0:-1])[::-1], 0) for part in (found * hits, found)
    )
    step = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=-1))
    label = truth.astype(np.float64)
    own = (found[step] - label) * (hits[step] - label) / fewer[step]
    left = hits[-1] - label
    without = np.full(len(order), np.nan)
    rest = before[step] + own + (after[step] - label * after_each[step])
    without[order] = np.divide(rest, left, out=np.full(len(order), np.nan), where=left > 0)
    return float(area[-1] / hits[-1]) if hits[-1] else np.nan, without

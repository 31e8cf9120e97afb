"""Average precision under many weightings of the same films at once, for resampling.

A resample of films is a whole-number weight for each; so the scores are sorted once, and every
step down the order is one vectorised addition over all resamples. Only steps with a positive film
change the area: the weights of the films between two of them are summed in one sparse product.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from stages.scoring.validate import Bools, Floats, Ints, RealScores

Float32s = npt.NDArray[np.float32]
AT_ONCE = 1 << 17  # numbers worked on at once: what a core's cache holds
MIN_STEPS, MAX_STEPS = 8, 256  # steps taken at once
SMALLEST = np.finfo(np.float64).tiny


def weighted_average_precision(y_true: Bools, y_score: RealScores, weights: Floats) -> Floats:
    """Average precision of one list of films under each column of weights.

    Equals scikit-learn's `average_precision_score` with `sample_weight`, ties included. y_true,
    y_score: (n_films,); weights: (n_films, n_draws), whole numbers from 0. Returns (n_draws,), NaN
    where no positive film has weight.
    """
    ranked = Ranked([y_true], [y_score], weights.shape[1])
    return ranked.average_precision(weights.astype(np.float32))[:, 0]


class Ranked:
    """Lists of the same films, each sorted by its own scores, ready for any weights."""

    def __init__(
        self, y_true: Sequence[Bools], y_score: Sequence[RealScores], n_draws: int
    ) -> None:
        """y_true, y_score: (n_films,) of each list; n_draws: how many are judged at once."""
        size = min(max(AT_ONCE // (len(y_true) * n_draws), MIN_STEPS), MAX_STEPS)
        ones = np.ones(len(y_true[0]), np.float32)
        self.lists = [
            _steps(truth, score, size, ones) for truth, score in zip(y_true, y_score, strict=True)
        ]
        longest = max(of_taken.shape[0] for ((of_taken, _), *_) in self.lists)
        self.size = min(size, max(longest, 1))

    def average_precision(self, weights: Float32s) -> Floats:
        """Of each list under each column of weights, (n_draws, n_lists); NaN as above.

        weights: (n_films, n_draws) float32, whole numbers whose sum stays below 2**24.
        """
        shape = (len(self.lists), weights.shape[1])
        taken, hits, area = np.full(shape, SMALLEST), np.zeros(shape), np.zeros(shape)
        takes, finds, sums = np.empty((3, self.size, *shape))
        for part in range(max(len(each) for each in self.lists)):
            takes[:], finds[:] = 0, 0
            for number, each in enumerate(self.lists):
                if part < len(each):
                    of_taken, of_hits = each[part]
                    takes[: of_taken.shape[0], number] = of_taken @ weights
                    finds[: of_hits.shape[0], number] = of_hits @ weights
            sums[:] = finds
            for steps, before in ((takes, taken), (sums, hits)):
                steps[0] += before
                for earlier, later in pairwise(steps):
                    np.add(earlier, later, out=later)
            np.multiply(finds, sums, out=finds)
            np.divide(finds, takes, out=finds)
            finds[0] += area
            area = finds.sum(axis=0)
            taken, hits = takes[-1].copy(), sums[-1].copy()
        np.copyto(hits, np.nan, where=hits == 0)
        return (area / hits).T


def _steps(
    y_true: Bools, y_score: RealScores, size: int, ones: Float32s
) -> list[tuple[csr_array, csr_array]]:
    """Sums over the films that each step takes, and over its positives, `size` steps at a time.

    A step ends with a score that a positive film has: (n_steps, n_films) each, sparse.
    """
    order = np.argsort(-y_score)  # in any order among equals: they are one step
    last = np.append(np.flatnonzero(np.diff(y_score[order])), len(order) - 1)  # of equal scores
    found = np.flatnonzero(y_true[order])
    ends = np.unique(last[np.searchsorted(last, found)]) + 1
    hits = np.searchsorted(found, ends)
    films = order.astype(np.int32)  # as scipy keeps them
    ends, hits = np.append(0, ends), np.append(0, hits)
    parts = [slice(a, a + size + 1) for a in range(0, max(len(ends) - 1, 1), size)]
    return [
        (_sums(films, ends[part], ones), _sums(films[found], hits[part], ones)) for part in parts
    ]


def _sums(films: npt.NDArray[np.int32], ends: Ints, ones: Float32s) -> csr_array:
    """A row for each stretch of films from one end to the next."""
    kept = films[ends[0] : ends[-1]]
    starts = (ends - ends[0]).astype(np.int32)
    return csr_array((ones[: len(kept)], kept, starts), shape=(len(ends) - 1, len(ones)))

"""Average precision under many weightings of the same films at once: the engine of resampling.

A resample of films is a whole-number weight for each; so the scores are sorted once, and every
step down the order is one vectorised addition over all resamples. Between two positive items
nothing happens but that more is taken: their weights are summed in one sparse product, and only
the steps that find something are walked.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from stages.scoring.validate import Bools, Floats, Ints, RealScores

AT_ONCE = 1 << 17  # numbers worked on at once: what a core's cache holds
FEWEST, MOST = 8, 256  # steps walked at once
SMALLEST = np.finfo(np.float64).tiny


def weighted_average_precision(
    y_true: Bools, y_score: RealScores, weights: Floats, rows: Ints | None = None
) -> Floats:
    """Average precision of one list of items under each column of weights.

    Equals scikit-learn's `average_precision_score` with `sample_weight`, ties included. y_true,
    y_score: (n_items,); weights: (n_films, n_draws), whole numbers from 0; rows: (n_items,), the
    film of each item where items are not films. Returns (n_draws,), NaN where no positive item has
    weight.
    """
    n_films, n_draws = weights.shape
    ranked = Ranked([y_true], [y_score], n_films, n_draws, rows)
    return ranked.average_precision(weights.astype(np.float32))[:, 0]


class Ranked:
    """Lists of the same items, each in the order of its own scores, ready for any weights.

    Of each list only what the walk down it needs: after which items a step has found something.
    """

    def __init__(
        self,
        y_true: Sequence[Bools],
        y_score: Sequence[RealScores],
        n_films: int,
        n_draws: int,
        rows: Ints | None = None,
    ) -> None:
        """y_true, y_score: (n_items,) of each list; rows: as `weighted_average_precision`."""
        size = min(max(AT_ONCE // (len(y_true) * n_draws), FEWEST), MOST)
        self.lists = [
            _steps(truth, score, n_films, size, rows)
            for truth, score in zip(y_true, y_score, strict=True)
        ]
        longest = max(of_taken.shape[0] for ((of_taken, _), *_) in self.lists)
        self.size = min(size, max(longest, 1))

    def average_precision(self, weights: npt.NDArray[np.float32]) -> Floats:
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
    y_true: Bools, y_score: RealScores, n_films: int, size: int, rows: Ints | None
) -> list[tuple[csr_array, csr_array]]:
    """Sums over the items that each step takes, and over those that it finds, `size` at a time.

    A step ends with a score that a positive item has: (n_steps, n_films) each, sparse.
    """
    order = np.argsort(-y_score)  # in any order among equals: they are one step
    last = np.append(np.flatnonzero(np.diff(y_score[order])), len(order) - 1)  # of equal scores
    found = np.flatnonzero(y_true[order])
    ends = np.unique(last[np.searchsorted(last, found)]) + 1
    hits = np.searchsorted(found, ends)
    films = (order if rows is None else rows[order]).astype(np.int32)  # as scipy keeps them
    ends, hits = np.append(0, ends), np.append(0, hits)
    parts = [slice(a, a + size + 1) for a in range(0, max(len(ends) - 1, 1), size)]
    return [
        (_sums(films, ends[part], n_films), _sums(films[found], hits[part], n_films))
        for part in parts
    ]


def _sums(films: npt.NDArray[np.int32], ends: Ints, n_films: int) -> csr_array:
    """A row for each stretch of films from one end to the next."""
    kept = films[ends[0] : ends[-1]]
    shape = (len(ends) - 1, n_films)
    starts = (ends - ends[0]).astype(np.int32)
    return csr_array((np.ones(len(kept), np.float32), kept, starts), shape=shape)

"""Average precision under many weightings of the same films at once, for resampling.

A resample of films is a whole-number weight for each; so the scores are sorted once, and running
sums down the order are taken of all resamples together. Only steps with a positive film change the
area: the weights of the films between two of them are summed in a sparse product. A byte holds a
weight, and the sum of a few: two bytes are added as one number of 16 bits.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import isqrt

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from stages.scoring.averaging import ratio
from stages.scoring.threads import in_threads
from stages.scoring.validate import Bools, Floats, Ints, RealScores

Bytes = npt.NDArray[np.uint8]
AT_ONCE = 1 << 16  # numbers worked on at once: a core's cache holds them
MIN_ROWS, MAX_ROWS = 16, 512  # of a sparse product, more or less
FILMS = 16  # at most, whose weights a row adds up: of weights up to LARGEST the sum is a byte
LARGEST = np.iinfo(np.uint8).max // FILMS
WORTH_A_THREAD = 1 << 20  # weights; fewer take less time than it costs to hand them over
SMALLEST = np.finfo(np.float64).tiny


def weighted_average_precision(
    y_true: Bools, y_score: RealScores, weights: Bytes | Floats
) -> Floats:
    """Average precision of one list of films under each column of weights.

    Equals scikit-learn's `average_precision_score` with `sample_weight`, ties included. y_true,
    y_score: (n_films,); weights: (n_films, n_draws), whole numbers from 0 to 255. Returns
    (n_draws,), NaN where no positive film has weight.
    """
    ranked = Ranked(y_true, y_score, weights.shape[1])
    return ranked.average_precision(Weights(weights.astype(np.uint8)))


class Weights:
    """Weights of films in many draws, ready to be added up."""

    def __init__(self, weights: Bytes) -> None:
        """weights: (n_films, n_draws)."""
        self.size, self.n_draws = weights.size, weights.shape[1]
        self._in_pairs = weights.max(initial=0) <= LARGEST
        if self._in_pairs:
            even = np.pad(weights, ((0, 0), (0, self.n_draws % 2)))
            self._numbers = np.ascontiguousarray(even).view(np.uint16)
        else:
            self._numbers = weights.astype(np.uint16)

    def sums(self, rows: csr_array) -> npt.NDArray[np.unsignedinteger]:
        """Over the films of each row, (n_rows, n_draws)."""
        found: npt.NDArray[np.unsignedinteger] = rows @ self._numbers
        return found.view(np.uint8)[:, : self.n_draws] if self._in_pairs else found


class Ranked:
    """A list of films sorted by its scores, ready for any weights.

    Rows of sums are worked on a square of them at once, (n, n): row r of the order is at place
    (r % n, r // n), so that running sums take some 2n additions of many rows.
    """

    def __init__(self, y_true: Bools, y_score: RealScores, n_draws: int) -> None:
        """y_true, y_score: (n_films,); n_draws: how many are judged at once."""
        order = np.argsort(-y_score)  # in any order among equals: they are one step
        last = np.append(np.flatnonzero(np.diff(y_score[order])), len(order) - 1)  # of equal scores
        found = np.flatnonzero(y_true[order])
        ends, closing = _divided(np.unique(last[np.searchsorted(last, found)]) + 1)
        ranked = order[: ends[-1]].astype(np.int32)  # as scipy keeps them
        truth = y_true[ranked]
        hits = np.append(0, np.cumsum(truth))[ends]
        n_rows = max(min(AT_ONCE // n_draws, MAX_ROWS, len(ends) - 1), MIN_ROWS)
        self._side = isqrt(n_rows - 1) + 1
        size = self._side**2
        place = np.arange(size).reshape(self._side, self._side).T.ravel()  # of each row, and back
        ones = np.ones(len(y_true), np.uint16)
        each = ((ranked[truth], hits), (ranked[~truth], ends - hits))
        by_row = np.array_equal(np.flatnonzero(np.diff(hits)), closing)
        self._parts: list[tuple[csr_array, csr_array, Ints | None]] = []
        for start in range(0, len(ends) - 1, size):
            part = np.minimum(np.arange(start, start + size + 1), len(ends) - 1)  # the rest: empty
            of_hits, of_others = (_rows(films, to[part], ones)[place] for films, to in each)
            inside = closing[slice(*np.searchsorted(closing, (start, start + size)))] - start
            self._parts.append((of_hits, of_others, None if by_row else place[inside]))

    def average_precision(self, weights: Weights) -> Floats:
        """Under each column of weights, (n_draws,); NaN as above."""
        shape = (self._side**2, weights.n_draws)
        hits, others, gains = np.empty(shape), np.empty(shape), np.empty(shape)
        so_far, so_far_others = np.zeros(weights.n_draws), np.full(weights.n_draws, SMALLEST)
        before, area = so_far, np.zeros(weights.n_draws)
        for of_hits, of_others, closing in self._parts:
            gains[:] = hits[:] = weights.sums(of_hits)
            others[:] = weights.sums(of_others)
            hits[0] += so_far
            others[0] += so_far_others
            for each in (hits, others):
                _add_up(each.reshape(self._side, self._side, -1))
            so_far, so_far_others = hits[-1].copy(), others[-1].copy()
            others += hits
            if closing is None:
                gains *= hits
                gains /= others
                area += gains.sum(axis=0)
            else:
                reached = hits[closing]
                gained = np.diff(reached, axis=0, prepend=before[None])
                area += (gained * reached / others[closing]).sum(axis=0)
                before = reached[-1] if len(reached) else before
        return ratio(area, so_far)


def average_precisions(ranked: Sequence[Ranked], blocks: Iterable[Weights]) -> list[list[Floats]]:
    """Of each list of films its average precision under every block of weights, (n_draws,) each.

    One thread a core; the blocks, which may be made one by one, are never all there.
    """

    def tasks() -> Iterator[tuple[Sequence[Ranked], Weights]]:
        for weights in blocks:
            several = max(WORTH_A_THREAD // weights.size, 1)
            for start in range(0, len(ranked), several):
                yield ranked[start : start + several], weights

    def work(task: tuple[Sequence[Ranked], Weights]) -> list[Floats]:
        return [each.average_precision(task[1]) for each in task[0]]

    found = [values for several in in_threads(work, tasks()) for values in several]
    return [found[number :: len(ranked)] for number in range(len(ranked))]


def _divided(ends: Ints) -> tuple[Ints, Ints]:
    """Where each row begins, and the last one ends; and the number of the row that closes a step.

    ends: (n_steps,) of the steps; a row has at most FILMS films, so a step may take several.
    """
    lengths = np.diff(ends, prepend=0)
    rows = -(-lengths // FILMS)
    closing = np.cumsum(rows) - 1
    within = np.arange(rows.sum()) - np.repeat(closing + 1 - rows, rows)
    starts = np.repeat(ends - lengths, rows) + FILMS * within
    return np.append(starts, ends.max(initial=0)), closing


def _rows(films: npt.NDArray[np.int32], ends: Ints, ones: npt.NDArray[np.uint16]) -> csr_array:
    """A row for each stretch of films from one end to the next."""
    kept = films[ends[0] : ends[-1]]
    starts = (ends - ends[0]).astype(np.int32)
    return csr_array((ones[: len(kept)], kept, starts), shape=(len(ends) - 1, len(ones)))


def _add_up(rows: Floats) -> None:
    """Running sums in place, of rows that lie as `Ranked` says, (side, side, n_draws)."""
    for earlier, later in pairwise(rows):
        later += earlier
    columns = rows[-1, :-1].copy()
    for earlier, later in pairwise(columns):
        later += earlier
    rows[:, 1:] += columns

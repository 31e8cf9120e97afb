"""Items grouped by the training sets that they are in: five folds are five groups of many sets.

A number for each item of each set and genre lies in one flat array, group by group, each a block
(its sets, genres, its items): no item of a set is missed, none is stored for a set without it, and
a group's block is one matrix, so that one product with its features serves all sets and genres.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np


class Groups:
    def __init__(self, train: Sequence[np.ndarray], genres: int) -> None:
        """train: the rows of each training set."""
        self.n_sets, self.genres = len(train), genres
        every = np.unique(np.concatenate(train))
        inside = np.stack([np.isin(every, rows) for rows in train], axis=1)
        kinds, kind_of = np.unique(inside, axis=0, return_inverse=True)
        self.rows = [every[kind_of.ravel() == kind] for kind in range(len(kinds))]
        """Of each group, rising."""
        self.sets = [np.flatnonzero(kind) for kind in kinds]
        """Numbers of the sets that have the group."""
        self._shapes = [
            (len(sets), genres, len(rows)) for sets, rows in zip(self.sets, self.rows, strict=True)
        ]
        self._ends = np.cumsum([0, *map(np.prod, self._shapes)])
        self.size = int(self._ends[-1])

    def blocks(self, flat: np.ndarray) -> list[np.ndarray]:
        """Views (n_sets of the group, n_genres, n of the group), one for each group."""
        return [
            flat[start:end].reshape(shape)
            for start, end, shape in zip(self._ends, self._ends[1:], self._shapes, strict=False)
        ]

    def of_items(self, values: np.ndarray) -> np.ndarray:
        """Flat, from what every set says alike of an item; values: (n, n_genres) or (n, 1)."""
        flat = np.empty(self.size)
        for block, rows in zip(self.blocks(flat), self.rows, strict=True):
            block[:] = values[rows].T
        return flat

    def times(self, flat: np.ndarray, factor: np.ndarray) -> np.ndarray:
        """Flat, each model's numbers times its factor; factor: (n_sets, n_genres)."""
        found, factor = np.empty_like(flat), factor.astype(flat.dtype, copy=False)
        each = zip(self.blocks(flat), self.blocks(found), self.sets, strict=True)
        for block, into, sets in each:
            np.multiply(block, factor[sets, :, None], out=into)
        return found

    def sums(self, flat: np.ndarray) -> np.ndarray:
        """Over each model's items: (n_sets, n_genres)."""
        found = np.zeros((self.n_sets, self.genres))
        for block, sets in zip(self.blocks(flat), self.sets, strict=True):
            found[sets] += block.sum(axis=-1)
        return found

    def dot(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Likewise of products."""
        found = np.zeros((self.n_sets, self.genres))
        each = zip(self.blocks(a), self.blocks(b), self.sets, strict=True)
        for block, other, sets in each:
            found[sets] += np.vecdot(block, other)
        return found


class Apart:
    """The same with items of each set's own, as many as the longest set has.

    What `Groups` has flat is one array here, (n_sets, n_genres, longest), 0 beyond a set's items.
    """

    def __init__(self, train: Sequence[np.ndarray], genres: int) -> None:
        """train: the rows of each training set."""
        self.n_sets, self.genres = len(train), genres
        self.lengths = np.array([len(rows) for rows in train])
        self.longest = int(self.lengths.max())
        self.sets: list[Any] = [slice(None)]
        self.inside = np.arange(self.longest) < self.lengths[:, None]
        self.rows = np.stack([np.resize(rows, self.longest) for rows in train])

    def blocks(self, flat: np.ndarray) -> list[np.ndarray]:
        return [flat]

    def of_items(self, values: np.ndarray) -> np.ndarray:
        inside = self.inside[:, None]
        shape = self.n_sets, self.genres, self.longest
        return np.array(np.broadcast_to(np.where(inside, values[self.rows].mT, 0), shape))

    def times(self, flat: np.ndarray, factor: np.ndarray) -> np.ndarray:
        found: np.ndarray = flat * factor.astype(flat.dtype, copy=False)[..., None]
        return found

    def sums(self, flat: np.ndarray) -> np.ndarray:
        found: np.ndarray = flat.sum(axis=-1)
        return found

    def dot(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.vecdot(a, b)

"""Training sets as products with their standardised features, which are never written out.

What training sets share is done once. A set's standardised features are the items' own, less the
set's mean, over its spread: so products of one matrix of items with the coefficients of all sets,
scaled and shifted, are those of every set. Only where a set clips a feature, or fills a cell that
is not known by its own mean, is the difference kept.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from scipy.linalg import eigh
from scipy.sparse import csr_array, vstack

from stages.fitting.groups import Apart, Groups
from stages.fitting.rows import Rows
from stages.fitting.scaling import (
    CLIP,
    filled,
    mean_and_std,
    moments,
    parts,
    spread,
    standardised,
    unknown_cells,
)

KEEP_BYTES = 1 << 28  # items kept as float64; of more, a block is read when it is used
PRECISION = {True: np.float32, False: np.float64}  # rough, or not
RANK = 1e-14  # share of the largest eigenvalue below which one is rounding


class Features(Protocol):
    """Features of training sets: products with coefficients and with residuals."""

    @property
    def groups(self) -> Groups | Apart: ...

    mean: np.ndarray
    """(n_sets, d)."""
    std: np.ndarray
    """(n_sets, d)."""
    width: int
    """Numbers of a model's coefficients."""

    def times(self, coef: np.ndarray, rough: bool) -> np.ndarray:
        """(n_sets, n_genres, width) -> flat, as `Groups` has it; rough: float32, by products in
        single precision."""

    def transposed(self, residual: np.ndarray, rough: bool) -> np.ndarray:
        """Flat -> (n_sets, n_genres, width)."""

    def solved(self, g: np.ndarray, curvature: np.ndarray, penalty: float) -> np.ndarray:
        """(curvature · Z'Z / n + penalty · I)⁻¹ g, more or less: the same Z'Z / n for all sets.

        g: (n_sets, n_genres, width); curvature: (n_sets, n_genres), of a model's items together.
        """

    def original(self, coef: np.ndarray) -> np.ndarray:
        """Coefficients of the standardised features themselves, (n_sets, n_genres, d)."""


class Basis:
    """The principal axes of all items: Z'Z / n = V Λ V' serves every set, strength and genre."""

    def __init__(self, x: Rows, weight: np.ndarray, rows: np.ndarray) -> None:
        mean, std = mean_and_std(x, weight, rows)
        share = weight[rows] / weight[rows].sum()
        gram = np.zeros((len(mean), len(mean)), np.float32)  # precise enough for directions
        for part in parts(len(rows), len(mean)):
            z = standardised(x[rows[part]], mean, std)
            z *= np.sqrt(share[part])[:, None]
            short = z.astype(np.float32)
            gram += short.T @ short  # numpy sees the symmetry, and halves it
        values, self.axes = eigh(gram, overwrite_a=True, check_finite=False, driver="evd")
        self.values = np.maximum(values, 0)


class Shared:
    """Sets with at least as many items as features."""

    def __init__(
        self, x: Rows, weight: np.ndarray, train: Sequence[np.ndarray], genres: int, basis: Basis
    ) -> None:
        self.groups, self.basis, self.x, self.width = Groups(train, genres), basis, x, x.shape[1]
        found = [moments(x, weight, rows) for rows in self.groups.rows]
        self.unknown = [unknown_cells(x, rows) for rows in self.groups.rows]
        means, variances = (np.stack(each) for each in zip(*found, strict=True))
        mass = np.zeros((len(train), len(found)))
        for group, (sets, rows) in enumerate(zip(self.groups.sets, self.groups.rows, strict=True)):
            mass[sets, group] = weight[rows].sum()
        share = mass / mass.sum(axis=1, keepdims=True)
        self.mean = share @ means
        apart = (means - self.mean[:, None]) ** 2
        self.std = spread(self.mean, share @ variances + np.einsum("sg,sgd->sd", share, apart))
        if any(len(row) for row, _ in self.unknown):  # a group's share differs by feature
            own = [mean_and_std(x, weight, rows) for rows in train]
            self.mean, self.std = (np.stack(each) for each in zip(*own, strict=True))
        # the units in which items are kept are those of the set where a feature spreads least,
        # lest a value far out in another set swallows the digits of all the rest
        least = np.argmin(self.std, axis=0)[None]
        self.centre = np.take_along_axis(self.mean, least, axis=0)[0]
        self.unit = np.take_along_axis(self.std, least, axis=0)[0]
        self.scale = self.unit / self.std
        self.shift = (self.mean - self.centre) / self.std
        n = sum(map(len, self.groups.rows))
        self.kept: dict[bool, list[np.ndarray]] = {}
        if 12 * n * self.width <= KEEP_BYTES:
            exact = [self._read(rows) for rows in self.groups.rows]
            self.kept = {False: exact, True: [each.astype(PRECISION[True]) for each in exact]}
        self.clipped = list(self._clipped())

    def times(self, coef: np.ndarray, rough: bool) -> np.ndarray:
        flat = np.empty(self.groups.size, PRECISION[rough])
        scaled = coef * self.scale[:, None]
        shift = np.vecdot(coef, self.shift[:, None])[..., None].astype(flat.dtype)
        for group, block in enumerate(self.groups.blocks(flat)):
            sets = self.groups.sets[group]
            rows = scaled[sets].reshape(-1, self.width)
            for part, items in self._items(group, rough):
                found = rows.astype(items.dtype, copy=False) @ items.T
                block[..., part] = found.reshape(*block.shape[:2], -1)
            block -= shift[sets]
        for number, group, place, beyond in self.clipped:
            self.groups.blocks(flat)[group][place] -= (beyond @ coef[number].T).T
        return flat

    def transposed(self, residual: np.ndarray, rough: bool) -> np.ndarray:
        found = np.zeros((self.groups.n_sets, self.groups.genres, self.width))
        for group, block in enumerate(self.groups.blocks(residual)):
            total = sum(
                block[..., part].reshape(-1, len(items)).astype(items.dtype, copy=False) @ items
                for part, items in self._items(group, rough)
            )
            found[self.groups.sets[group]] += total.reshape(*block.shape[:2], -1)
        found *= self.scale[:, None]
        found -= self.groups.sums(residual)[..., None] * self.shift[:, None]
        for number, group, place, beyond in self.clipped:
            found[number] -= (beyond.T @ self.groups.blocks(residual)[group][place].T).T
        return found

    def solved(self, g: np.ndarray, curvature: np.ndarray, penalty: float) -> np.ndarray:
        axes = self.basis.axes
        along = g.reshape(-1, self.width).astype(np.float32) @ axes
        along /= (curvature.reshape(-1, 1) * self.basis.values + penalty).astype(np.float32)
        return (along @ axes.T).reshape(g.shape).astype(np.float64)

    def original(self, coef: np.ndarray) -> np.ndarray:
        return coef

    def _read(self, rows: np.ndarray) -> np.ndarray:
        items = self.x[rows] - self.centre
        items /= self.unit
        return filled(items)

    def _items(self, group: int, rough: bool = False) -> Iterator[tuple[slice, np.ndarray]]:
        if self.kept:
            yield slice(None), self.kept[rough][group]
            return
        rows = self.groups.rows[group]
        for part in parts(len(rows), self.width):
            yield part, self._read(rows[part])

    def _clipped(self) -> Iterator[tuple[int, int, int, csr_array]]:
        """What clipping and filling take off: set, group, the set's place in the group, (n, d)
        differences."""
        for group, sets in enumerate(self.groups.sets):
            most = np.max([items.max(axis=0) for _, items in self._items(group)], axis=0)
            least = np.min([items.min(axis=0) for _, items in self._items(group)], axis=0)
            for place, number in enumerate(sets):
                scale, shift = self.scale[number], self.shift[number]
                far = np.maximum(most * scale - shift, shift - least * scale) > CLIP
                far[self.unknown[group][1]] = True
                if far.any():
                    columns = np.flatnonzero(far)
                    yield int(number), group, place, self._beyond(group, int(number), columns)

    def _beyond(self, group: int, number: int, columns: np.ndarray) -> csr_array:
        scale, shift = self.scale[number, columns], self.shift[number, columns]
        filled = np.zeros((len(self.groups.rows[group]), len(columns)), bool)
        unknown_row, unknown_column = self.unknown[group]
        filled[unknown_row, np.searchsorted(columns, unknown_column)] = True
        blocks = []
        for part, items in self._items(group):
            z = items[:, columns] * scale - shift
            row, column = np.nonzero((np.abs(z) > CLIP) | filled[part])
            beyond = z[row, column] - np.clip(z[row, column], -CLIP, CLIP)
            beyond = np.where(filled[part][row, column], z[row, column], beyond)
            blocks.append(csr_array((beyond, (row, columns[column])), items.shape))
        return vstack(blocks, format="csr")


class Own:
    """Sets that share nothing but their steps, each in coordinates of its own.

    With Z Z' = U Λ U' the problem in U √Λ has the same losses and the same penalty (the optimum is
    a sum of items, so nothing is lost), no more features than items, and features without any
    correlation, whose curvature is known. Sets with fewer items than the longest end in rows of
    zeros.
    """

    def __init__(
        self, x: Rows, weight: np.ndarray, train: Sequence[np.ndarray], genres: int
    ) -> None:
        found = [mean_and_std(x, weight, rows) for rows in train]
        self.mean, self.std = (np.stack(each) for each in zip(*found, strict=True))
        self.groups = Apart(train, genres)
        self.z = np.zeros((len(train), self.groups.longest, x.shape[1]))
        for z, rows, mean, std in zip(self.z, train, self.mean, self.std, strict=True):
            z[: len(rows)] = standardised(x[rows], mean, std)
        self.by_items = self.groups.longest < x.shape[1]  # else by features: the smaller matrix
        turned = self.z.transpose(0, 2, 1)
        gram = self.z @ turned if self.by_items else turned @ self.z
        values, self.axes = np.linalg.eigh(gram)
        known = values > RANK * values[:, -1:]
        self.root = np.sqrt(np.where(known, values, 0))[:, None]
        coordinates = self.axes * self.root if self.by_items else self.z @ self.axes
        self.values = np.where(known, values, 0)[:, None] / self.groups.lengths[:, None, None]
        self.width = coordinates.shape[-1]
        self.kept = {True: coordinates.astype(PRECISION[True]), False: coordinates}

    def times(self, coef: np.ndarray, rough: bool) -> np.ndarray:
        items = self.kept[rough]
        return coef.astype(items.dtype, copy=False) @ items.mT

    def transposed(self, residual: np.ndarray, rough: bool) -> np.ndarray:
        items = self.kept[rough]
        return (residual.astype(items.dtype, copy=False) @ items).astype(np.float64, copy=False)

    def solved(self, g: np.ndarray, curvature: np.ndarray, penalty: float) -> np.ndarray:
        return g / (curvature[..., None] * self.values + penalty)

    def original(self, coef: np.ndarray) -> np.ndarray:
        if not self.by_items:
            return coef @ self.axes.transpose(0, 2, 1)
        root = np.where(self.root > 0, self.root, np.inf)
        return (coef / root @ self.axes.transpose(0, 2, 1)) @ self.z

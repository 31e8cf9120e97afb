"""Training sets as matrices of standardised features: kept, reduced, or read block by block."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from scipy.linalg import solve_triangular
from scipy.linalg.lapack import dpstrf

from stages.fitting.rows import Rows
from stages.fitting.scaling import parts, standardised

KEEP_BYTES = 1 << 28  # features kept standardised; of more, a block is standardised when it is used


class Features(Protocol):
    """Features of training sets: products with coefficients and with residuals."""

    width: int

    def times(self, coef: np.ndarray) -> np.ndarray:
        """(n_sets, d, n_genres) -> (n_sets, n, n_genres)."""

    def transposed(self, residual: np.ndarray) -> np.ndarray:
        """(n_sets, n, n_genres) -> (n_sets, d, n_genres)."""

    def gram(self, s: np.ndarray) -> np.ndarray:
        """XᵀSX for weights s (n_sets, n): (n_sets, d, d)."""

    def original(self, coef: np.ndarray) -> np.ndarray:
        """Coefficients of the standardised features themselves."""


class Dense:
    def __init__(self, z: np.ndarray) -> None:
        self.z, self.width = z, z.shape[2]

    def times(self, coef: np.ndarray) -> np.ndarray:
        return self.z @ coef

    def transposed(self, residual: np.ndarray) -> np.ndarray:
        return self.z.transpose(0, 2, 1) @ residual

    def gram(self, s: np.ndarray) -> np.ndarray:
        root = self.z * np.sqrt(s)[..., None]
        return np.stack([each.T @ each for each in root])  # numpy sees the symmetry, and halves it

    def original(self, coef: np.ndarray) -> np.ndarray:
        return coef


class Reduced(Dense):
    """Where features outnumber items: coordinates of the items that have the same Gram matrix.

    The optimum is a sum of items, so nothing is lost: with K = Z Zᵀ = L Lᵀ (Cholesky's factor, rows
    pivoted, as K may be singular) the problem in L has the same losses and the same penalty.
    """

    def __init__(self, z: np.ndarray) -> None:
        factor, pivots, rank, _ = dpstrf(z @ z.T, lower=1, overwrite_a=1)
        pivots, factor = pivots - 1, np.tril(factor)[:, :rank]
        self.square, self.chosen = factor[:rank], z[pivots[:rank]]
        rows = np.empty_like(factor)
        rows[pivots] = factor
        super().__init__(rows[None])

    def original(self, coef: np.ndarray) -> np.ndarray:
        items = solve_triangular(self.square, coef[0], lower=True, trans="T", check_finite=False)
        return (self.chosen.T @ items)[None]


class Streamed:
    """One training set too large to keep: its features are standardised block by block."""

    def __init__(self, x: Rows, rows: np.ndarray, mean: np.ndarray, std: np.ndarray) -> None:
        self.x, self.rows, self.mean, self.std, self.width = x, rows, mean, std, x.shape[1]

    def times(self, coef: np.ndarray) -> np.ndarray:
        return np.concatenate([z @ coef[0] for _, z in self._blocks()])[None]

    def transposed(self, residual: np.ndarray) -> np.ndarray:
        return sum(z.T @ residual[0, part] for part, z in self._blocks())[None]

    def gram(self, s: np.ndarray) -> np.ndarray:
        found = np.zeros((self.width, self.width))
        for part, z in self._blocks():
            z *= np.sqrt(s[0, part])[:, None]
            found += z.T @ z
        return found[None]

    def original(self, coef: np.ndarray) -> np.ndarray:
        return coef

    def _blocks(self) -> Iterator[tuple[slice, np.ndarray]]:
        for part in parts(len(self.rows), self.width):
            yield part, standardised(self.x[self.rows[part]], self.mean, self.std)


def features_of(
    x: Rows, sets: Sequence[np.ndarray], scales: Sequence[tuple[np.ndarray, np.ndarray]], n: int
) -> Features:
    d = x.shape[1]
    if len(sets) == 1 and n >= d and 8 * n * d > KEEP_BYTES:
        return Streamed(x, sets[0], *scales[0])
    z = np.zeros((len(sets), n, d))
    for number, (rows, (mean, std)) in enumerate(zip(sets, scales, strict=True)):
        z[number, : len(rows)] = standardised(x[rows], mean, std)
    return Reduced(z[0]) if len(sets) == 1 and n < d else Dense(z)

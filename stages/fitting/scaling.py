"""Features standardised on training items, and clipped, read in blocks.

A cell that is not known (NaN, of published features alone) takes the training items' mean: nothing
of the item itself, nor of any other that is held out.
"""

from collections.abc import Iterator

import numpy as np

from stages.fitting.rows import Rows

CLIP = 10.0  # standard deviations from the mean: one odd film must not own a feature
CONSTANT = 1e-7  # a spread below this share of the mean is rounding
BLOCK_BYTES = 1 << 24


def mean_and_std(x: Rows, weight: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weighted, of the numbered rows: (d,) each, the spread 1 where there is none."""
    mean, variance = moments(x, weight, rows)
    return mean, spread(mean, variance)


def moments(x: Rows, weight: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weighted mean and variance of the numbered rows: (d,) each."""
    share = weight[rows] / weight[rows].sum()
    blocks = list(parts(len(rows), x.shape[1]))
    mean = sum(share[part] @ x[rows[part]].astype(np.float64) for part in blocks)
    if np.isnan(mean).any():
        return _known_moments(x, share, rows)
    variance = sum(share[part] @ (x[rows[part]] - mean) ** 2 for part in blocks)
    return mean, variance


def _known_moments(x: Rows, share: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each feature's known cells; 0 where no cell is known."""
    blocks = list(parts(len(rows), x.shape[1]))
    known = [~np.isnan(x[rows[part]]) for part in blocks]
    total = sum(share[part] @ each for part, each in zip(blocks, known, strict=True))
    total = np.where(total > 0, total, 1.0)
    every = list(zip(blocks, known, strict=True))
    mean = sum(share[p] @ np.where(each, x[rows[p]], 0.0) for p, each in every) / total
    squares = ((p, np.where(each, x[rows[p]] - mean, 0.0) ** 2) for p, each in every)
    variance = sum(share[p] @ each for p, each in squares) / total
    return mean, variance


def spread(mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Standard deviations, 1 where they are rounding."""
    std = np.sqrt(variance)
    return np.where(std > CONSTANT * np.abs(mean), std, 1.0)


def standardised(x: np.ndarray, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
    z = x - mean
    z /= std
    return filled(np.clip(z, -CLIP, CLIP, out=z))


def filled(z: np.ndarray) -> np.ndarray:
    """Standardised items, in place: what is not known is at the mean, which is 0."""
    if np.isnan(z.sum()):  # a third of the time that looking at each takes
        z[np.isnan(z)] = 0
    return z


def unknown_cells(x: Rows, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row, among the numbered ones, and feature of each cell that is not known."""
    found = [np.nonzero(np.isnan(x[rows[part]])) for part in parts(len(rows), x.shape[1])]
    starts = (part.start for part in parts(len(rows), x.shape[1]))
    row = [each[0] + start for each, start in zip(found, starts, strict=True)]
    none = [np.zeros(0, int)]
    return np.concatenate(row or none), np.concatenate([each[1] for each in found] or none)


def parts(n: int, d: int) -> Iterator[slice]:
    size = max(BLOCK_BYTES // (8 * d), 1)
    for start in range(0, n, size):
        yield slice(start, start + size)

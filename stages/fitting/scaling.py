"""Features standardised on training items, and clipped, read in blocks."""

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
    variance = sum(share[part] @ (x[rows[part]] - mean) ** 2 for part in blocks)
    return mean, variance


def spread(mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Standard deviations, 1 where they are rounding."""
    std = np.sqrt(variance)
    return np.where(std > CONSTANT * np.abs(mean), std, 1.0)


def standardised(x: np.ndarray, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
    z = x - mean
    z /= std
    return np.clip(z, -CLIP, CLIP, out=z)


def parts(n: int, d: int) -> Iterator[slice]:
    size = max(BLOCK_BYTES // (8 * d), 1)
    for start in range(0, n, size):
        yield slice(start, start + size)

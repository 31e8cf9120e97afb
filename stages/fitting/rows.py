"""Rows of embeddings, in memory or, where they would not fit, left on disk.

How much memory they may take is environment and changes no score: FIT_MEMORY_GB, or half of what
the machine has free.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from stages.base import environment
from stages.base.npz import NpzArray

CHUNK_BYTES = 1 << 24  # read at a time
ASSUMED_FREE_GB = 8.0  # where the system does not say


class MappedRows:
    """Some rows of a memory-mapped array, read from disk as they are asked for: `rows[numbers]`."""

    def __init__(self, stored: NpzArray, numbers: np.ndarray) -> None:
        self.path = stored.path
        self.shape = (len(numbers), *stored.shape[1:])
        self.ndim, self.dtype = len(self.shape), stored.dtype
        self._stored, self._all, self._numbers = stored, stored.memmap(), numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, rows: np.ndarray | slice) -> np.ndarray:
        return np.asarray(self._all[self._numbers[rows]])

    def take(self, rows: np.ndarray) -> "MappedRows":
        """Some of the rows, left on disk."""
        return MappedRows(self._stored, self._numbers[rows])

    def __reduce__(self) -> tuple[Any, ...]:
        return MappedRows, (self._stored, self._numbers)  # to another process without the rows

    def __array__(self, dtype: np.dtype | None = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype)


Rows = np.ndarray | MappedRows


def load_rows(stored: NpzArray, mask: np.ndarray) -> Rows:
    """The rows of a mask, (n_stored,) bool: read if they fit the budget, else left on disk."""
    numbers = np.flatnonzero(mask)
    if len(numbers) * stored.row_bytes > budget_bytes():
        return MappedRows(stored, numbers)
    found = np.empty((len(numbers), *stored.shape[1:]), stored.dtype)
    done = 0
    for part in _chunks(np.arange(len(mask) + 1), stored.row_bytes):
        rows = stored.read(part.start, part.stop)[mask[part]]
        found[done : done + len(rows)] = rows
        done += len(rows)
    return found


def take_rows(x: Rows, rows: np.ndarray) -> Rows:
    """Some of the rows, by number, each as often as its number stands there."""
    return x.take(rows) if isinstance(x, MappedRows) else x[rows]


def reduce_rows(
    stored: NpzArray, mask: np.ndarray, first: np.ndarray, ufunc: np.ufunc
) -> np.ndarray:
    """One float32 row for each trailer, `ufunc` over its rows of the mask; never all in memory.

    mask: (n_stored,) bool; first: (n_trailers,), where each trailer's rows begin among those of the
    mask, rising.
    """
    found = np.empty((len(first), *stored.shape[1:]), np.float32)
    numbers = np.flatnonzero(mask)
    ends = np.append(numbers[first[1:] - 1] + 1, len(mask)) if len(first) else first
    edges = np.append(0, ends)
    for part in _chunks(edges, stored.row_bytes):
        span = slice(int(edges[part.start]), int(edges[part.stop]))
        rows = stored.read(span.start, span.stop)[mask[span]].astype(np.float32)
        found[part] = ufunc.reduceat(rows, first[part] - first[part.start], axis=0)
    return found


def budget_bytes() -> float:
    """How much memory embeddings may take. Raises BenchmarkError if FIT_MEMORY_GB is no number."""
    return environment.number("FIT_MEMORY_GB", _free_bytes() / 2e9) * 1e9


def _free_bytes() -> float:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(float(line.split()[1]) * 1024 for line in lines if "MemAvailable" in line)
    except (OSError, StopIteration):
        return ASSUMED_FREE_GB * 1e9


def _chunks(edges: np.ndarray, row_bytes: int) -> Iterator[slice]:
    """Slices of `edges`, each of as many pieces as fit CHUNK_BYTES, at least one.

    Piece n has the rows from edges[n] to edges[n + 1].
    """
    start, most = 0, max(CHUNK_BYTES // max(row_bytes, 1), 1)
    while start < len(edges) - 1:
        stop = int(np.searchsorted(edges, edges[start] + most, side="right")) - 1
        stop = max(stop, start + 1)
        yield slice(start, stop)
        start = stop

"""Rows of embeddings, in memory or, where they would not fit, left on disk.

How much memory they may take is environment and changes no score: FIT_MEMORY_GB, or half of what
the machine has free.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from stages.base.errors import BenchmarkError
from stages.base.npz import NpzArray

PART_BYTES = 1 << 24  # read at once
UNKNOWN_GB = 4.0  # taken where the system does not tell what is free


class OnDisk:
    """Some rows of a stored array, gathered as they are asked for: `rows[numbers]`."""

    def __init__(self, stored: NpzArray, numbers: np.ndarray) -> None:
        self.path = stored.path
        self.shape = (len(numbers), *stored.shape[1:])
        self.ndim, self.dtype = len(self.shape), stored.dtype
        self._all, self._numbers = stored.memmap(), numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, rows: np.ndarray | slice) -> np.ndarray:
        return np.asarray(self._all[self._numbers[rows]])

    def __array__(self, dtype: np.dtype | None = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype)


Rows = np.ndarray | OnDisk


def held(stored: NpzArray, keep: np.ndarray) -> Rows:
    """The rows of a mask: read if they fit the budget, else left on disk."""
    numbers = np.flatnonzero(keep)
    if len(numbers) * stored.row_bytes > budget_bytes():
        return OnDisk(stored, numbers)
    found = np.empty((len(numbers), *stored.shape[1:]), stored.dtype)
    done = 0
    for part in _parts(np.arange(len(keep) + 1), stored.row_bytes):
        rows = stored.read(part.start, part.stop)[keep[part]]
        found[done : done + len(rows)] = rows
        done += len(rows)
    return found


def reduced(stored: NpzArray, keep: np.ndarray, first: np.ndarray, by: np.ufunc) -> np.ndarray:
    """The rows of a mask, trailer by trailer, as one float32 row each; never all in memory.

    first: (n_trailers,) place of each trailer's first row among those of the mask, rising.
    """
    found = np.empty((len(first), *stored.shape[1:]), np.float32)
    numbers = np.flatnonzero(keep)
    ends = np.append(numbers[first[1:] - 1] + 1, len(keep)) if len(first) else first
    edges = np.append(0, ends)
    for part in _parts(edges, stored.row_bytes):
        span = slice(int(edges[part.start]), int(edges[part.stop]))
        rows = stored.read(span.start, span.stop)[keep[span]].astype(np.float32)
        found[part] = by.reduceat(rows, first[part] - first[part.start], axis=0)
    return found


def budget_bytes() -> float:
    """How much memory embeddings may take. Raises BenchmarkError if FIT_MEMORY_GB is no number."""
    wanted = os.environ.get("FIT_MEMORY_GB", "")
    if not wanted:
        return _free_bytes() / 2
    try:
        gigabytes = float(wanted)
    except ValueError:
        gigabytes = -1.0
    if not 0 <= gigabytes < float("inf"):
        raise BenchmarkError("bad FIT_MEMORY_GB", found=wanted, expected="a number from 0 on")
    return gigabytes * 1e9


def _free_bytes() -> float:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(float(line.split()[1]) * 1024 for line in lines if "MemAvailable" in line)
    except (OSError, StopIteration):
        return 2 * UNKNOWN_GB * 1e9


def _parts(edges: np.ndarray, row_bytes: int) -> Iterator[slice]:
    """Stretches of pieces, the n-th from row edges[n] to edges[n + 1], of PART_BYTES or one."""
    start, most = 0, max(PART_BYTES // max(row_bytes, 1), 1)
    while start < len(edges) - 1:
        stop = int(np.searchsorted(edges, edges[start] + most, side="right")) - 1
        stop = max(stop, start + 1)
        yield slice(start, stop)
        start = stop

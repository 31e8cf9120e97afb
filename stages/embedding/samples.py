"""Sound that was decoded and resampled, kept so that only the first backbone of a rate does that.

At the rate of the pack its samples have 16 bits, at another one 32: they are what the backbone
would have computed, to the bit. Where room is needed, what was used longest ago goes first, but
nothing that this backbone has used: of a corpus larger than the budget the same trailers stay,
rather than each going before its turn comes.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from time import time_ns

import numpy as np

from stages.base.environment import number
from stages.base.flac import FULL_SCALE, decode_flac
from stages.base.npz import NpzArray, check_npz
from stages.base.packs import read_trailer
from stages.base.params import WINDOWS
from stages.base.store import Store
from stages.base.versions import code_of
from stages.embedding.jobs import Job, Recipe

VARIABLE = "SOUND_CACHE_GB"
OTHERS = 4096  # bytes of an entry beside its samples, at most
PARTS = 100  # of the budget, after each of which other processes' entries are counted anew


@dataclass(frozen=True)
class Window:
    """One window of a trailer's sound."""

    number: int
    """Index in WINDOWS."""
    start: float
    """Seconds from the trailer's start."""
    samples: np.ndarray
    """(samples,) float32, in [-1, 1] or, resampled, a little beyond."""
    rate: int


def windows_of(job: Job, rate: int) -> list[Window]:
    """A trailer's windows in the order of WINDOWS, from the cache if it has them.

    rate: in Hz; 0 for that of the pack. SOUND_CACHE_GB is what the cache may hold; by default it
    holds nothing. Raises BenchmarkError.
    """
    limit = int(number(VARIABLE, 0.0) * 1e9)
    if not limit:
        return _decode(job, rate)
    kept, key = _cache(limit, job.recipe), key_of(job, rate)
    windows = kept.find(key)
    if windows is None:
        windows = _decode(job, rate)
        kept.keep(key, windows)
    return windows


def key_of(job: Job, rate: int) -> str:
    """Of a trailer's samples in the store."""
    return samples_store().key(job.digest, str(rate))


@cache
def samples_store() -> Store:
    """Where samples are kept, on this machine alone."""
    code = code_of("stages/embedding/clips.py", libraries=("av", "numpy", "torch"))
    return Store("samples", code, None, check=_check, local=True)


@dataclass
class Cache:
    """What one backbone keeps of its sound, in a budget that all processes and backbones share."""

    limit: int
    """Bytes; each process may exceed it by a hundredth."""
    store: Store = field(default_factory=samples_store)
    began: int = field(default_factory=time_ns)
    left: float = 0.0
    """Bytes that this process may write before it counts again."""
    full: bool = False
    """Nothing more fits until what this backbone uses is dropped."""
    guard: Lock = field(default_factory=Lock)

    def find(self, key: str) -> list[Window] | None:
        """The windows of this key; None where they are not kept."""
        path = self.store.find(key)
        if path is None:
            return None
        try:
            windows = _read(path)
        except FileNotFoundError:  # dropped since by another process
            return None
        with suppress(OSError):  # another user's, or dropped since
            os.utime(path)
        return windows

    def keep(self, key: str, windows: Sequence[Window]) -> None:
        """Keep them if there is room, or can be."""
        if self.full:
            return
        samples = np.concatenate([_smallest(each.samples) for each in windows])
        if self._has_room(OTHERS + samples.nbytes):
            with self.store.put(key) as path, path.open("wb") as file:
                np.savez(
                    file,
                    window=np.array([each.number for each in windows], np.int16),
                    start=np.array([each.start for each in windows], np.float64),
                    rate=np.array([each.rate for each in windows], np.int32),
                    length=np.array([len(each.samples) for each in windows], np.int64),
                    samples=samples,
                )

    def _has_room(self, size: int) -> bool:
        with self.guard:
            if not self.full and size > self.left:
                self.left = self._make_room(size)
                self.full = size > self.left
            if self.full:
                return False
            self.left -= size
            return True

    def _make_room(self, size: int) -> float:
        """Drop what was used longest ago; bytes that may be written until the next count."""
        part = max(size, self.limit / PARTS)
        files = sorted(_listed(self.store))
        used = sum(bytes_ for _, bytes_, _ in files)
        for last, bytes_, path in files:
            if used + part <= self.limit or last >= self.began:
                break
            path.unlink(missing_ok=True)
            used -= bytes_
        return min(part, self.limit - used)


@lru_cache(maxsize=1)
def _cache(limit: int, recipe: Recipe) -> Cache:
    """One for each backbone: what it uses is what it must not drop."""
    samples_store().recover()
    return Cache(limit)


def _listed(store: Store) -> Iterator[tuple[int, int, Path]]:
    """When each entry was used last, in nanoseconds, its bytes and its path."""
    for path in store.paths():
        with suppress(FileNotFoundError):
            found = path.lstat()
            yield found.st_mtime_ns, found.st_size, path


def _decode(job: Job, rate: int) -> list[Window]:
    rows = read_trailer(job.pack, job.row_group, job.digest).to_pylist()
    windows = []
    for row in sorted(rows, key=lambda row: WINDOWS.index(row["window"])):
        samples, of_pack = decode_flac(row["flac"])
        if rate:
            from stages.embedding.clips import resample  # loads torch, which no picture needs

            samples = resample(samples, of_pack, rate).numpy()
        windows.append(Window(WINDOWS.index(row["window"]), row["start"], samples, rate or of_pack))
    return windows


def _smallest(samples: np.ndarray) -> np.ndarray:
    """In 16 bits where that is exact, as it is of what `decode_flac` multiplied; else as it is."""
    numbers = np.clip(samples / FULL_SCALE, -(2**15), 2**15 - 1).astype(np.int16)
    back = np.multiply(numbers, FULL_SCALE, dtype=np.float32)
    return numbers if np.array_equal(back.view(np.int32), samples.view(np.int32)) else samples


def _read(path: Path) -> list[Window]:
    with np.load(path) as found:
        columns = [found[name].tolist() for name in ("window", "start", "rate", "length")]
    samples, windows, place = NpzArray.locate(path, "samples"), [], 0
    for window, start, rate, length in zip(*columns, strict=True):
        part = samples.read(place, place + length)
        if part.dtype == np.int16:
            part = np.multiply(part, FULL_SCALE, dtype=np.float32)
        windows.append(Window(window, start, part, rate))
        place += length
    return windows


def _check(path: Path) -> None:
    """Raise ValueError for a file that holds no samples of one trailer."""
    samples = NpzArray.locate(path, "samples")
    check_npz(
        path,
        {
            "window": (np.int16, ("n",)),
            "start": (np.float64, ("n",)),
            "rate": (np.int32, ("n",)),
            "length": (np.int64, ("n",)),
            "samples": (np.int16 if samples.dtype == np.int16 else np.float32, ("total",)),
        },
    )
    with np.load(path) as found:
        length = found["length"]
        if not len(length) or length.min() < 1 or length.sum() != samples.shape[0]:
            raise ValueError("its windows are not as long as their samples")
        if found["window"].min() < 0 or found["window"].max() >= len(WINDOWS):
            raise ValueError("a window has no name")

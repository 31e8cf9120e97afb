"""Read hashes and fingerprints of all packs; the bulk of them stays on disk."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, overload

import numpy as np

from stages.base.errors import BenchmarkError
from stages.base.npz import NpzArray
from stages.base.packs import Shard, shard_paths
from stages.base.parallel import run, workers
from stages.trailers.auditing.pictures import THUMBNAIL_SIZE, FrameHashes
from stages.trailers.auditing.shards import EMPTY_FRAMES, Job, find_entry, fingerprint_shard
from stages.trailers.auditing.sounds import SoundWindow

WINDOWS_AT_ONCE = 64  # read together
FEW_SHARDS = 3  # so few are done here before a worker process would have started
Heads = list[tuple[str, int, float]]  # of each window: trailer_id, film, start in seconds


@dataclass(frozen=True)
class FrameTable:
    """All n frames of all trailers."""

    names: np.ndarray
    """(n_trailers,) str, trailer_id."""
    trailer: np.ndarray
    """(n,) int32, index into `names`."""
    frame: np.ndarray
    """(n,) number of the frame in its trailer."""
    time: np.ndarray
    """(n,) seconds."""
    hashes: FrameHashes
    """Of the n frames."""


class StoredThumbnails:
    """Thumbnails on disk: `thumbs[rows]` is (n, 36, 64) uint8, for rows in any order."""

    def __init__(self) -> None:
        self._parts: list[tuple[NpzArray, np.ndarray]] = []
        self._ends: list[int] = []

    def add(self, part: NpzArray, rows: np.ndarray) -> None:
        """Append these rows of a stored array."""
        self._parts.append((part, rows.astype(np.int32)))
        self._ends.append(len(self) + len(rows))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        found = np.empty((len(rows), THUMBNAIL_SIZE[1], THUMBNAIL_SIZE[0]), np.uint8)
        part_of = np.searchsorted(self._ends, rows, side="right")
        for number in np.unique(part_of).tolist():
            mine = part_of == number
            (part, kept), end = self._parts[number], self._ends[number]
            found[mine] = part.take(kept[rows[mine] - (end - len(kept))])
        return found


class StoredWindows(Sequence[SoundWindow]):
    """Windows of sound whose fingerprints stay on disk and are read on demand."""

    def __init__(self) -> None:
        self._parts: list[tuple[NpzArray, NpzArray]] = []
        self._heads: list[tuple[str, int, float]] = []
        self._places: list[np.ndarray] = []  # of each part, (n, 3): part, first word, end

    def add(self, words: NpzArray, audible: NpzArray, heads: Heads, places: np.ndarray) -> None:
        """Append n windows: (trailer_id, film, start) of each, and (first word, end), (n, 2)."""
        self._heads += heads
        part = np.full((len(places), 1), len(self._parts))
        self._places.append(np.concatenate([part, places], axis=1))
        self._parts.append((words, audible))

    def __len__(self) -> int:
        return len(self._heads)

    @overload
    def __getitem__(self, row: int) -> SoundWindow: ...
    @overload
    def __getitem__(self, row: slice) -> list[SoundWindow]: ...
    def __getitem__(self, row: int | slice) -> SoundWindow | list[SoundWindow]:
        if isinstance(row, slice):
            return [self[number] for number in range(*row.indices(len(self)))]
        part, start, stop = self._all_places[row].tolist()
        words, audible = (each.read(start, stop) for each in self._parts[part])
        return SoundWindow(*self._heads[row], words, audible)

    def __iter__(self) -> Iterator[SoundWindow]:
        """All windows in order, read in batches."""
        for begin in range(0, len(self), WINDOWS_AT_ONCE):
            places = self._all_places[begin : begin + WINDOWS_AT_ONCE]
            for part in np.unique(places[:, 0]).tolist():
                spans = places[places[:, 0] == part, 1:]
                first, end = int(spans.min()), int(spans.max())
                words, audible = (each.read(first, end) for each in self._parts[part])
                for row, (start, stop) in enumerate((spans - first).tolist(), start=begin):
                    yield SoundWindow(*self._heads[row], words[start:stop], audible[start:stop])
                begin += len(spans)

    @cached_property
    def _all_places(self) -> np.ndarray:
        return np.concatenate([np.zeros((0, 3), np.int64), *self._places])


def read_frames(folder: Path, film_of: dict[str, int]) -> FrameTable:
    """Hashes of the frames of all trailers in `film_of` (trailer_id -> number of its film)."""
    found, names, thumbs = [], [np.zeros(0, "U16")], StoredThumbnails()
    for entry in _shard_results(folder, "frames"):
        with np.load(entry) as file:
            shown, trailer = file["names"], file["trailer"]
            known = np.array([name in film_of for name in shown.tolist()], bool)
            keep = known[trailer]
            place = (np.cumsum(known) - 1 + sum(len(each) for each in names)).astype(np.int32)
            part = {name: file[name][keep] for name in ("frame", "time", "hash", "spread")}
        found.append({**part, "trailer": place[trailer[keep]]})
        names.append(shown[known])
        thumbs.add(NpzArray.locate(entry, "thumb"), np.flatnonzero(keep))
    found.append(EMPTY_FRAMES)
    joined = {name: np.concatenate([part[name] for part in found]) for name in EMPTY_FRAMES}
    hashes = FrameHashes(joined["hash"], thumbs, joined["spread"])
    trailers = np.concatenate(names)
    return FrameTable(trailers, joined["trailer"], joined["frame"], joined["time"], hashes)


def read_sound(folder: Path, film_of: dict[str, int]) -> StoredWindows:
    """Fingerprints of all windows of the trailers in `film_of`; duplicates within one only once."""
    windows = StoredWindows()
    for entry in _shard_results(folder, "sound"):
        with np.load(entry) as file:
            names, starts, counts = file["trailer_id"], file["start"], file["count"]
        ends = np.cumsum(counts)
        known = [row for row, name in enumerate(names.tolist()) if name in film_of]
        heads = [(str(names[row]), film_of[str(names[row])], float(starts[row])) for row in known]
        places = np.stack([ends - counts, ends], axis=1)[known]
        windows.add(
            NpzArray.locate(entry, "words"), NpzArray.locate(entry, "audible"), heads, places
        )
    return windows


def _shard_results(folder: Path, what: Literal["frames", "sound"]) -> list[Path]:
    """Paths of the results of all shards, computed where missing."""
    jobs = [Job(what, Shard(path)) for path in shard_paths(folder)]
    with ThreadPoolExecutor(workers()) as pool:
        entries = dict(zip(jobs, pool.map(find_entry, jobs), strict=True))
    missing = {
        replace(job, shard=Shard.for_workers(job.shard.path)): job
        for job, entry in entries.items()
        if entry is None
    }
    for job, result in run(fingerprint_shard, list(missing), serial_up_to=FEW_SHARDS):
        if isinstance(result, BenchmarkError):
            raise BenchmarkError(str(result), where=str(job.shard.path))
        # a worker far away read a copy of the shard: ours says whose trailers it must hold
        entries[missing[job]] = find_entry(missing[job]) if job.shard.remote else result
    if lost := [str(job.shard.path) for job, entry in entries.items() if entry is None]:
        raise BenchmarkError(
            "what workers gave back is of other trailers",
            where=", ".join(lost),
            do="empty packs/ in the shared store and run the same command again",
        )
    return [entry for entry in entries.values() if entry is not None]

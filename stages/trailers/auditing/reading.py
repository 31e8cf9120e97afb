"""Read what was seen and heard in the packs, whose bulk stays on disk."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, overload

import numpy as np

from stages.base.errors import BenchmarkError
from stages.base.npz.reading import Stored, stored
from stages.base.packs import Part, parts
from stages.base.parallel import run, workers
from stages.trailers.auditing.pictures import THUMB, Looks
from stages.trailers.auditing.shards import EMPTY, Job, find, sense
from stages.trailers.auditing.sounds import Track

AT_ONCE = 64  # tracks read together
FEW = 3  # shards, as many as three more trailers change, are done before a process has started
Heads = list[tuple[str, int, float]]  # of each track its trailer's id, its film, its start in s


@dataclass(frozen=True)
class Pictures:
    """names: (n_trailers,) str; of all n frames trailer: (n,) int32, place in names; frame: (n,)
    number; time: (n,) s; looks."""

    names: np.ndarray
    trailer: np.ndarray
    frame: np.ndarray
    time: np.ndarray
    looks: Looks


class Thumbs:
    """Thumbnails that stay on disk: `thumbs[rows]` is (n, 36, 64) uint8, rows in any order."""

    def __init__(self) -> None:
        self._parts: list[tuple[Stored, np.ndarray]] = []
        self._ends: list[int] = []

    def add(self, part: Stored, rows: np.ndarray) -> None:
        """More of them: these rows of a stored array."""
        self._parts.append((part, rows.astype(np.int32)))
        self._ends.append(len(self) + len(rows))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        found = np.empty((len(rows), THUMB[1], THUMB[0]), np.uint8)
        part_of = np.searchsorted(self._ends, rows, side="right")
        for number in np.unique(part_of).tolist():
            mine = part_of == number
            (part, kept), end = self._parts[number], self._ends[number]
            found[mine] = part.rows(kept[rows[mine] - (end - len(kept))])
        return found


class Tracks(Sequence[Track]):
    """Windows of sound whose fingerprints stay on disk and are read when they are asked for."""

    def __init__(self) -> None:
        self._parts: list[tuple[Stored, Stored]] = []
        self._heads: list[tuple[str, int, float]] = []
        self._places: list[np.ndarray] = []  # of each part, (n, 3): part, first word, end

    def add(self, words: Stored, loud: Stored, heads: Heads, places: np.ndarray) -> None:
        """More of them: (trailer_id, film, start) of each, and (first word, end), (n, 2)."""
        self._heads += heads
        part = np.full((len(places), 1), len(self._parts))
        self._places.append(np.concatenate([part, places], axis=1))
        self._parts.append((words, loud))

    def __len__(self) -> int:
        return len(self._heads)

    @overload
    def __getitem__(self, row: int) -> Track: ...
    @overload
    def __getitem__(self, row: slice) -> list[Track]: ...
    def __getitem__(self, row: int | slice) -> Track | list[Track]:
        if isinstance(row, slice):
            return [self[number] for number in range(*row.indices(len(self)))]
        part, start, stop = self._all_places[row].tolist()
        words, loud = (each.span(start, stop) for each in self._parts[part])
        return Track(*self._heads[row], words, loud)

    def __iter__(self) -> Iterator[Track]:
        """All of them in order, read some dozens at a time."""
        for begin in range(0, len(self), AT_ONCE):
            places = self._all_places[begin : begin + AT_ONCE]
            for part in np.unique(places[:, 0]).tolist():
                spans = places[places[:, 0] == part, 1:]
                first, end = int(spans.min()), int(spans.max())
                words, loud = (each.span(first, end) for each in self._parts[part])
                for row, (start, stop) in enumerate((spans - first).tolist(), start=begin):
                    yield Track(*self._heads[row], words[start:stop], loud[start:stop])
                begin += len(spans)

    @cached_property
    def _all_places(self) -> np.ndarray:
        return np.concatenate([np.zeros((0, 3), np.int64), *self._places])


def read_pictures(folder: Path, film_of: dict[str, int]) -> Pictures:
    """Hashes of the frames of all trailers in `film_of` (trailer_id -> number of its film)."""
    found, names, thumbs = [], [np.zeros(0, "U16")], Thumbs()
    for entry in _over_shards(folder, "pictures"):
        with np.load(entry) as file:
            shown, trailer = file["names"], file["trailer"]
            known = np.array([name in film_of for name in shown.tolist()], bool)
            keep = known[trailer]
            place = (np.cumsum(known) - 1 + sum(len(each) for each in names)).astype(np.int32)
            part = {name: file[name][keep] for name in ("frame", "time", "hash", "spread")}
        found.append({**part, "trailer": place[trailer[keep]]})
        names.append(shown[known])
        thumbs.add(stored(entry, "thumb"), np.flatnonzero(keep))
    found.append(EMPTY)
    joined = {name: np.concatenate([part[name] for part in found]) for name in EMPTY}
    looks = Looks(joined["hash"], thumbs, joined["spread"])
    trailers = np.concatenate(names)
    return Pictures(trailers, joined["trailer"], joined["frame"], joined["time"], looks)


def read_tracks(folder: Path, film_of: dict[str, int]) -> Tracks:
    """Fingerprints of the windows of all trailers in `film_of`; equal windows of one only once."""
    tracks = Tracks()
    for entry in _over_shards(folder, "tracks"):
        with np.load(entry) as file:
            names, starts, counts = file["trailer_id"], file["start"], file["count"]
        ends = np.cumsum(counts)
        known = [row for row, name in enumerate(names.tolist()) if name in film_of]
        heads = [(str(names[row]), film_of[str(names[row])], float(starts[row])) for row in known]
        places = np.stack([ends - counts, ends], axis=1)[known]
        tracks.add(stored(entry, "words"), stored(entry, "loud"), heads, places)
    return tracks


def _over_shards(folder: Path, what: Literal["pictures", "tracks"]) -> list[Path]:
    jobs = [Job(what, Part(path)) for path in parts(folder)]
    with ThreadPoolExecutor(workers()) as pool:
        entries = dict(zip(jobs, pool.map(find, jobs), strict=True))
    missing = {
        replace(job, shard=Part.in_reach(job.shard.path)): job
        for job, entry in entries.items()
        if entry is None
    }
    for job, result in run(sense, list(missing), few=FEW):
        if isinstance(result, BenchmarkError):
            raise BenchmarkError(str(result), where=str(job.shard.path))
        entries[missing[job]] = result
    return [entry for entry in entries.values() if entry is not None]

"""Read what is audited, a shard of the packs at a time, in worker processes.

What was seen and heard in a shard is kept in the store under the shard's sha256, so workers hand
back paths, and shards that did not change are not decoded again.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
import pyarrow.parquet as pq

from stages.auditing.pictures import Looks, look
from stages.auditing.sounds import Track, fingerprint
from stages.errors import BenchmarkError
from stages.packs import Part, parts
from stages.parallel import run
from stages.store import Store
from stages.versions import code_of

CODE = ("stages/auditing/*.py",)
LIBRARIES = ("av", "numpy", "opencv-python-headless", "scipy")
Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Pictures:
    """trailer_id: (n,) str; frame: (n,) number; time: (n,) s; looks: of all n frames."""

    trailer_id: np.ndarray
    frame: np.ndarray
    time: np.ndarray
    looks: Looks


def read_pictures(folder: Path, film_of: dict[str, int]) -> Pictures:
    """Hashes of the frames of all trailers in `film_of` (trailer_id -> number of its film)."""
    parts = []
    for shard in _over_shards(folder, look_at):
        keep = np.array([name in film_of for name in shard["trailer_id"].tolist()], bool)
        parts.append({name: array[keep] for name, array in shard.items()})
    parts.append(_seen([], [], [], look([])))
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    looks = Looks(joined["hash"], joined["thumb"], joined["spread"])
    return Pictures(joined["trailer_id"], joined["frame"], joined["time"], looks)


def read_tracks(folder: Path, film_of: dict[str, int]) -> list[Track]:
    """Fingerprints of the windows of all trailers in `film_of`; equal windows of one only once."""
    tracks = []
    for shard in _over_shards(folder, listen_to):
        ends = shard["count"].cumsum()[:-1]
        split = (np.split(shard[name], ends) for name in ("words", "loud"))
        for name, start, *heard in zip(
            shard["trailer_id"].tolist(), shard["start"].tolist(), *split, strict=True
        ):
            if name in film_of:
                tracks.append(Track(name, film_of[name], start, *heard))
    return tracks


def store() -> Store:
    """Where what was seen and heard in a shard is kept."""
    return Store("leaks", code_of(*CODE, libraries=LIBRARIES), None)


def look_at(shard: Part) -> Path:
    """Path of an entry with the looks of all frames of a shard, in its order; runs in a worker."""
    return _kept("pictures", shard, _pictures)


def listen_to(shard: Part) -> Path:
    """Path of an entry with the fingerprints of all windows of a shard; runs in a worker."""
    return _kept("tracks", shard, _tracks)


def _over_shards(folder: Path, function: Callable[[Part], Path]) -> Iterator[Arrays]:
    results = dict(run(function, [Part.in_reach(path) for path in parts(folder)]))
    for part in sorted(results):
        result = results[part]
        if isinstance(result, BenchmarkError):
            raise BenchmarkError(str(result), where=str(part.path))
        with np.load(result) as arrays:
            yield dict(arrays)


def _kept(what: str, shard: Part, read: Callable[[pq.ParquetFile], Arrays]) -> Path:
    key = store().key(what, shard.sha256)
    found = store().find(key)
    if found is None:
        with shard.open() as file:
            arrays = read(file)
        with store().put(key) as path, path.open("wb") as entry:
            np.savez(entry, **arrays)  # type: ignore[arg-type]
        found = store().find(key)
    assert found is not None
    return found


def _pictures(file: pq.ParquetFile) -> Arrays:
    cv2.setNumThreads(1)  # one process a core already
    parts = []
    for group in range(file.num_row_groups):
        rows = file.read_row_group(group).sort_by("frame")
        looks = look([jpeg.as_py() for jpeg in rows["jpeg"]])
        names, frames, times = (rows[name].to_pylist() for name in ("trailer_id", "frame", "time"))
        parts.append(_seen(names, frames, times, looks))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _seen(trailer_id: list[str], frame: list[int], time: list[float], looks: Looks) -> Arrays:
    return {
        "trailer_id": np.array(trailer_id, "U16"),
        "frame": np.array(frame, np.int16),
        "time": np.array(time, np.float64),
        "hash": looks.hash,
        "thumb": looks.thumb,
        "spread": looks.spread,
    }


def _tracks(file: pq.ParquetFile) -> Arrays:
    names, starts, heard = [], [], []
    for group in range(file.num_row_groups):
        rows = file.read_row_group(group).to_pylist()
        different = {(row["start"], row["seconds"]): row["flac"] for row in rows}
        for (start, _), flac in sorted(different.items()):
            names.append(rows[0]["trailer_id"])
            starts.append(start)
            heard.append(fingerprint(*_decoded(flac)))
    words, loud = zip(*heard, strict=True)
    return {
        "trailer_id": np.array(names, "U16"),
        "start": np.array(starts, np.float64),
        "count": np.array([len(part) for part in words]),
        "words": np.concatenate(words),
        "loud": np.concatenate(loud),
    }


def _decoded(flac: bytes) -> tuple[np.ndarray, int]:
    with av.open(io.BytesIO(flac), "r") as container:
        stream = container.streams.audio[0]
        blocks = [frame.to_ndarray().reshape(-1) for frame in container.decode(stream)]
        return np.concatenate(blocks).astype(np.float32) / np.float32(1 << 15), stream.rate

"""See and hear what lies in a shard of the packs, in a worker process.

What was seen and heard in a shard is kept in the store under what its footer tells, so workers hand
back paths, and shards that did not change are not read again. Of one that did, only trailers that
are new to the store are read and decoded.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import av
import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from stages.base.npz.writing import write_npz
from stages.base.packs import Part, contents, group_of
from stages.base.store import Store
from stages.base.versions import code_of
from stages.trailers.auditing.pictures import THUMB, look
from stages.trailers.auditing.sounds import fingerprint

CODE = ("stages/trailers/auditing/*.py",)
LIBRARIES = ("av", "numpy", "opencv-python-headless", "scipy")
Arrays = dict[str, np.ndarray]
EMPTY: Arrays = {
    "trailer": np.zeros(0, np.int32),
    "frame": np.zeros(0, np.int16),
    "time": np.zeros(0, np.float64),
    "hash": np.zeros(0, np.uint64),
    "spread": np.zeros(0, np.float32),
}


def store() -> Store:
    """Where what was seen and heard is kept, of a trailer and of a shard."""
    return Store("leaks", code_of(*CODE, libraries=LIBRARIES), None)


@dataclass(frozen=True)
class Job:
    """A shard, and whether its frames are to be looked at or its windows of sound heard."""

    what: Literal["pictures", "tracks"]
    shard: Part


def find(job: Job) -> Path | None:
    """The entry of all that is seen or heard in a shard, in its order, if the store has it."""
    with job.shard.open() as file:
        return store().find(_key(job, file))


def sense(job: Job) -> Path:
    """Path of that entry, made if it is not there."""
    kept = find(job)
    if kept is not None:
        return kept
    cv2.setNumThreads(1)  # one process a core already
    write = _pictures if job.what == "pictures" else _tracks
    with job.shard.open() as file, store().put(_key(job, file)) as path, path.open("wb") as entry:
        write(file, entry)
    found = find(job)
    assert found is not None
    return found


def _key(job: Job, file: pq.ParquetFile) -> str:
    return store().key(job.what, *map(" ".join, contents(file.metadata)))


def _each(
    what: str, file: pq.ParquetFile, sense: Callable[[pa.Table], Arrays]
) -> Iterator[tuple[str, Arrays]]:
    """Each trailer of a shard, with what `sense` makes of its rows or the store kept of that."""
    for group, (name, digest) in enumerate(contents(file.metadata)):
        key = store().key(what, digest)
        found = store().find(key)
        if found is None:
            arrays = sense(group_of(file, group, digest))
            with store().put(key) as path, path.open("wb") as entry:
                np.savez(entry, allow_pickle=False, **arrays)
        else:
            with np.load(found) as kept:
                arrays = dict(kept)
        yield name, arrays


def _pictures(file: pq.ParquetFile, entry: BinaryIO) -> None:
    names: list[str] = []
    found = [EMPTY]

    def thumbs() -> Iterator[np.ndarray]:
        for name, seen in _each("looks", file, _look):
            yield seen.pop("thumb")
            found.append(seen | {"trailer": np.full(len(seen["frame"]), len(names))})
            names.append(name)
        for name, empty in EMPTY.items():
            others[name] = np.concatenate([part[name] for part in found]).astype(empty.dtype)
        others["names"] = np.array(names, "U16")

    others: Arrays = {}
    shape = (file.metadata.num_rows, THUMB[1], THUMB[0])
    write_npz(entry, "thumb", shape, np.uint8, thumbs(), others)


def _look(rows: pa.Table) -> Arrays:
    rows = rows.sort_by("frame")
    looks = look([jpeg.as_py() for jpeg in rows["jpeg"]])
    seen = {"hash": looks.hash, "spread": looks.spread, "thumb": looks.thumb[:]}
    return seen | {name: rows[name].to_numpy() for name in ("frame", "time")}


def _tracks(file: pq.ParquetFile, entry: BinaryIO) -> None:
    heard = list(_each("fingerprints", file, _listen))
    joined = {name: np.concatenate([one[name] for _, one in heard]) for name in heard[0][1]}
    names = np.repeat([name for name, _ in heard], [len(one["start"]) for _, one in heard])
    np.savez(entry, allow_pickle=False, trailer_id=names.astype("U16"), **joined)


def _listen(rows: pa.Table) -> Arrays:
    different = {(row["start"], row["seconds"]): row["flac"] for row in rows.to_pylist()}
    starts, heard = [], []
    for (start, _), flac in sorted(different.items()):
        starts.append(start)
        heard.append(fingerprint(*_decoded(flac)))
    words, loud = zip(*heard, strict=True)
    return {
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

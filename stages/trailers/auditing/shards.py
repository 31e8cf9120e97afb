"""Hashes and fingerprints of one shard of the packs, computed in a worker process.

The result of a shard is stored under the digests in its footer, so workers return paths, and
unchanged shards are not read again. Of a changed shard only trailers that are new to the store are
read and decoded.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from stages.base.flac import decode_flac
from stages.base.npz import write_npz
from stages.base.packs import Shard, read_row_group, trailers_in
from stages.base.store import Check, Store
from stages.base.versions import code_of
from stages.trailers.auditing.pictures import THUMBNAIL_SIZE, hash_frames
from stages.trailers.auditing.sounds import fingerprint
from stages.trailers.auditing.stored import ShardCheck, check_fingerprints, check_hashes

CODE = ("stages/trailers/auditing/*.py",)
LIBRARIES = ("av", "numpy", "opencv-python-headless", "scipy")
Arrays = dict[str, np.ndarray]
OF_TRAILER = {"frames": "hashes", "sound": "fingerprints"}  # by what its rows hold
EMPTY_FRAMES: Arrays = {
    "trailer": np.zeros(0, np.int32),
    "frame": np.zeros(0, np.int16),
    "time": np.zeros(0, np.float64),
    "hash": np.zeros(0, np.uint64),
    "spread": np.zeros(0, np.float32),
}


def store(check: Check | None = None) -> Store:
    """Where hashes and fingerprints are kept, by trailer and by shard."""
    return Store("leaks", code_of(*CODE, libraries=LIBRARIES), None, check=check)


@dataclass(frozen=True)
class Job:
    """A shard to fingerprint."""

    what: Literal["frames", "sound"]
    """What its rows hold."""
    shard: Shard
    """The file."""


def keys_of(job: Job) -> Iterator[str]:
    """Keys of all that is kept of a shard: its own, and those of its trailers."""
    with job.shard.open() as file:
        yield _key(job, file)
        for _, digest in trailers_in(file.metadata):
            yield store().key(OF_TRAILER[job.what], digest)


def find_entry(job: Job) -> Path | None:
    """Path of a shard's result in the store, None if it is not there."""
    with job.shard.open() as file:
        check = ShardCheck(job.what, tuple(name for name, _ in trailers_in(file.metadata)))
        return store(check).find(_key(job, file))


def fingerprint_shard(job: Job) -> Path:
    """Path of a shard's result in the store, computed if it is not there."""
    found = find_entry(job)
    if found is not None:
        return found
    cv2.setNumThreads(1)  # the workers are the parallelism
    write = _write_frames if job.what == "frames" else _write_sound
    with job.shard.open() as file, store().put(_key(job, file)) as path, path.open("wb") as entry:
        write(file, entry)
    found = find_entry(job)
    assert found is not None
    return found


def _key(job: Job, file: pq.ParquetFile) -> str:
    return store().key(job.what, *map(" ".join, trailers_in(file.metadata)))


def _per_trailer(
    what: str, file: pq.ParquetFile, compute: Callable[[pa.Table], Arrays]
) -> Iterator[tuple[str, Arrays]]:
    """Each trailer of a shard with its arrays, from the store or computed from its rows."""
    for group, (name, digest) in enumerate(trailers_in(file.metadata)):
        key = store().key(what, digest)
        found = store(check_hashes if what == OF_TRAILER["frames"] else check_fingerprints).find(
            key
        )
        if found is None:
            arrays = compute(read_row_group(file, group, digest))
            with store().put(key) as path, path.open("wb") as entry:
                np.savez(entry, allow_pickle=False, **arrays)
        else:
            with np.load(found) as stored:
                arrays = dict(stored)
        yield name, arrays


def _write_frames(file: pq.ParquetFile, entry: BinaryIO) -> None:
    names: list[str] = []
    found = [EMPTY_FRAMES]

    def thumbs() -> Iterator[np.ndarray]:
        for name, arrays in _per_trailer(OF_TRAILER["frames"], file, _frame_arrays):
            yield arrays.pop("thumb")
            found.append(arrays | {"trailer": np.full(len(arrays["frame"]), len(names))})
            names.append(name)
        for name, empty in EMPTY_FRAMES.items():
            others[name] = np.concatenate([part[name] for part in found]).astype(empty.dtype)
        others["names"] = np.array(names, "U16")

    others: Arrays = {}
    shape = (file.metadata.num_rows, THUMBNAIL_SIZE[1], THUMBNAIL_SIZE[0])
    write_npz(entry, "thumb", shape, np.uint8, thumbs(), others)


def _frame_arrays(rows: pa.Table) -> Arrays:
    rows = rows.sort_by("frame")
    hashes = hash_frames([jpeg.as_py() for jpeg in rows["jpeg"]])
    arrays = {"hash": hashes.hash, "spread": hashes.spread, "thumb": hashes.thumb[:]}
    return arrays | {name: rows[name].to_numpy() for name in ("frame", "time")}


def _write_sound(file: pq.ParquetFile, entry: BinaryIO) -> None:
    heard = list(_per_trailer(OF_TRAILER["sound"], file, _sound_arrays))
    joined = {name: np.concatenate([one[name] for _, one in heard]) for name in heard[0][1]}
    names = np.repeat([name for name, _ in heard], [len(one["start"]) for _, one in heard])
    np.savez(entry, allow_pickle=False, trailer_id=names.astype("U16"), **joined)


def _sound_arrays(rows: pa.Table) -> Arrays:
    different = {(row["start"], row["seconds"]): row["flac"] for row in rows.to_pylist()}
    starts, heard = [], []
    for (start, _), flac in sorted(different.items()):
        starts.append(start)
        heard.append(fingerprint(*decode_flac(flac)))
    words, audible = zip(*heard, strict=True)
    return {
        "start": np.array(starts, np.float64),
        "count": np.array([len(part) for part in words]),
        "words": np.concatenate(words),
        "audible": np.concatenate(audible),
    }

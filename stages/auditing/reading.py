"""Read what is audited, a shard of the packs at a time, in worker processes."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import av
import cv2
import numpy as np
import pyarrow.parquet as pq

from stages.auditing.pictures import Looks, look
from stages.auditing.sounds import Track, fingerprint
from stages.errors import BenchmarkError
from stages.parallel import run

Part = TypeVar("Part")


@dataclass(frozen=True)
class Pictures:
    """trailer_id: (n,) str; frame: (n,) number; time: (n,) s; looks: of all n frames."""

    trailer_id: np.ndarray
    frame: np.ndarray
    time: np.ndarray
    looks: Looks


def read_pictures(folder: Path, film_of: dict[str, int]) -> Pictures:
    """Hashes of the frames of all trailers in `film_of` (trailer_id -> number of its film)."""
    parts = [part for parts in _over_shards(folder, partial(_pictures, film_of)) for part in parts]
    empty = Looks(np.zeros(0, np.uint64), np.zeros((0, 36, 64), np.uint8), np.zeros(0))
    parts.append(Pictures(np.zeros(0, "U16"), np.zeros(0, np.int16), np.zeros(0), empty))
    looks = [part.looks for part in parts]
    return Pictures(
        np.concatenate([part.trailer_id for part in parts]),
        np.concatenate([part.frame for part in parts]),
        np.concatenate([part.time for part in parts]),
        Looks(
            np.concatenate([each.hash for each in looks]),
            np.concatenate([each.thumb for each in looks]),
            np.concatenate([each.spread for each in looks]),
        ),
    )


def read_tracks(folder: Path, film_of: dict[str, int]) -> list[Track]:
    """Fingerprints of the windows of all trailers in `film_of`; equal windows of one only once."""
    parts = _over_shards(folder, partial(_tracks, film_of))
    return [track for tracks in parts for track in tracks]


def _over_shards(folder: Path, function: Callable[[Path], Part]) -> list[Part]:
    results = dict(run(function, sorted(folder.glob("part-*.parquet"))))
    found = []
    for path in sorted(results):
        result = results[path]
        if isinstance(result, BenchmarkError):
            raise BenchmarkError(str(result), where=str(path))
        found.append(result)
    return found


def _pictures(film_of: dict[str, int], path: Path) -> list[Pictures]:
    cv2.setNumThreads(1)  # one process a core already
    found = []
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group)
            if rows["trailer_id"][0].as_py() not in film_of:
                continue
            rows = rows.sort_by("frame")
            names = np.array(rows["trailer_id"].to_pylist(), "U16")
            looks = look([jpeg.as_py() for jpeg in rows["jpeg"]])
            found.append(Pictures(names, rows["frame"].to_numpy(), rows["time"].to_numpy(), looks))
    return found


def _tracks(film_of: dict[str, int], path: Path) -> list[Track]:
    found = []
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group).to_pylist()
            trailer_id = rows[0]["trailer_id"]
            if trailer_id not in film_of:
                continue
            different = {(row["start"], row["seconds"]): row["flac"] for row in rows}
            for (start, _), flac in sorted(different.items()):
                words = fingerprint(*_decoded(flac))
                found.append(Track(trailer_id, film_of[trailer_id], start, *words))
    return found


def _decoded(flac: bytes) -> tuple[np.ndarray, int]:
    with av.open(io.BytesIO(flac), "r") as container:
        stream = container.streams.audio[0]
        blocks = [frame.to_ndarray().reshape(-1) for frame in container.decode(stream)]
        return np.concatenate(blocks).astype(np.float32) / np.float32(1 << 15), stream.rate

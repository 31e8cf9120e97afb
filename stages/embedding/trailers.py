"""Embed trailers: read a trailer's rows from a pack, embed its items, keep the result."""

import hashlib
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from stages.embedding.base import Backbone, create
from stages.params import WINDOWS
from stages.store import Store
from stages.versions import code_of

LIBRARIES = ("av", "numpy", "opencv-python-headless", "torch", "torchaudio")


@dataclass(frozen=True)
class Job:
    """Where one trailer's rows lie (a row group of a pack) and what to embed them with."""

    pack: Path
    row_group: int
    family: str
    weights: Path | None = None


def jobs(pack: Path, family: str, weights: Path | None = None) -> list[Job]:
    """One job a trailer, in the order of the pack."""
    return [
        Job(path, group, family, weights)
        for path in sorted(pack.glob("part-*.parquet"))
        for group in range(pq.read_metadata(path).num_row_groups)
    ]


def store_of(family: str) -> Store:
    """Where a family's embeddings are kept."""
    code = code_of("stages/embedding/*.py", f"stages/backbones/{family}.py", libraries=LIBRARIES)
    return Store("embed", code, family)


def embed_trailer(job: Job) -> tuple[str, Path]:
    """Embed one trailer unless the store has it; its id and the entry's path."""
    with pq.ParquetFile(job.pack) as file:
        rows = file.read_row_group(job.row_group)
    backbone = _backbone(job.family, job.weights)
    store = store_of(job.family)
    key = store.key(_digest(rows))
    if store.find(key) is None:
        embed = _picture if backbone.modality == "picture" else _sound
        with store.put(key) as path:
            path.write_bytes(_npz(**embed(backbone, rows)))
    found = store.find(key)
    assert found is not None
    return rows["trailer_id"][0].as_py(), found


def write_embeddings(entries: dict[str, Path], path: Path) -> None:
    """Join the trailers' entries, sorted by id, into one file.

    Arrays: trailer_id (n_trailers,) str; trailer (n_items,) int32, index into trailer_id;
    group (n_items,) int16, number of the frame or index in WINDOWS; time (n_items,) float32, s;
    embedding (n_items, *shape).
    """
    trailer_ids = sorted(entries)
    loaded = [np.load(entries[trailer_id]) for trailer_id in trailer_ids]
    names = loaded[0].files
    arrays: dict[str, Any] = {name: np.concatenate([e[name] for e in loaded]) for name in names}
    counts = [len(entry["group"]) for entry in loaded]
    trailer = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, trailer_id=np.array(trailer_ids), trailer=trailer, **arrays)


def _digest(rows: pa.Table) -> str:
    """Hash of a trailer's rows, times and all, but not of its name."""
    digest = hashlib.sha256()
    for row in rows.drop_columns("trailer_id").to_pylist():
        for value in row.values():
            digest.update(value if isinstance(value, bytes) else repr(value).encode())
    return digest.hexdigest()


def _picture(backbone: Backbone, rows: pa.Table) -> dict[str, np.ndarray]:
    order = np.argsort(rows["frame"].to_numpy(), kind="stable")
    frames = [_decode_jpeg(rows["jpeg"][int(row)].as_py()) for row in order]
    return {
        "group": rows["frame"].to_numpy()[order].astype(np.int16),
        "time": rows["time"].to_numpy()[order].astype(np.float32),
        "embedding": backbone(frames),
    }


def _sound(backbone: Backbone, rows: pa.Table) -> dict[str, np.ndarray]:
    parts = []
    for row in sorted(rows.to_pylist(), key=lambda row: WINDOWS.index(row["window"])):
        embedding = backbone(*_decode_flac(row["flac"]))
        time = row["start"] + (np.arange(len(embedding)) + 0.5) * backbone.window_seconds
        group = np.full(len(embedding), WINDOWS.index(row["window"]), np.int16)
        parts.append((group, time.astype(np.float32), embedding))
    group, time, embedding = (np.concatenate(part) for part in zip(*parts, strict=True))
    return {"group": group, "time": time, "embedding": embedding}


def _decode_jpeg(data: bytes) -> np.ndarray:
    frame = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if frame is None:
        raise ValueError("a frame of the pack is no JPEG: data/frames is damaged, run `dvc repro`")
    return cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)


def _decode_flac(data: bytes) -> tuple[np.ndarray, int]:
    with av.open(io.BytesIO(data), "r") as container:
        stream = container.streams.audio[0]
        blocks = [frame.to_ndarray().reshape(-1) for frame in container.decode(stream)]
        samples = np.concatenate(blocks)
        return samples.astype(np.float32) / np.float32(1 << 15), stream.rate


def _npz(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


@cache
def _backbone(family: str, weights: Path | None) -> Backbone:
    import torch

    torch.set_num_threads(1)  # one process a core already
    return create(family, weights)

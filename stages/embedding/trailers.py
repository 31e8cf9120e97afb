"""Embed trailers: read a trailer's rows from a pack, embed its items, keep the result.

Of trailers whose embeddings are kept, no more than the digest in their shard's footer is read.
"""

import io
import json
import sys
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from stages.embedding.base import Backbone, Precision, create, family
from stages.errors import TrailerError
from stages.packs import Part, contents, parts, read_group
from stages.parallel import run, workers
from stages.params import WINDOWS, BackboneParams
from stages.store import Store, sha256
from stages.versions import code_of

LIBRARIES = ("av", "numpy", "opencv-python-headless", "torch", "torchaudio")
FEW = 16  # trailers are embedded here before other processes have loaded torch
AT_ONCE = 1024  # trailers looked for together


@dataclass(frozen=True)
class Recipe:
    """What items are embedded with: a family, a model of it, its options (JSON), its weights."""

    family: str
    model: str = ""
    options: str = "{}"
    weights: Path | None = None
    precision: Precision = "float32"

    @classmethod
    def of(cls, params: BackboneParams, weights: Path | None) -> "Recipe":
        """What params.yaml says of a backbone, with its weights if it has any."""
        options = json.dumps(params.options, sort_keys=True)
        return cls(params.family, params.model, options, weights, params.precision)

    def backbone(self) -> Backbone:
        options = json.loads(self.options)
        return create(self.family, self.weights, self.model, options, self.precision)


@dataclass(frozen=True)
class Job:
    """Where one trailer's rows lie (a row group of a pack) and what to embed them with.

    digest: of its rows.
    """

    pack: Part
    row_group: int
    trailer_id: str
    digest: str
    recipe: Recipe

    @property
    def key(self) -> str:
        """Of its embeddings in the store."""
        return store_of(self.recipe).key(self.digest)


@dataclass(frozen=True)
class Prepared:
    """One trailer, ready to be embedded: items (n, ...), group and time (n,)."""

    items: np.ndarray
    group: np.ndarray
    time: np.ndarray


def jobs(pack: Path, recipe: Recipe) -> list[Job]:
    """One job a trailer, in the order of the pack."""
    return [
        Job(Part(path), group, trailer_id, digest, recipe)
        for path in parts(pack)
        for group, (trailer_id, digest) in enumerate(contents(pq.read_metadata(path)))
    ]


@cache
def store_of(recipe: Recipe) -> Store:
    """Where a recipe's embeddings are kept."""
    libraries = (*LIBRARIES, *family(recipe.family).LIBRARIES)
    source = f"stages/backbones/{recipe.family}.py"
    code = code_of("stages/embedding/*.py", source, libraries=libraries)
    weights = sha256(recipe.weights) if recipe.weights else ""
    made_by = [recipe.family, recipe.model, recipe.options, weights, recipe.precision]
    return Store("embed", code, made_by)


def embed(todo: Sequence[Job]) -> Iterator[tuple[Job, tuple[str, Path] | TrailerError]]:
    """Embed trailers of one recipe, as results come: id and entry, or why a worker failed.

    What the store has is found before a network is loaded or another process started.
    """
    missing = []
    with ThreadPoolExecutor(workers()) as pool:
        for start in range(0, len(todo), AT_ONCE):
            some = todo[start : start + AT_ONCE]
            for job, kept in zip(some, pool.map(find, some), strict=True):
                if kept is None:
                    missing.append(job)
                else:
                    yield job, (job.trailer_id, kept)
    if missing and family(missing[0].recipe.family).heavy:
        yield from embed_stream(missing, workers())
        return
    reach = cache(Part.in_reach)
    missing = [replace(job, pack=reach(job.pack.path)) for job in missing]
    yield from run(embed_trailer, missing, few=FEW)


def find(job: Job) -> Path | None:
    """The entry of a trailer's embeddings, if the store has it."""
    return store_of(job.recipe).find(job.key)


def embed_trailer(job: Job) -> tuple[str, Path]:
    """Embed one trailer unless the store has it; its id and the entry's path."""
    kept = find(job)
    if kept is not None:
        return job.trailer_id, kept
    backbone = _backbone(job.recipe)
    return _embed(backbone, job, prepare(backbone, job))


def embed_stream(
    todo: Sequence[Job], threads: int, backbone: Backbone | None = None
) -> Generator[tuple[Job, tuple[str, Path]], None, None]:
    """Embed trailers with a network that `threads` share, each from pack to store.

    On a CPU a trailer has one core: small batches side by side are quicker than large ones spread
    over the cores, and what comes out does not depend on how many cores there are. Of a GPU the
    threads take turns, and read, decode and store while others have theirs.
    Batches never hold items of two trailers, so a result does not depend on what was done before.
    """
    if not todo:
        return
    made = backbone or todo[0].recipe.backbone()

    def one(job: Job) -> tuple[str, Path]:
        kept = find(job)
        return (job.trailer_id, kept) if kept else _embed(made, job, prepare(made, job))

    with ThreadPoolExecutor(threads, initializer=_one_thread) as pool:
        waiting = iter(todo)
        ahead = deque((job, pool.submit(one, job)) for job in islice(waiting, 2 * threads))
        try:
            while ahead:
                job, embedded = ahead.popleft()
                result = embedded.result()
                ahead.extend((job, pool.submit(one, job)) for job in islice(waiting, 1))
                yield job, result
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _one_thread() -> None:
    """What works beside others, in a thread or a process of its own, uses one core."""
    cv2.setNumThreads(1)
    if torch := sys.modules.get("torch"):  # a second to load, and not every family does
        torch.set_num_threads(1)


def prepare(backbone: Backbone, job: Job) -> Prepared:
    """Read one trailer's rows and make its items."""
    rows = read_group(job.pack, job.row_group, job.digest)
    items_of = _frames if backbone.modality == "picture" else _windows
    return Prepared(*items_of(backbone, rows))


def _embed(backbone: Backbone, job: Job, prepared: Prepared) -> tuple[str, Path]:
    embedding = backbone.embed_items(prepared.items)
    with store_of(job.recipe).put(job.key) as path:
        path.write_bytes(_npz(group=prepared.group, time=prepared.time, embedding=embedding))
    found = find(job)
    assert found is not None
    return job.trailer_id, found


def _frames(backbone: Backbone, rows: pa.Table) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    order = np.argsort(rows["frame"].to_numpy(), kind="stable")
    frames = [_decode_jpeg(rows["jpeg"][int(row)].as_py()) for row in order]
    group = rows["frame"].to_numpy()[order].astype(np.int16)
    time = rows["time"].to_numpy()[order].astype(np.float32)
    return backbone.prepare(frames, 0), group, time


def _windows(backbone: Backbone, rows: pa.Table) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    hop = backbone.hop_seconds or backbone.window_seconds
    parts = []
    for row in sorted(rows.to_pylist(), key=lambda row: WINDOWS.index(row["window"])):
        items = backbone.prepare(*_decode_flac(row["flac"]))
        first = row["start"] - backbone.lead_seconds + backbone.window_seconds / 2
        time = first + np.arange(len(items)) * hop
        group = np.full(len(items), WINDOWS.index(row["window"]), np.int16)
        parts.append((items, group, time.astype(np.float32)))
    items, group, time = (np.concatenate(part) for part in zip(*parts, strict=True))
    return items, group, time


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
def _backbone(recipe: Recipe) -> Backbone:
    made = recipe.backbone()
    _one_thread()  # one process a core already
    return made

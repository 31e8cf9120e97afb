"""Read the extracted frames of trailers, title cards above all: lines kept by the frames' hash."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from stages.base.compute import use_one_thread
from stages.base.counting import counted
from stages.base.errors import TrailerError
from stages.base.packs import Shard, read_trailer, shard_paths, trailers_in
from stages.base.parallel import run
from stages.base.params import CardsParams
from stages.base.store import Store
from stages.base.versions import code_of
from stages.words import ocr
from stages.words.rows import LINES, RowsCheck, keep

CODE = ("stages/words/ocr.py",)
CHECK = RowsCheck(LINES)


@dataclass(frozen=True)
class CardsJob:
    """Where one trailer's frames lie."""

    pack: Shard
    row_group: int
    trailer_id: str
    digest: str
    """Of the frames."""
    same_level: float


def store_of(same_level: float) -> Store:
    """Where the lines are kept that are read under this rule."""
    code = code_of(*CODE, libraries=ocr.LIBRARIES)
    return Store("cards", code, {"same_level": same_level}, check=CHECK)


def jobs(pack: Path, params: CardsParams) -> list[CardsJob]:
    """One job for each trailer of a pack of frames, in its order."""
    return [
        CardsJob(Shard(path), group, trailer_id, digest, params.same_level)
        for path in shard_paths(pack)
        for group, (trailer_id, digest) in enumerate(trailers_in(pq.read_metadata(path)))
    ]


def read(job: CardsJob) -> Path:
    """Path of a trailer's lines in the store, read if missing; runs in a worker."""
    store = store_of(job.same_level)
    key = store.key(job.digest)
    found = store.find(key)
    if found is not None:
        return found
    use_one_thread()
    rows = read_trailer(job.pack, job.row_group, job.digest).to_pylist()
    return keep(ocr.read_frames(rows, job.same_level), LINES, store, key)


def read_all(todo: Sequence[CardsJob]) -> Iterator[tuple[CardsJob, Path | TrailerError]]:
    """Read the frames of all trailers, as results come; those that were read before come first."""
    reach = cache(Shard.for_workers)
    missing = []
    for job in todo:
        store = store_of(job.same_level)
        found = store.find(store.key(job.digest))
        if found is None:
            missing.append(job)
        else:
            yield job, found
    yield from run(read, [replace(job, pack=reach(job.pack.path)) for job in missing])


def certain(
    lines: Sequence[dict[str, Any]], params: CardsParams
) -> tuple[list[dict[str, Any]], str]:
    """The lines that are long enough and read with enough confidence, and how many are not."""
    kept = [
        line
        for line in lines
        if line["confidence"] >= params.confidence
        and sum(map(str.isalnum, line["text"])) >= params.shortest
    ]
    left = len(lines) - len(kept)
    return kept, f"{counted(left, 'line')} left out" if left else ""

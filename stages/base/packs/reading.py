"""Read packs, a trailer at a time: here, or on a machine that has but the shared store.

A shard's footer says which trailers lie in it and the digest of each one's rows, so that what was
made of them before is found without reading the rows.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from stages.base.errors import BenchmarkError
from stages.base.parallel import apart
from stages.base.store import Store, borrow

TRAILERS = b"trailers"  # in the footer: id and digest of each row group's trailer, JSON
DIGEST = b"digest"  # of rows, where their schema's metadata says it


@dataclass(frozen=True, order=True)
class Part:
    """A shard of a pack; lent: its name in the shared store, for who does not reach the path."""

    path: Path
    lent: str = ""

    @classmethod
    def in_reach(cls, path: Path) -> "Part":
        """A shard as workers can read it, wherever they are."""
        return cls(path, Store("packs", 1, None).lend(path) if apart() else "")

    @contextmanager
    def open(self, footer: pq.FileMetaData | None = None) -> Iterator[pq.ParquetFile]:
        """The shard, to be read group by group: of a lent one only what is read comes over."""
        if self.lent:
            with borrow(self.lent) as file:
                yield pq.ParquetFile(file, metadata=footer, pre_buffer=True)
        else:
            with pq.ParquetFile(self.path, metadata=footer) as file:
                yield file


def parts(folder: Path) -> list[Path]:
    """The shards of a pack, in their order."""
    return sorted(folder.glob("part-*.parquet"))


def read_pack(folder: Path, columns: list[str] | None = None) -> Iterator[pa.Table]:
    """Yield one table per trailer, in the order of the shards."""
    for path in parts(folder):
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                yield file.read_row_group(group, columns=columns)


def read_table(path: Path, columns: list[str] | None = None) -> pa.Table:
    """A small table, as `write_table` wrote it; unlike pyarrow's own it does not load pandas."""
    with pq.ParquetFile(path) as file:
        return file.read(columns=columns)


def contents(footer: pq.FileMetaData) -> list[tuple[str, str]]:
    """Trailer id and digest of each row group of a shard, in their order.

    Raises BenchmarkError for a shard that does not say.
    """
    told = (footer.metadata or {}).get(TRAILERS)
    if told is None:
        raise BenchmarkError(
            "a shard does not say which trailers lie in it",
            do="it was written by earlier code: run `dvc repro --force frames audio`",
        )
    return [(trailer_id, digest) for trailer_id, digest in json.loads(told)]


def read_group(part: Part, number: int, told: str) -> pa.Table:
    """Rows of one trailer of a shard, as `group_of`; the footer, which grows, is parsed once."""
    status = None if part.lent else part.path.stat()
    footer = _footer(part, *((status.st_mtime_ns, status.st_size) if status else (0, 0)))
    with part.open(footer) as file:
        return group_of(file, number, told)


def group_of(file: pq.ParquetFile, number: int, told: str) -> pa.Table:
    """Rows of one trailer of an open shard; told: their digest, by the footer.

    Raises BenchmarkError for other rows than that.
    """
    rows = file.read_row_group(number)
    if digest(rows) != told:
        raise BenchmarkError(
            f"what was taken from trailer {rows['trailer_id'][0]} was damaged afterwards",
            where="data/frames or data/audio",
            do="delete both folders and run `dvc repro`: nothing is taken from videos again",
        )
    return rows


def digest(rows: pa.Table) -> str:
    """Hash of a trailer's rows, times and all, but not of its name."""
    digest = hashlib.sha256()
    columns = [rows[name] for name in rows.column_names if name != "trailer_id"]
    for row in zip(*columns, strict=True):
        for value in row:
            if isinstance(value, pa.BinaryScalar):
                digest.update(value.as_buffer())  # as it lies: megabytes of sound are not copied
            else:
                digest.update(repr(value.as_py()).encode())
    return digest.hexdigest()


@lru_cache(maxsize=2)
def _footer(part: Part, changed_ns: int, size: int) -> pq.FileMetaData:
    with part.open() as file:
        return file.metadata

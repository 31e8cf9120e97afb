"""Packs: many trailers' rows in a bounded number of Parquet files (shards) whose bytes repeat.

A trailer's shard follows from its id alone, so adding trailers rewrites few files, and rows are
sorted by trailer within a shard, so equal inputs give equal bytes. A shard's footer holds the id
and the digest of each trailer, so that what was made of them before is found without reading rows.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from stages.base.errors import BenchmarkError
from stages.base.files import replacing
from stages.base.parallel import workers_are_remote
from stages.base.store import Store, open_remote

TRAILERS = b"trailers"  # in the footer: id and digest of each row group's trailer, JSON
DIGEST = b"digest"  # of rows, where their schema's metadata has it
SHARDS = 16


@dataclass(frozen=True, order=True)
class Shard:
    """One file of a pack, wherever it is read."""

    path: Path
    remote: str = ""
    """Its name in the shared store, for a worker that cannot reach the path."""

    @classmethod
    def for_workers(cls, path: Path) -> "Shard":
        """A shard as workers can read it; uploaded where they share no folder with us."""
        remote = Store("packs", 1, None).upload(path) if workers_are_remote() else ""
        return cls(path, remote)

    @contextmanager
    def open(self, footer: pq.FileMetaData | None = None) -> Iterator[pq.ParquetFile]:
        """The shard, to be read by row groups; of a remote one only what is read is transferred."""
        if self.remote:
            with open_remote(self.remote) as file:
                yield pq.ParquetFile(file, metadata=footer, pre_buffer=True)
        else:
            with pq.ParquetFile(self.path, metadata=footer) as file:
                yield file


def shard_paths(folder: Path) -> list[Path]:
    """The shards of a pack, in their order."""
    return sorted(folder.glob("part-*.parquet"))


def read_pack(folder: Path, columns: list[str] | None = None) -> Iterator[pa.Table]:
    """Yield one table per trailer, in the order of the shards."""
    for path in shard_paths(folder):
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                yield file.read_row_group(group, columns=columns)


def read_table(path: Path, columns: list[str] | None = None) -> pa.Table:
    """A small table, as `write_table` wrote it; unlike pyarrow's own it does not load pandas."""
    with pq.ParquetFile(path) as file:
        return file.read(columns=columns)


def trailers_in(footer: pq.FileMetaData) -> list[tuple[str, str]]:
    """Trailer id and digest of each row group of a shard, in their order.

    Raises BenchmarkError for a shard that does not list them.
    """
    stored = (footer.metadata or {}).get(TRAILERS)
    if stored is None:
        raise BenchmarkError(
            "a shard does not list its trailers",
            do="it was written by earlier code: run `dvc repro --force frames audio`",
        )
    return [(trailer_id, digest) for trailer_id, digest in json.loads(stored)]


def read_trailer(shard: Shard, row_group: int, expected: str) -> pa.Table:
    """Rows of one trailer of a shard, as `read_row_group`; the footer is parsed once."""
    status = None if shard.remote else shard.path.stat()
    footer = _footer(shard, *((status.st_mtime_ns, status.st_size) if status else (0, 0)))
    with shard.open(footer) as file:
        return read_row_group(file, row_group, expected)


def read_row_group(file: pq.ParquetFile, row_group: int, expected: str) -> pa.Table:
    """Rows of one trailer of an open shard; expected: their digest, by the footer.

    Raises BenchmarkError for rows with another digest.
    """
    rows = file.read_row_group(row_group)
    if digest(rows) != expected:
        raise BenchmarkError(
            f"what was taken from trailer {rows['trailer_id'][0]} was damaged afterwards",
            where="data/frames or data/audio",
            do="delete both folders and run `dvc repro`: nothing is taken from videos again",
        )
    return rows


def digest(rows: pa.Table) -> str:
    """SHA-256 of a trailer's rows, all columns but its id."""
    digest = hashlib.sha256()
    columns = [rows[name] for name in rows.column_names if name != "trailer_id"]
    for row in zip(*columns, strict=True):
        for value in row:
            if isinstance(value, pa.BinaryScalar):
                digest.update(value.as_buffer())  # megabytes of sound, not copied
            else:
                digest.update(repr(value.as_py()).encode())
    return digest.hexdigest()


@lru_cache(maxsize=2)
def _footer(shard: Shard, changed_ns: int, size: int) -> pq.FileMetaData:
    with shard.open() as file:
        return file.metadata


def shard_of(trailer_id: str) -> int:
    """Shard of a trailer (ids are hex digests, so the last digit is uniform)."""
    return int(trailer_id[-1], 16) % SHARDS


def write_pack(
    folder: Path, trailer_ids: Iterable[str], load: Callable[[str], pa.Table], schema: pa.Schema
) -> None:
    """Write `load(trailer_id)` for every trailer, one row group each, never two in memory.

    The digest of rows, for the footer, is computed here unless their schema's metadata has it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shards: dict[int, list[str]] = {}
    for trailer_id in sorted(trailer_ids):
        shards.setdefault(shard_of(trailer_id), []).append(trailer_id)
    for number, members in shards.items():
        # media is compressed already; plain pages are smaller and faster than packed ones
        with (
            replacing(folder / f"part-{number:02d}.parquet") as new,
            pq.ParquetWriter(new, schema, compression="none", use_dictionary=False) as writer,
        ):
            digests = []
            for trailer_id in members:
                loaded = load(trailer_id)
                if not loaded.num_rows:
                    continue
                rows = loaded.select(schema.names).cast(schema)
                writer.write_table(rows, row_group_size=rows.num_rows)
                known = (loaded.schema.metadata or {}).get(DIGEST)
                digests.append((trailer_id, known.decode() if known else digest(rows)))
            writer.add_key_value_metadata({TRAILERS: json.dumps(digests)})


def write_table(table: pa.Table, path: Path) -> None:
    """Write a small table so that equal rows give equal bytes."""
    with replacing(path) as new:
        pq.write_table(table, new, compression="zstd")

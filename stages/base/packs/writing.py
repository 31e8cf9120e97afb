"""Write packs: many trailers' rows in a bounded number of Parquet files, whose bytes repeat.

A trailer's shard follows from its id alone, so adding trailers rewrites few files, and rows are
sorted by trailer within a shard, so equal inputs give equal bytes.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from stages.base.files import replacing
from stages.base.packs.reading import DIGEST, TRAILERS, digest

SHARDS = 16


def shard_of(trailer_id: str) -> int:
    """Shard of a trailer (ids are hex digests, so the last digit is uniform)."""
    return int(trailer_id[-1], 16) % SHARDS


def write_pack(
    folder: Path, trailer_ids: Iterable[str], load: Callable[[str], pa.Table], schema: pa.Schema
) -> None:
    """Write `load(trailer_id)` for every trailer, one row group each, never two in memory.

    The digest of rows, which the footer tells, is taken here unless the metadata of their schema
    says it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shards: dict[int, list[str]] = {}
    for trailer_id in sorted(trailer_ids):
        shards.setdefault(shard_of(trailer_id), []).append(trailer_id)
    for shard, members in shards.items():
        # media is compressed already; plain pages are smaller and faster than packed ones
        with (
            replacing(folder / f"part-{shard:02d}.parquet") as new,
            pq.ParquetWriter(new, schema, compression="none", use_dictionary=False) as writer,
        ):
            told = []
            for trailer_id in members:
                loaded = load(trailer_id)
                if not loaded.num_rows:
                    continue
                rows = loaded.select(schema.names).cast(schema)
                writer.write_table(rows, row_group_size=rows.num_rows)
                known = (loaded.schema.metadata or {}).get(DIGEST)
                told.append((trailer_id, known.decode() if known else digest(rows)))
            writer.add_key_value_metadata({TRAILERS: json.dumps(told)})


def write_table(table: pa.Table, path: Path) -> None:
    """Write a small table so that equal rows give equal bytes."""
    with replacing(path) as new:
        pq.write_table(table, new, compression="zstd")

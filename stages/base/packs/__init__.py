"""Deterministic packs: what stages hand on of their trailers, in a bounded number of files."""

from stages.base.packs.reading import (
    DIGEST,
    Part,
    contents,
    digest,
    group_of,
    parts,
    read_group,
    read_pack,
    read_table,
)
from stages.base.packs.writing import SHARDS, shard_of, write_pack, write_table

__all__ = [
    "DIGEST",
    "SHARDS",
    "Part",
    "contents",
    "digest",
    "group_of",
    "parts",
    "read_group",
    "read_pack",
    "read_table",
    "shard_of",
    "write_pack",
    "write_table",
]

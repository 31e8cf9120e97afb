"""A trailer's segments or lines: kept as an Arrow file each, and packed for all trailers.

What is kept is all that was heard or read. What of it counts is decided afterwards, so that another
rule transcribes nothing again.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import pyarrow as pa

from stages.base.errors import TrailerError
from stages.base.files import replacing
from stages.base.packs import DIGEST, digest, write_pack, write_table
from stages.base.store import Store
from stages.trailers.media.results import OUTCOMES, TRAILER

SEGMENTS = pa.schema(
    [
        TRAILER,
        ("start", pa.float64()),  # seconds
        ("end", pa.float64()),
        ("text", pa.string()),
        ("language", pa.string()),  # ISO 639-1, by Whisper
        ("log_probability", pa.float64()),  # mean of its tokens
        ("no_speech", pa.float64()),  # probability that nobody speaks
    ]
)
LINES = pa.schema(
    [
        TRAILER,
        ("frame", pa.int16()),
        ("time", pa.float64()),  # seconds
        ("text", pa.string()),
        ("confidence", pa.float64()),
        ("left", pa.float64()),  # the box, as shares of the picture's width and height
        ("top", pa.float64()),
        ("right", pa.float64()),
        ("bottom", pa.float64()),
    ]
)
SHARES = ("no_speech", "confidence", "left", "top", "right", "bottom")
LONGEST = 10_000  # characters of one text
Rows = list[dict[str, Any]]
Choose = Callable[[Rows], tuple[Rows, str]]
"""Of all rows of a trailer those that count, and a note on the rest."""


@dataclass(frozen=True)
class RowsCheck:
    """Raises ValueError for a file that holds no such rows."""

    schema: pa.Schema
    """Of the pack: what is kept lacks its first column, the trailer's id."""

    def __call__(self, path: Path) -> None:
        with pa.memory_map(str(path)) as file:
            reader = pa.ipc.open_file(file)
            if not reader.schema.equals(own_columns(self.schema)):
                raise ValueError(f"its columns are {', '.join(reader.schema.names)[:100]}")
            rows = reader.read_all()
            rows.validate(full=True)
            for row in rows.to_pylist():
                _check_row(row)
            said = (reader.schema.metadata or {}).get(DIGEST, b"")
            if digest(rows).encode() != said:
                raise ValueError("its rows have another digest than it says")


def own_columns(schema: pa.Schema) -> pa.Schema:
    """The columns of one trailer's rows."""
    return pa.schema(list(schema)[1:])


def _check_row(row: dict[str, Any]) -> None:
    if any(value is None for value in row.values()):
        raise ValueError("a value is missing")
    if not all(isfinite(value) for value in row.values() if isinstance(value, float)):
        raise ValueError("a number is not finite")
    if not all(0 <= row[name] <= 1 for name in SHARES if name in row):
        raise ValueError("a share is not from 0 to 1")
    if not 0 < len(row["text"].strip()) <= LONGEST:
        raise ValueError(f"a text has {len(row['text'])} characters")
    spans = [
        (row[a], row[b])
        for a, b in (("start", "end"), ("left", "right"), ("top", "bottom"))
        if a in row
    ]
    if any(a < 0 or b < a for a, b in spans):
        raise ValueError("something ends before it begins")


def keep(rows: Rows, schema: pa.Schema, store: Store, key: str) -> Path:
    """Put a trailer's rows into the store; the entry's path.

    Raises TrailerError crashed where they cannot be found there again.
    """
    table = pa.Table.from_pylist(rows, own_columns(schema))
    table = table.replace_schema_metadata({DIGEST: digest(table)})
    with store.put(key) as path, pa.ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table)
    found = store.find(key)
    if found is None:
        raise TrailerError("crashed", "its words could not be stored")
    return found


def read(path: Path) -> Rows:
    """The rows of an entry, in their order."""
    with pa.OSFile(str(path), "rb") as file:
        found: Rows = pa.ipc.open_file(file).read_all().to_pylist()
        return found


def write(
    folder: Path,
    schema: pa.Schema,
    results: Iterable[tuple[str, Path | TrailerError]],
    choose: Choose,
) -> Mapping[str, int]:
    """Replace the folder by packs and `outcomes.parquet`; returns counts by reason.

    results: trailer id and the entry of its rows, or why it has none. A trailer that was heard and
    says nothing has the reason "ok" and the count 0.
    """
    entries: dict[str, Path] = {}
    outcomes: Rows = []
    for trailer_id, result in results:
        if isinstance(result, TrailerError):
            reason, note, count = result.reason, result.detail, 0
        else:
            entries[trailer_id] = result
            chosen, note = choose(read(result))
            reason, count = "ok", len(chosen)
        outcomes.append({"trailer_id": trailer_id, "reason": reason, "note": note, "count": count})

    def load(trailer_id: str) -> pa.Table:
        chosen, _ = choose(read(entries[trailer_id]))
        return pa.Table.from_pylist([{"trailer_id": trailer_id, **row} for row in chosen], schema)

    outcomes.sort(key=lambda row: row["trailer_id"])
    with replacing(folder) as new:
        write_pack(new, entries, load, schema)
        write_table(pa.Table.from_pylist(outcomes, OUTCOMES), new / "outcomes.parquet")
    return Counter(row["reason"] for row in outcomes)


def others(counts: Mapping[str, int]) -> str:
    """The reasons beside "ok", for the end of a line: `, no_audio 2, silent 1`."""
    return "".join(f", {reason} {n}" for reason, n in sorted(counts.items()) if reason != "ok")

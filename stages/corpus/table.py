"""The catalogue as a table: `data/catalogue.parquet`, one row a trailer, in catalogue order."""

from pathlib import Path

import pyarrow as pa

from stages.base.packs import read_table, write_table
from stages.corpus.reader import Trailer

SCHEMA = pa.schema(
    [
        ("trailer_id", pa.string()),
        ("film_id", pa.string()),
        ("title", pa.string()),
        ("year", pa.int32()),
        ("genres", pa.list_(pa.string())),
        ("url", pa.string()),
        ("collection", pa.string()),
        ("split", pa.string()),
    ]
)


def save_trailers(trailers: list[Trailer], path: Path) -> None:
    """Write trailers as Parquet."""
    rows = [{name: getattr(trailer, name) for name in SCHEMA.names} for trailer in trailers]
    write_table(pa.Table.from_pylist(rows, SCHEMA), path)


def read_trailers(path: Path) -> list[Trailer]:
    """Read what `save_trailers` wrote."""
    rows = read_table(path).to_pylist()
    return [Trailer(**{**row, "genres": tuple(row["genres"])}) for row in rows]

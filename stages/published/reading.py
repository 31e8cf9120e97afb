"""Read a table of any format, and settle what is odd in it by fixed rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.base.errors import BenchmarkError
from stages.base.params import TableParams
from stages.published.arrays import READERS, Reader
from stages.published.ids import canonical
from stages.published.json_lists import read_json
from stages.published.refusing import refuse_unreadable
from stages.published.table import Table
from stages.published.text import read_text

ALL: dict[str, Reader] = {"csv": read_text, "tsv": read_text, "json": read_json, **READERS}


@dataclass(frozen=True)
class Settled:
    """A table with each film once, and what became of the rest."""

    ids: list[str]
    """(n_films,), in the order in which each first comes."""
    start: np.ndarray
    """(n_films + 1,) where each film's rows begin in `values`."""
    values: np.ndarray
    """(n_rows, dimensions) float32, film by film, each film's rows in order of time."""
    time: np.ndarray
    """(n_rows,) float32; a row's number within its film where the table says no time."""
    n_rows: int
    """Of the file."""
    repeated: list[str]
    """Ids that came again with the same numbers, and are kept once."""
    contradicting: list[str]
    """Ids that came again with other numbers: none of their rows is kept."""
    empty: list[str]
    """Ids without one number."""

    def rows_of(self, film: int) -> np.ndarray:
        """(n, dimensions)."""
        return self.values[self.start[film] : self.start[film + 1]]


def read_table(path: Path, record: TableParams) -> Settled:
    """The table at `path` by its record. Raises BenchmarkError with file, row and column."""
    refuse_unreadable(path, record.file)
    try:
        table = ALL[record.kind](path, record)
    except RecursionError:
        raise BenchmarkError("values within values", where=str(path)) from None
    return settle(table, record)


def settle(table: Table, record: TableParams) -> Settled:
    """Each film once. A table of several rows a film has no repeated ids; of one row a film a
    repeated id is kept once where its numbers are the same, and dropped where they are not: which
    of them is right would be a guess."""
    rows_of: dict[str, list[int]] = {}
    for row, film in enumerate(table.ids):
        rows_of.setdefault(canonical(film, record.ids), []).append(row)
    repeated, contradicting, empty = [], [], []
    kept: dict[str, Sequence[int]] = {}
    for film, rows in rows_of.items():
        values = table.values[rows]
        if np.isnan(values).all():
            empty.append(film)
        elif record.rows == "several" or len(rows) == 1:
            times = table.time[rows] if table.time is not None else np.arange(len(rows))
            kept[film] = [rows[place] for place in np.argsort(times, kind="stable")]
        elif np.array_equal(values, np.broadcast_to(values[0], values.shape), equal_nan=True):
            repeated.append(film)
            kept[film] = rows[:1]
        else:
            contradicting.append(film)
    if not kept and contradicting and not empty:
        raise BenchmarkError(
            "every film has several rows",
            where=record.file,
            found=f"{len(table.ids)} rows of {len(rows_of)} films",
            expected="one row a film",
            do="state `rows: several` in its record under features",
        )
    counts = [len(rows) for rows in kept.values()]
    order = np.array([row for rows in kept.values() for row in rows], int)
    numbers = np.concatenate([np.arange(count) for count in [*counts, 0]])
    return Settled(
        list(kept),
        np.concatenate([[0], np.cumsum(counts, dtype=int)]),
        table.values[order],
        (table.time[order] if table.time is not None else numbers).astype(np.float32),
        len(table.ids),
        repeated,
        contradicting,
        empty,
    )

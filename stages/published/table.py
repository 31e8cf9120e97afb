"""A table of features in memory, row by row, and the errors of whoever reads one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from stages.base.errors import BenchmarkError
from stages.base.params import TableParams


@dataclass(frozen=True)
class Table:
    """What a file holds, in its own order and with its own ids."""

    ids: list[str]
    """(n_rows,), as they stand in the file."""
    values: np.ndarray
    """(n_rows, dimensions) float32; NaN where a cell is empty or not finite."""
    time: np.ndarray | None = None
    """(n_rows,) float32, where the file says; rising or not."""


@dataclass
class Rows:
    """Rows as a reader finds them, each held to the first one and to the table's record."""

    path: Path
    record: TableParams
    ids: list[str] = field(default_factory=list)
    values: list[np.ndarray] = field(default_factory=list)
    time: list[float] = field(default_factory=list)

    def add(self, row: str, film: Any, values: Any, column: str = "", time: Any = None) -> None:
        """One row of numbers, or several as (n, dimensions).

        row, column: where they stand, as an error shall say it; film: the id; time: a number.
        """
        name = str(film).strip() if isinstance(film, str | int | np.integer) else ""
        if not name or isinstance(film, bool):
            raise self.error("no film id", row, self.record.id_column or "", repr(film), "an id")
        for each in np.atleast_2d(self._numbers(row, column, values)):
            width = self._width(len(each))
            if len(each) != width:
                raise self.error(
                    "a row of another length", row, column, f"{len(each)} numbers", f"{width}"
                )
            self.ids.append(name)
            self.values.append(each)
            if time is not None:
                self.time.append(self._second(row, time))

    def table(self) -> Table:
        """All rows. Raises BenchmarkError where there is none."""
        if not self.ids:
            raise BenchmarkError(
                "no row of features", where=str(self.path), expected="one row of numbers a film"
            )
        time = np.array(self.time, np.float32) if self.time else None
        return Table(self.ids, np.stack(self.values), time)

    def error(self, what: str, row: str, column: str, found: str, expected: str) -> BenchmarkError:
        """What is wrong with a cell or a row, and where."""
        place = ", ".join(part for part in (row, f"column {column}" if column else "") if part)
        return BenchmarkError(
            what,
            where=f"{self.path}: {place}",
            found=found[:200],
            expected=expected,
            do="correct the file, or its record under features in the parameters",
        )

    def _width(self, found: int) -> int:
        return self.record.dimensions or (len(self.values[0]) if self.values else found)

    def _numbers(self, row: str, column: str, values: Any) -> np.ndarray:
        if isinstance(values, np.ndarray):
            if values.dtype.kind not in "fiu" or values.ndim not in (1, 2) or not values.size:
                found = f"an array of {values.dtype} {values.shape}"
                expected = "numbers, (dimensions,) or (rows, dimensions)"
                raise self.error("no row of numbers", row, column, found, expected)
            return _finite(values)
        if not isinstance(values, list | tuple) or not values:
            expected = "a list of numbers"
            raise self.error("no row of numbers", row, column, repr(values)[:80], expected)
        if all(isinstance(each, list) for each in values):
            rows = [self._numbers(f"{row}, list {n}", column, v) for n, v in enumerate(values)]
            if len({len(each) for each in rows}) > 1:
                found = " and ".join(sorted({str(len(each)) for each in rows}))
                raise self.error("lists of several lengths", row, column, found, "one length")
            return np.stack(rows)
        for place, value in enumerate(values):
            if isinstance(value, bool) or not (value is None or isinstance(value, int | float)):
                raise self.error(
                    "not a number", row, f"{column} {place}".strip(), repr(value), "a number"
                )
        return _finite(np.array([np.nan if v is None else v for v in values], np.float64))

    def _second(self, row: str, time: Any) -> float:
        try:
            second = float(time)
        except (TypeError, ValueError):
            second = np.nan
        if not np.isfinite(second):
            column = self.record.time_column or "time"
            raise self.error("no time", row, column, repr(time), "a number")
        return second


def number(text: str) -> float:
    """What a cell of text says: NaN where it is empty. Raises ValueError for other text."""
    text = text.strip()
    if "_" in text:
        raise ValueError(text)
    return float(text) if text else np.nan


def parse(cells: Sequence[str]) -> tuple[list[float], int]:
    """The numbers of some cells, and the place of the first that is none, or -1."""
    found: list[float] = []
    for place, cell in enumerate(cells):
        try:
            found.append(number(cell))
        except ValueError:
            return found, place
    return found, -1


def _finite(values: np.ndarray) -> np.ndarray:
    """float32 in which all that is not finite is NaN: nobody knows what was meant by it."""
    with np.errstate(over="ignore", invalid="ignore"):
        found = values.astype(np.float32)
    found[~np.isfinite(found)] = np.nan
    return found

"""Published CSV files, read line by line, so that a damaged row costs no other."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from stages.base.errors import BenchmarkError
from stages.collecting.rows import DAMAGED, Collected, Place, Row, UnusableError

Cells = Mapping[str, str]


def collect_rows(
    path: Path, columns: Sequence[str], found: Collected, row: Callable[[Place, Cells], Row]
) -> None:
    """Make a row of each line; `row` raises UnusableError for one that is dropped."""
    for place, cells in read_lines(path, columns, found):
        try:
            found.rows.append(row(place, cells))
        except UnusableError as why:
            found.drop(place, why)


def read_lines(
    path: Path, columns: Sequence[str], found: Collected
) -> Iterator[tuple[Place, Cells]]:
    """Place and stripped cells, by column name, of every line; damaged ones go to `found.dropped`.

    columns: names that the first line has to have, in any order and perhaps among others. No cell
    of these files holds a line break. Raises BenchmarkError without such a first line.
    """
    lines = _bytes_of(path).removeprefix(b"\xef\xbb\xbf").split(b"\n")
    try:
        names = _cells(lines[0])
    except UnusableError as why:
        names = [why.found]
    if missing := [name for name in columns if name not in names]:
        raise BenchmarkError(
            f"no column {', '.join(missing)}",
            where=f"{path}, line 1",
            found="".join(filter(str.isprintable, ",".join(names)))[:200],
            expected=",".join(columns),
            do="give the file as it was published, with its line of names",
        )
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        place = Place(str(path), number)
        try:
            cells = _cells(line)
            if len(cells) != len(names):
                raise UnusableError(DAMAGED, f"{len(cells)} fields where line 1 has {len(names)}")
        except UnusableError as why:
            found.drop(place, why)
            continue
        yield place, dict(zip(names, cells, strict=True))


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BenchmarkError(
            "cannot read this file of the source",
            where=str(path),
            found=error.strerror or "",
            do="check the path; --help says which files the source consists of",
        ) from None


def _cells(line: bytes) -> list[str]:
    try:
        text = line.removesuffix(b"\r").decode("utf-8")
        return [cell.strip() for cell in next(csv.reader([text], strict=True), [])]
    except UnicodeDecodeError as error:
        raise UnusableError(DAMAGED, f"not UTF-8 at byte {error.start + 1} of the line") from None
    except csv.Error as error:
        raise UnusableError(DAMAGED, str(error)) from None

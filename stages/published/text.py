"""CSV and TSV: a column a feature, or one column with a list, a row read at a time."""

import csv
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from stages.base.params import TableParams
from stages.published.table import Rows, Table, parse

LONGEST = 1 << 26  # characters of a field
DELIMITERS = {"csv": ",", "tsv": "\t"}


def read_text(path: Path, record: TableParams) -> Table:
    """Rows of a text file with a header. Raises BenchmarkError with line and column."""
    csv.field_size_limit(LONGEST)
    rows = Rows(path, record)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            _read(csv.reader(file, delimiter=DELIMITERS[record.kind], strict=True), rows)
    except (csv.Error, UnicodeDecodeError) as error:
        expected = f"{record.kind.upper()} in UTF-8"
        raise rows.error(
            "not a whole file of this kind", f"after row {len(rows.ids)}", "", str(error), expected
        ) from None
    return rows.table()


def _read(reader: "csv._reader", rows: Rows) -> None:  # type: ignore[name-defined]  # of typeshed
    record = rows.record
    header: list[str] = next(reader, [])
    id_at = _place(rows, header, record.id_column or (header[0] if header else ""))
    time_at = _place(rows, header, record.time_column) if record.time_column else -1
    columns, is_list = _features(rows, header, {id_at, time_at})
    for cells in reader:
        if not cells:
            continue
        line = f"line {reader.line_num}"
        if len(cells) != len(header):
            found, expected = f"{len(cells)} columns", f"{len(header)}, as the header has"
            raise rows.error("a row of another length", line, "", found, expected)
        values = [cells[column] for column in columns]
        if is_list:
            text = values[0].strip()
            values = text.removeprefix("[").removesuffix("]").split(",") if text else []
        found_numbers, bad = parse(values)
        name = header[columns[0]] if is_list else ""
        if bad >= 0:
            column = f"{name}, place {bad}" if is_list else header[columns[bad]]
            raise rows.error("not a number", line, column, repr(values[bad]), "a number")
        if not found_numbers:
            raise rows.error("no numbers", line, name, "an empty list", "a list of numbers")
        time = cells[time_at] if time_at >= 0 else None
        rows.add(line, cells[id_at], found_numbers, name, time)


def _place(rows: Rows, header: Sequence[str], name: str) -> int:
    if header.count(name) != 1:
        what = "no such column" if name not in header else "two columns of this name"
        raise rows.error(what, "line 1", name, ", ".join(header)[:200], f"one column {name!r}")
    return header.index(name)


def _features(rows: Rows, header: Sequence[str], others: set[int]) -> tuple[list[int], bool]:
    """Places of the columns of features, and whether it is one that holds a list."""
    wanted = rows.record.columns
    if isinstance(wanted, tuple):
        return [_place(rows, header, name) for name in wanted], False
    if wanted is not None and wanted in header:
        return [_place(rows, header, wanted)], True
    pattern = wanted or "*"
    left = [place for place in range(len(header)) if place not in others]
    found = [place for place in left if fnmatchcase(header[place], pattern)]
    if not found:
        shown, expected = ", ".join(header)[:200], f"columns of features named {pattern}"
        raise rows.error("no column of features", "line 1", "", shown, expected)
    return found, False

"""Small JSON and CSV files under metrics/: fixed order, fixed precision, nothing undefined."""

import csv
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from stages.base.files import replacing, write
from stages.base.formulas import escape_formula, unescape_formula

DIGITS = 6


def write_json(values: Mapping[str, Any], path: Path) -> None:
    """Write nested values; a float that is not finite is left out, as `dvc metrics diff` needs."""
    text = json.dumps(_tidy(values), indent=2, ensure_ascii=False, allow_nan=False)
    write(text + "\n", path)


def write_csv(rows: Iterable[Mapping[str, Any]], columns: Iterable[str], path: Path) -> None:
    """Write rows in the order given; an undefined value is an empty cell, a formula a text."""
    names = list(columns)
    with replacing(path) as new, new.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        quoting = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for row in rows:
            cells = [_cell(row.get(name)) for name in names]
            # the module leaves a carriage return bare where lines end otherwise
            (quoting if any("\r" in cell for cell in cells) else writer).writerow(cells)


def read_csv(path: Path) -> list[dict[str, Any]]:
    """Read what `write_csv` wrote; a cell that is a number becomes one, an empty one None."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: _value(cell) for name, cell in row.items()} for row in csv.DictReader(file)]


def _value(cell: str) -> Any:
    try:
        return float(cell) if cell else None
    except ValueError:
        return unescape_formula(cell)


def _tidy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _tidy(item) for key, item in value.items() if not _undefined(item)}
    if isinstance(value, list | tuple):
        return [_tidy(item) for item in value]
    return round(float(value), DIGITS) if isinstance(value, float) else value


def _cell(value: Any) -> str:
    if _undefined(value):
        return ""
    if isinstance(value, str):
        return escape_formula(value)
    return f"{value:.{DIGITS}f}" if isinstance(value, float) else str(value)


def _undefined(value: Any) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))

"""JSON: a list a film in one file, or a folder with one file a film."""

import json
from pathlib import Path
from typing import Any

from stages.base.errors import BenchmarkError
from stages.base.params import TableParams
from stages.published.table import Rows, Table


def read_json(path: Path, record: TableParams) -> Table:
    """`{id: [numbers]}`, or a list of such lists for each; of a folder the name is the id.

    Raises BenchmarkError with the film and the place in its list.
    """
    rows = Rows(path, record)
    if path.is_dir():
        for file in sorted(path.iterdir()):
            if not file.is_file() or file.is_symlink() or file.suffix.lower() != ".json":
                raise rows.error("not a film's file", file.name, "", file.name, "<id>.json")
            rows.add(file.name, file.stem, _load(file))
        return rows.table()
    content = _load(path)
    if not isinstance(content, _Pairs):
        raise BenchmarkError(
            "no list says which film it is of",
            where=str(path),
            found=f"a {type(content).__name__} of {len(content)}"
            if isinstance(content, list)
            else repr(content)[:80],
            expected='{"<id>": [numbers], …}',
        )
    for film, values in content:
        rows.add(f"film {film[:80]!r}", film, values)
    return rows.table()


class _Pairs(list[tuple[str, Any]]):
    """An object's pairs as they stand in the file, a repeated key too."""


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes(), object_pairs_hook=_Pairs)
    except (ValueError, RecursionError) as error:
        raise BenchmarkError(
            "not a whole JSON file", where=str(path), found=str(error)[:200]
        ) from None

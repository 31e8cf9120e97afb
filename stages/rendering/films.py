"""films.json on its way to the pages: with names in words, and with labels where they are."""

import csv
import json
from pathlib import Path
from typing import Any

from stages.base.formulas import unescape_formula


def with_labels(metrics: Path, catalogue: Path) -> None:
    """Put the labels of the catalogue's table into a films.json that came without, where it is.

    Such a corpus's labels may not be passed on: they are on the pages made where the catalogue is,
    and the pages say so (`labels_from` in films.json).
    """
    path = metrics / "films.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    if not catalogue.is_file() or any("genres" in film for film in found["films"]):
        return
    from stages.base.packs import read_table

    rows = read_table(catalogue).to_pylist()
    known = {str(row["film_id"]): frozenset(row["genres"]) for row in rows}
    if any(film["id"] not in known for film in found["films"]):
        return  # of another run
    for film in found["films"]:
        own = known[film["id"]]
        film["genres"] = [at for at, genre in enumerate(found["genres"]) if genre in own]
    _write(path, found | {"labels_from": catalogue.name})


def with_names(metrics: Path) -> None:
    """Name each approach in films.json, and write beside it the same as a script: a page that is
    opened from a disk can fetch none."""
    path, cells = metrics / "films.json", metrics / "cells.csv"
    found = json.loads(path.read_text(encoding="utf-8"))
    names: dict[str, str] = {}
    if cells.is_file():
        with cells.open(encoding="utf-8", newline="") as file:
            names = {row["approach"]: row.get("name") or "" for row in csv.DictReader(file)}
    for approach in found["approaches"]:
        if name := unescape_formula(names.get(approach["slug"], "")):
            approach["name"] = name
    _write(path, found)
    films = json.dumps(found, separators=(",", ":"))
    script = f"window.trailerFilms = {films};\n"  # all of it ASCII
    (metrics / "films.js").write_text(script, encoding="utf-8")


def _write(path: Path, found: dict[str, Any]) -> None:
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")

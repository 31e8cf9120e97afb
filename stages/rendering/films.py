"""films.json on its way to the pages: with names in words, and with labels where they are."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

from stages.base.formulas import unescape_formula

LOST = "lost_films.csv"  # beside the catalogue's table where labels may not be passed on
TITLES = 2000  # films of a shard of titles, about 120 KB
SCORES = 100_000  # bytes of a shard of scores


def with_labels(metrics: Path, catalogue: Path) -> None:
    """Put the labels of the catalogue's table into a films.json that came without, where it is, and
    what else tells labels beside the other tables.

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
    if (lost := catalogue.with_name(LOST)).is_file():
        shutil.copy(lost, metrics)


def with_names(metrics: Path) -> None:
    """Name each approach in films.json, and write beside it the same as scripts: a page that is
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
    _write_scripts(metrics, found)


def _write_scripts(metrics: Path, found: dict[str, Any]) -> None:
    """films.js says what there is; of the films themselves a page loads the shards it needs.

    films/titles-N.js: id, title, year and genres of the N-th `titles` films; films/scores-N.js:
    the scores of the N-th `scores` films.
    """
    films = found["films"]
    about = {
        "genres": found["genres"],
        "approaches": found["approaches"],
        "films": len(films),
        "labelled": any("genres" in film for film in films),
        "titles": TITLES,
        "scores": max(1, SCORES // max((len(film["scores"]) for film in films), default=1)),
        "shards": {},
    }
    _write_script(metrics / "films.js", "window.trailerFilms", about)
    parts = {
        "titles": lambda film: [film["id"], film["title"], film.get("year"), film.get("genres")],
        "scores": lambda film: film["scores"],
    }
    folder = metrics / "films"
    folder.mkdir()
    for what, of in parts.items():
        for number, start in enumerate(range(0, len(films), about[what])):
            name, shard = f"{what}-{number}", films[start : start + about[what]]
            to = f'window.trailerFilms.shards["{name}"]'
            _write_script(folder / f"{name}.js", to, [of(film) for film in shard])


def _write_script(path: Path, to: str, value: Any) -> None:
    text = json.dumps(value, separators=(",", ":"))  # all of it ASCII
    path.write_text(f"{to} = {text};\n", encoding="utf-8")


def _write(path: Path, found: dict[str, Any]) -> None:
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")

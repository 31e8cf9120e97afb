"""Whose ids: MovieLens', IMDb's and TMDB's, joined by a links.csv as MovieLens publishes it."""

import csv
import re
from collections.abc import Mapping
from pathlib import Path

from stages.base.errors import BenchmarkError
from stages.base.params.features import IdKind

COLUMNS: dict[IdKind, str] = {"movielens": "movieId", "imdb": "imdbId", "tmdb": "tmdbId"}
NUMBER = re.compile(r"(?:tt)?([0-9]{1,12})", re.ASCII)


def canonical(film: str, kind: IdKind) -> str:
    """An id in the one form in which it is compared: tt0114709 and 0114709 are both 114709."""
    film = film.strip()
    found = NUMBER.fullmatch(film) if kind != "own" else None
    return str(int(found[1])) if found else film


def read_links(path: Path) -> list[dict[IdKind, str]]:
    """Each film's ids by whose they are, as far as the file has them.

    Raises BenchmarkError with the line for what is no links.csv.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            found = [
                _ids(path, reader.line_num, row, kinds)
                for kinds in [_kinds(path, reader.fieldnames or ())]
                for row in reader
            ]
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        raise BenchmarkError("cannot be read", where=str(path), found=str(error)) from None
    return found


def _kinds(path: Path, header: object) -> dict[IdKind, str]:
    names = tuple(header) if isinstance(header, list | tuple) else ()
    known = {kind: name for kind, name in COLUMNS.items() if name in names}
    if len(known) < 2:
        raise BenchmarkError(
            "not a links.csv",
            where=f"{path}: line 1",
            found=", ".join(map(str, names))[:200],
            expected=f"two or more of {', '.join(COLUMNS.values())}",
        )
    return known


def _ids(
    path: Path, line: int, row: Mapping[str, str], kinds: Mapping[IdKind, str]
) -> dict[IdKind, str]:
    found: dict[IdKind, str] = {}
    for kind, column in kinds.items():
        text = (row.get(column) or "").strip()
        if text and not NUMBER.fullmatch(text):
            raise BenchmarkError(
                "no id",
                where=f"{path}: line {line}, column {column}",
                found=repr(text[:80]),
                expected="a whole number, or nothing",
            )
        if text:
            found[kind] = canonical(text, kind)
    return found


def translate(links: Path | None, from_kind: IdKind, to_kind: IdKind) -> Mapping[str, str] | None:
    """A table's id -> the catalogue's, both canonical; None where they are the same kind.

    An id that stands for two films of the other kind, or two for one, is left out: which is meant
    is a guess. Raises BenchmarkError where there are no links to join by.
    """
    if from_kind in ("own", to_kind):
        return None
    if to_kind == "own" or links is None or not links.is_file():
        raise BenchmarkError(
            f"a table with ids of {from_kind} cannot be joined to this catalogue",
            where=str(links or "the parameters of this corpus"),
            found=f"catalogue.ids {to_kind}" if to_kind == "own" else "no links.csv",
            expected="whose ids the catalogue has, and a links.csv that has both",
            do="state catalogue.ids, and as catalogue.links where MovieLens' links.csv lies",
        )
    pairs = {
        (row[from_kind], row[to_kind])
        for row in read_links(links)
        if from_kind in row and to_kind in row
    }
    count_from: dict[str, int] = {}
    count_to: dict[str, int] = {}
    for one, other in pairs:
        count_from[one] = count_from.get(one, 0) + 1
        count_to[other] = count_to.get(other, 0) + 1
    return {one: other for one, other in pairs if count_from[one] == count_to[other] == 1}

"""Read a second source of genres: tab-separated `film_id genres`, one film a line.

Accepted is what a catalogue accepts. A source may know more films than the catalogue, and be empty.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from stages.base.counting import counted
from stages.base.errors import BenchmarkError
from stages.base.packs import read_table, write_table
from stages.corpus.reader import Slip, control_faults, genre_faults, genres_of, rows_of

COLUMNS = ("film_id", "genres")
SCHEMA = pa.schema([("film_id", pa.string()), ("genres", pa.list_(pa.string()))])
Genres = Mapping[str, tuple[str, ...]]


def read_second_source(path: Path) -> dict[str, tuple[str, ...]]:
    """Genres of every film the source names, in the order of GENRES.

    Raises BenchmarkError that lists every bad line with what was found and what was expected.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BenchmarkError(
            "cannot read the second source of genres",
            where=str(path),
            found=error.strerror or "",
            do="set catalogue.second_source in params.yaml to a file, an empty one for none",
        ) from None
    genres, slips = parse(data)
    if slips:
        listed = "\n  ".join(str(slip) for slip in slips)
        raise BenchmarkError(
            f"{counted(len(slips), 'thing')} to mend in the second source of "
            f"genres, nothing was fetched\n  {listed}",
            where=str(path),
            do="mend these lines; README, 'Your own films', describes the format",
        )
    return genres


def parse(data: bytes) -> tuple[dict[str, tuple[str, ...]], list[Slip]]:
    """Split a source's bytes into films' genres and everything that is wrong with the rest."""
    slips: list[Slip] = []
    genres: dict[str, tuple[str, ...]] = {}
    line_of: dict[str, int] = {}
    for place, (number, row) in enumerate(rows_of(data, slips)):
        if place == 0 and tuple(row) == COLUMNS:
            continue
        faults = list(_faults(number, row, line_of))
        slips += faults
        if not faults:
            line_of[row[0]] = number
            genres[row[0]] = genres_of(row[1])
    return genres, slips


def check_overlap(genres: Genres, films: list[str], path: Path) -> int:
    """How many of the catalogue's films the source knows. BenchmarkError if none, and it is not
    empty: its ids are of another kind."""
    common = len(genres.keys() & set(films))
    if genres and not common:
        raise BenchmarkError(
            "the second source of genres knows no film of the catalogue",
            where=str(path),
            found=f"film_id {next(iter(genres))!r} and others",
            expected=f"ids as in the catalogue, such as {films[0]!r}",
            do="use the catalogue's film_id in its first column",
        )
    return common


def save_second_source(genres: Genres, path: Path) -> None:
    """Write it as Parquet, sorted by film."""
    rows = [{"film_id": film, "genres": list(genres[film])} for film in sorted(genres)]
    write_table(pa.Table.from_pylist(rows, SCHEMA), path)


def load_second_source(path: Path) -> dict[str, tuple[str, ...]]:
    """Read what `save_second_source` wrote."""
    return {row["film_id"]: tuple(row["genres"]) for row in read_table(path).to_pylist()}


def _faults(number: int, row: list[str], line_of: Mapping[str, int]) -> Iterator[Slip]:
    yield from control_faults(number, row)
    if len(row) != len(COLUMNS):
        columns = counted(len(row), "column")
        yield Slip(number, "wrong column count", columns, f"2, by a tab: {', '.join(COLUMNS)}")
        return
    if not row[0]:
        yield Slip(number, "empty film_id", repr(row[0]), "an id, as in the catalogue")
    if row[0] in line_of:
        found = f"{row[0]!r} of line {line_of[row[0]]} again"
        yield Slip(number, "duplicate film_id", found, "each film once")
    yield from genre_faults(number, row[1])

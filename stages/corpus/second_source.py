"""Read a second source of genres: tab-separated `film_id genres`, one film a line.

The format is as lenient as a catalogue's. A source may name more films than the catalogue, or none.
A film without genres there is one to which the source gives others than the ten; a film of which
it does not know the genres has no line.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from stages.base.counting import counted, listed
from stages.base.errors import BenchmarkError
from stages.base.packs import read_table, write_table
from stages.corpus.lines import Problem, character_problems, split_rows
from stages.corpus.reader import genre_problems, parse_genres

COLUMNS = ("film_id", "genres")
SCHEMA = pa.schema([("film_id", pa.string()), ("genres", pa.list_(pa.string()))])
Genres = Mapping[str, tuple[str, ...]]


def read_second_source(path: Path) -> dict[str, tuple[str, ...]]:
    """Genres of every film the source names, in the order of GENRES.

    Raises BenchmarkError that lists bad lines, up to a hundred: what was found, what was expected.
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
    genres, problems = parse(data)
    if problems:
        lines = "\n  ".join(listed(problems, len(problems)))
        raise BenchmarkError(
            f"{counted(len(problems), 'problem')} in the second source of "
            f"genres, nothing was fetched\n  {lines}",
            where=str(path),
            do="correct these lines; README, 'Your own films', describes the format",
        )
    return genres


def parse(data: bytes) -> tuple[dict[str, tuple[str, ...]], list[Problem]]:
    """Split a source's bytes into films' genres and the problems of all other lines."""
    problems: list[Problem] = []
    genres: dict[str, tuple[str, ...]] = {}
    line_of: dict[str, int] = {}
    for place, (number, row) in enumerate(split_rows(data, problems)):
        if place == 0 and tuple(row) == COLUMNS:
            continue
        found = list(_row_problems(number, row, line_of))
        problems += found
        if not found:
            line_of[row[0]] = number
            genres[row[0]] = parse_genres(row[1])
    return genres, problems


def check_overlap(genres: Genres, films: list[str], path: Path) -> int:
    """How many of the catalogue's films the source names.

    Raises BenchmarkError if it names films, but none of these: its ids are of another kind.
    """
    common = len(genres.keys() & set(films))
    if genres and not common:
        raise BenchmarkError(
            "the second source of genres names no film of the catalogue",
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


def _row_problems(number: int, row: list[str], line_of: Mapping[str, int]) -> Iterator[Problem]:
    yield from character_problems(number, row)
    if len(row) != len(COLUMNS):
        columns = counted(len(row), "column")
        yield Problem(number, "wrong column count", columns, f"2, by a tab: {', '.join(COLUMNS)}")
        return
    if not row[0]:
        yield Problem(number, "empty film_id", repr(row[0]), "an id, as in the catalogue")
    if row[0] in line_of:
        found = f"{row[0]!r} of line {line_of[row[0]]} again"
        yield Problem(number, "duplicate film_id", found, "each film once")
    if row[1]:
        yield from genre_problems(number, row[1])

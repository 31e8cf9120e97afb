"""Read a catalogue: tab-separated `film_id title year genres trailer`, one trailer a line.

A first line may name the columns, which then stand in any order; without one they stand as above,
perhaps with `collection` as a sixth. Two columns may be left out: `collection`, the series a film
belongs to, and `split`, the part of a published split; both may be empty, as may year and trailer.
Accepted: a byte order mark, CRLF, blank lines, `#` comments, and several lines for a film with
several trailers. Blanks at the ends of a field, or of a genre's name, are stripped. Every other
deviation is reported, the first hundred at once. Nothing in a catalogue is trusted: ids and titles
are text to show, never a path.
"""

import difflib
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from stages.base import places
from stages.base.counting import counted, listed
from stages.base.errors import BenchmarkError
from stages.base.genres import GENRES
from stages.corpus.lines import Problem, character_problems, split_rows, strip_blanks

COLUMNS = ("film_id", "title", "year", "genres", "trailer")
OPTIONAL = ("collection", "split")
UNNAMED = {len(order): order for order in (COLUMNS, (*COLUMNS, "collection"))}
SCHEMES = ("https", "http", "file", "sample")
FIRST_YEAR = 1888  # Roundhay Garden Scene, the oldest film that survives
UNKNOWN_YEAR = "–"
YEARS_AHEAD = 5  # announced films have trailers too
SIMILARITY_CUTOFF = (
    0.75  # of difflib's ratio: misspelt names of the ten are above, TMDB's other genres below
)


@dataclass(frozen=True)
class Trailer:
    """One trailer of one film."""

    trailer_id: str
    """Derived from film_id and url; the only field that is safe as a file name."""
    film_id: str
    title: str
    year: int | None
    genres: tuple[str, ...]
    """In the order of GENRES."""
    url: str
    """"" for a film without a trailer to fetch."""
    collection: str = ""
    """The series of films it belongs to, "" for none."""
    split: str = ""
    """The part of a published split that the film is in, "" for none."""

    @property
    def film(self) -> str:
        """Title and year, as shown."""
        return f"{self.title} ({self.year or UNKNOWN_YEAR})"


def read_catalogue(path: Path) -> list[Trailer]:
    """Read and validate a whole catalogue.

    Raises BenchmarkError that lists bad lines, up to a hundred: what was found, what was expected.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BenchmarkError(
            "cannot read the catalogue",
            where=str(path),
            found=error.strerror or "",
            do=f"set catalogue.path in {places.params()} to sample.txt, dataset.txt or a file of "
            "your own",
        ) from None
    trailers, problems = parse(data)
    if problems:
        lines = "\n  ".join(listed(problems, len(problems)))
        raise BenchmarkError(
            f"{counted(len(problems), 'problem')} in the catalogue, nothing was fetched\n  {lines}",
            where=str(path),
            do="correct these lines; README, 'Your own films', describes the format",
        )
    if not trailers:
        raise BenchmarkError(
            "the catalogue has no trailers",
            where=str(path),
            expected="lines of film_id, title, year, genres, trailer separated by tabs",
        )
    return trailers


def parse(data: bytes) -> tuple[list[Trailer], list[Problem]]:
    """Split a catalogue's bytes into valid trailers and the problems of all other lines."""
    trailers: list[Trailer] = []
    problems: list[Problem] = []
    films: dict[str, tuple[int, Trailer]] = {}
    seen: dict[str, int] = {}
    columns: tuple[str, ...] = ()
    first = 0
    for number, row in split_rows(data, problems):
        if not first and _names_columns(row):
            if found := list(_column_problems(number, row)):
                return [], [*problems, *found]
            columns, first = tuple(row), number
            continue
        if not columns and len(row) in UNNAMED:
            columns = UNNAMED[len(row)]
        first = first or number
        found = list(_row_problems(number, row, columns, first))
        problems += found
        if not found:
            trailer = _trailer(dict(zip(columns, row, strict=True)))
            problems += _duplicates(number, trailer, films, seen)
            trailers.append(trailer)
    return trailers, problems


def trailer_id(film_id: str, url: str) -> str:
    """Name of a trailer, safe as a file name and independent of its place in the catalogue."""
    return hashlib.sha256(f"{film_id}\t{url}".encode()).hexdigest()[:16]


def _names_columns(row: list[str]) -> bool:
    """Whether a first line names columns, some of them perhaps misspelt, rather than a film."""
    return len({*COLUMNS, *OPTIONAL}.intersection(row)) > 1


def _column_problems(number: int, row: list[str]) -> Iterator[Problem]:
    known = ", ".join((*COLUMNS, *OPTIONAL))
    for name in row:
        if name not in (*COLUMNS, *OPTIONAL):
            yield Problem(number, "unknown column", repr(name), f"one of {known}")
    if twice := sorted({name for name in row if row.count(name) > 1}):
        yield Problem(number, "column named twice", ", ".join(twice), "each column once")
    if missing := [name for name in COLUMNS if name not in row]:
        yield Problem(number, "missing column", f"no {', no '.join(missing)}", ", ".join(COLUMNS))


def _row_problems(
    number: int, row: list[str], columns: tuple[str, ...], first: int
) -> Iterator[Problem]:
    """Problems of one row; columns: of the file, () if unknown; first: number of its first line."""
    yield from character_problems(number, row)
    if len(row) != len(columns):
        wanted = f"5, by tabs: {', '.join(COLUMNS)} (and collection, if known)"
        if columns:
            wanted = f"{len(columns)}, as on line {first}: {', '.join(columns)} on every line"
        yield Problem(number, "wrong column count", counted(len(row), "column"), wanted)
        return
    cell = dict(zip(columns, row, strict=True))
    if not cell["film_id"]:
        yield Problem(number, "empty film_id", "''", "an id, the same on all its trailers")
    if not cell["title"]:
        yield Problem(number, "empty title", "''", "the film's title")
    if cell["year"]:
        yield from _year_problems(number, cell["year"])
    yield from genre_problems(number, cell["genres"])
    if cell["trailer"]:
        yield from _url_problems(number, cell["trailer"])


def _year_problems(number: int, year: str) -> Iterator[Problem]:
    latest = date.today().year + YEARS_AHEAD
    if not (year.isascii() and year.isdigit() and FIRST_YEAR <= int(year[:5]) <= latest):
        wanted = f"{FIRST_YEAR} to {latest}, or nothing where it is not known"
        yield Problem(number, "bad year", repr(year), wanted)


def genre_problems(number: int, genres: str) -> Iterator[Problem]:
    """Problems of a row's genres, as written: names separated by commas."""
    names = [strip_blanks(name) for name in genres.split(",")]
    if names == [""]:
        yield Problem(number, "no genre", "''", f"one to {len(GENRES)}, separated by commas")
        return
    for name in names:
        if name not in GENRES:
            yield Problem(number, "unknown genre", repr(name), _meant(name))
    if twice := sorted({name for name in names if names.count(name) > 1}):
        yield Problem(number, "genre named twice", ", ".join(twice), "each genre once")


@lru_cache(1024)
def _meant(name: str) -> str:
    """The genre that an unknown name resembles, and the known ones."""
    known = {genre.casefold(): genre for genre in GENRES}
    close = difflib.get_close_matches(name.casefold(), known, 1, SIMILARITY_CUTOFF)
    return (f"{known[close[0]]!r} perhaps; known: " if close else "one of ") + ", ".join(GENRES)


def _url_problems(number: int, url: str) -> Iterator[Problem]:
    shown = repr(re.sub(r"^([^:/?#]*:/*).*@", r"\1…@", url))  # a password is not repeated
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        why = "" if "@" in url else f" ({error})"
        yield Problem(number, "bad trailer URL", shown + why, "a URL")
        return
    if parts.scheme not in SCHEMES:
        wanted = f"one of {', '.join(scheme + ':' for scheme in SCHEMES)}"
        yield Problem(number, "bad URL scheme", shown, wanted)
    elif parts.scheme in ("http", "https") and not host:
        yield Problem(number, "bad trailer URL", shown, "a host name after //")
    elif any(character.isspace() for character in url):
        yield Problem(number, "bad trailer URL", shown, "no spaces in it")
    if "@" in parts.netloc:  # it would be in every table that names the trailer
        wanted = "none: give cookies in the file that TRAILER_COOKIES names instead"
        yield Problem(number, "user name or password in a URL", f"one before {host!r}", wanted)
    if not _has_port(parts):
        yield Problem(number, "bad port in a URL", f"one after {host!r}", "1 to 65535, or none")


def _has_port(parts: SplitResult) -> bool:
    """Whether a URL's port can be one, or is left out."""
    try:
        return parts.port != 0
    except ValueError:
        return False


def _trailer(cell: Mapping[str, str]) -> Trailer:
    return Trailer(
        trailer_id=trailer_id(cell["film_id"], cell["trailer"]),
        film_id=cell["film_id"],
        title=cell["title"],
        year=int(cell["year"]) if cell["year"] else None,
        genres=parse_genres(cell["genres"]),
        url=cell["trailer"],
        **{name: cell.get(name, "") for name in OPTIONAL},
    )


def parse_genres(names: str) -> tuple[str, ...]:
    """Names separated by commas -> genres in the order of GENRES."""
    chosen = {strip_blanks(name) for name in names.split(",")}
    return tuple(genre for genre in GENRES if genre in chosen)


def _duplicates(
    number: int, trailer: Trailer, films: dict[str, tuple[int, Trailer]], seen: dict[str, int]
) -> Iterator[Problem]:
    line, film = films.setdefault(trailer.film_id, (number, trailer))
    if _film_facts(film) != _film_facts(trailer):
        found = f"{trailer.film_id!r} with other facts than on line {line}"
        yield Problem(
            number, "duplicate film_id", found, "one id a film, or the same facts each time"
        )
    key = trailer.url or f"\t{trailer.film_id}"  # a film without a trailer has one line
    if key in seen:
        # under two films it would be learned from in one fold and judged in another
        found = f"the trailer of line {seen[key]} again" if trailer.url else "none, twice"
        yield Problem(number, "duplicate trailer", found, "each trailer once, under one film")
    seen.setdefault(key, number)


def _film_facts(trailer: Trailer) -> tuple[object, ...]:
    return trailer.title, trailer.year, trailer.genres, trailer.collection, trailer.split

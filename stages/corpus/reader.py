"""Read a catalogue: tab-separated `film_id title year genres trailer`, one trailer a line.

A sixth column, `collection`, may name the series a film belongs to; empty where it belongs to none.
Accepted: a byte order mark, CRLF, blank lines, `#` comments, the column names as a first line, and
several lines for a film with several trailers. Blanks at the ends of a field, or of a genre's name,
are stripped. Every other deviation is reported, the first hundred at once. Nothing in a catalogue
is trusted: ids and titles are text to show, never a path.
"""

import difflib
import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from stages.base.counting import counted, listed
from stages.base.errors import BenchmarkError
from stages.base.genres import GENRES

COLUMNS = ("film_id", "title", "year", "genres", "trailer")
COLLECTION = "collection"
WIDTHS = (len(COLUMNS), len(COLUMNS) + 1)
SCHEMES = ("https", "http", "file", "sample")
MAX_GENRES = 6
FIRST_YEAR = 1888  # Roundhay Garden Scene, the oldest film that survives
YEARS_AHEAD = 5  # announced films have trailers too
# spaces of all kinds and invisible marks; no tabs, which separate the columns
BLANKS = " \u00a0\u00ad\u1680\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
BLANKS += "".join(map(chr, range(0x2000, 0x2010)))
INVISIBLE = "\u00ad\u200b\u2060\ufeff"  # within a word they only join or break lines
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
    year: int
    genres: tuple[str, ...]
    """In the order of GENRES."""
    url: str
    collection: str = ""
    """The series of films it belongs to, "" for none."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with one line."""

    line: int
    """From 1."""
    message: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}: found {self.found}, expected {self.expected}"


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
            do="set catalogue.path in params.yaml to sample.txt, dataset.txt or a file of your own",
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
    width = (0, 0)
    for number, row in split_rows(data, problems):
        if not width[0] and len(row) in WIDTHS:
            width = (number, len(row))
        if tuple(row) in (COLUMNS, (*COLUMNS, COLLECTION)) and number == width[0]:
            continue
        found = list(_row_problems(number, row, width))
        problems += found
        if not found:
            trailer = _trailer(row)
            problems += _duplicates(number, trailer, films, seen)
            trailers.append(trailer)
    return trailers, problems


def trailer_id(film_id: str, url: str) -> str:
    """Name of a trailer, safe as a file name and independent of its place in the catalogue."""
    return hashlib.sha256(f"{film_id}\t{url}".encode()).hexdigest()[:16]


def split_rows(data: bytes, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Line number and stripped fields of every line but blanks and comments.

    A line that is not UTF-8 is appended to `problems`.
    """
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        try:
            line = raw.removesuffix(b"\r").decode("utf-8")
        except UnicodeDecodeError as error:
            shown = f"byte {raw[error.start]:#04x} at column {error.start + 1}"
            problems.append(Problem(number, "not UTF-8", shown, "text saved as UTF-8"))
            continue
        if not line.strip() or line.startswith("#"):
            continue
        yield number, [strip_blanks(field) for field in line.split("\t")]


def strip_blanks(field: str) -> str:
    """A field without the blanks, visible or not, at its ends."""
    return field.strip(BLANKS)


def character_problems(number: int, row: list[str]) -> Iterator[Problem]:
    """Characters in a row's fields that cannot be shown."""
    text = "".join(row)
    if control := [c for c in text if unicodedata.category(c) == "Cc"]:
        yield Problem(number, "control character", repr(control[0]), "printable text")
    if invisible := [c for c in text if c in INVISIBLE]:
        yield Problem(number, "invisible character", ascii(invisible[0]), "text without it")


def _row_problems(number: int, row: list[str], width: tuple[int, int]) -> Iterator[Problem]:
    """Problems of one row; width: number of the file's first line, and of its columns."""
    yield from character_problems(number, row)
    columns = counted(len(row), "column")
    if len(row) not in WIDTHS:
        wanted = f"5, by tabs: {', '.join(COLUMNS)} (and {COLLECTION}, if known)"
        yield Problem(number, "wrong column count", columns, wanted)
        return
    if len(row) != width[1]:
        wanted = f"{width[1]}, as on line {width[0]}: {COLLECTION} on every line or on none"
        yield Problem(number, "wrong column count", columns, wanted)
    film_id, title, year, genres, url = row[: len(COLUMNS)]
    if not film_id:
        yield Problem(number, "empty film_id", repr(film_id), "an id, the same on all its trailers")
    if not title:
        yield Problem(number, "empty title", repr(title), "the film's title")
    latest = date.today().year + YEARS_AHEAD
    if not (year.isascii() and year.isdigit() and FIRST_YEAR <= int(year[:5]) <= latest):
        yield Problem(number, "bad year", repr(year), f"{FIRST_YEAR} to {latest}")
    yield from genre_problems(number, genres)
    yield from _url_problems(number, url)


def genre_problems(number: int, genres: str) -> Iterator[Problem]:
    """Problems of a row's genres, as written: names separated by commas."""
    names = [strip_blanks(name) for name in genres.split(",")]
    if names == [""]:
        yield Problem(number, "no genre", "''", f"one to {MAX_GENRES}, separated by commas")
        return
    for name in names:
        if name not in GENRES:
            yield Problem(number, "unknown genre", repr(name), _meant(name))
    if twice := sorted({name for name in names if names.count(name) > 1}):
        yield Problem(number, "genre named twice", ", ".join(twice), "each genre once")
    if len(names) > MAX_GENRES:
        yield Problem(number, "too many genres", str(len(names)), f"at most {MAX_GENRES}")


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


def _trailer(row: list[str]) -> Trailer:
    film_id, title, year, names, url = row[: len(COLUMNS)]
    collection = row[-1] if len(row) > len(COLUMNS) else ""
    identity = trailer_id(film_id, url)
    return Trailer(identity, film_id, title, int(year), parse_genres(names), url, collection)


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
    if trailer.url in seen:
        # under two films it would be learned from in one fold and judged in another
        found = f"the trailer of line {seen[trailer.url]} again"
        yield Problem(number, "duplicate trailer", found, "each trailer once, under one film")
    seen.setdefault(trailer.url, number)


def _film_facts(trailer: Trailer) -> tuple[str, int, tuple[str, ...], str]:
    return trailer.title, trailer.year, trailer.genres, trailer.collection

"""Read a catalogue: tab-separated `film_id title year genres trailer`, one trailer a line.

A sixth column, `collection`, may name the series a film belongs to; empty where it belongs to none.
Accepted: a byte order mark, CRLF, blank lines, `#` comments, the column names as a first line, and
several lines for a film with several trailers. Blanks at the ends of a field, and of each genre's
name, are no part of it. Everything else that is off is reported, all at once. Nothing in a
catalogue is trusted: ids and titles are text to show, never a path.
"""

import difflib
import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from stages.base.counting import counted
from stages.base.errors import BenchmarkError
from stages.base.genres import GENRES

COLUMNS = ("film_id", "title", "year", "genres", "trailer")
COLLECTION = "collection"
WIDTHS = (len(COLUMNS), len(COLUMNS) + 1)
SCHEMES = ("https", "http", "file", "sample")
MOST_GENRES = 6
FIRST_YEAR = 1888  # Roundhay Garden Scene, the oldest film that survives
YEARS_AHEAD = 5  # announced films have trailers too
# spaces of all kinds, and marks that nobody sees; no tabs, which part the columns
BLANKS = " \u00a0\u00ad\u1680\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
BLANKS += "".join(map(chr, range(0x2000, 0x2010)))
NO_CHARACTER = "\u00ad\u200b\u2060\ufeff"  # within a word they join or break lines, and no more
NEAR = 0.75  # of difflib's ratio: misspelt names of the ten are above, TMDB's other genres below


@dataclass(frozen=True)
class Trailer:
    """One trailer of one film. Only `trailer_id` is safe as a file name."""

    trailer_id: str
    film_id: str
    title: str
    year: int
    genres: tuple[str, ...]  # in the order of GENRES
    url: str
    collection: str = ""  # the series of films it belongs to, if any


@dataclass(frozen=True)
class Slip:
    """One thing that is wrong with one line."""

    line: int
    what: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}: found {self.found}, expected {self.expected}"


def read_catalogue(path: Path) -> list[Trailer]:
    """Read and validate a whole catalogue.

    Raises BenchmarkError that lists every bad line with what was found and what was expected.
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
    trailers, slips = parse(data)
    if slips:
        listed = "\n  ".join(str(slip) for slip in slips)
        raise BenchmarkError(
            f"{counted(len(slips), 'thing')} to mend in the catalogue, "
            f"nothing was fetched\n  {listed}",
            where=str(path),
            do="mend these lines; README, 'Your own films', describes the format",
        )
    if not trailers:
        raise BenchmarkError(
            "the catalogue has no trailers",
            where=str(path),
            expected="lines of film_id, title, year, genres, trailer separated by tabs",
        )
    return trailers


def parse(data: bytes) -> tuple[list[Trailer], list[Slip]]:
    """Split a catalogue's bytes into good trailers and everything that is wrong with the rest."""
    trailers: list[Trailer] = []
    slips: list[Slip] = []
    films: dict[str, tuple[int, Trailer]] = {}
    seen: dict[str, int] = {}
    width = (0, 0)
    for number, row in rows_of(data, slips):
        if not width[0] and len(row) in WIDTHS:
            width = (number, len(row))
        if tuple(row) in (COLUMNS, (*COLUMNS, COLLECTION)) and number == width[0]:
            continue
        faults = list(_faults(number, row, width))
        slips += faults
        if not faults:
            trailer = _trailer(row)
            slips += _repeats(number, trailer, films, seen)
            trailers.append(trailer)
    return trailers, slips


def trailer_id(film_id: str, url: str) -> str:
    """Name of a trailer, safe as a file name and independent of its place in the catalogue."""
    return hashlib.sha256(f"{film_id}\t{url}".encode()).hexdigest()[:16]


def rows_of(data: bytes, slips: list[Slip]) -> Iterator[tuple[int, list[str]]]:
    """Line number and trimmed fields of every line that says something; what is no text joins
    `slips`."""
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        try:
            line = raw.removesuffix(b"\r").decode("utf-8")
        except UnicodeDecodeError as error:
            shown = f"byte {raw[error.start]:#04x} at column {error.start + 1}"
            slips.append(Slip(number, "not UTF-8", shown, "text saved as UTF-8"))
            continue
        if not line.strip() or line.startswith("#"):
            continue
        yield number, [trimmed(field) for field in line.split("\t")]


def trimmed(field: str) -> str:
    """A field without the blanks at its ends: two that look the same are the same."""
    return field.strip(BLANKS)


def control_faults(number: int, row: list[str]) -> Iterator[Slip]:
    """A slip where a field holds a character that cannot be shown."""
    text = "".join(row)
    if control := [c for c in text if unicodedata.category(c) == "Cc"]:
        yield Slip(number, "control character", repr(control[0]), "printable text")
    if unseen := [c for c in text if c in NO_CHARACTER]:
        yield Slip(number, "invisible character", ascii(unseen[0]), "text without it")


def _faults(number: int, row: list[str], width: tuple[int, int]) -> Iterator[Slip]:
    """What is wrong with a line; width: the file's first line and its number of columns."""
    yield from control_faults(number, row)
    columns = counted(len(row), "column")
    if len(row) not in WIDTHS:
        wanted = f"5, by tabs: {', '.join(COLUMNS)} (and {COLLECTION}, if known)"
        yield Slip(number, "wrong column count", columns, wanted)
        return
    if len(row) != width[1]:
        wanted = f"{width[1]}, as on line {width[0]}: {COLLECTION} on every line or on none"
        yield Slip(number, "wrong column count", columns, wanted)
    film_id, title, year, genres, url = row[: len(COLUMNS)]
    if not film_id:
        yield Slip(number, "empty film_id", repr(film_id), "an id, the same on all its trailers")
    if not title:
        yield Slip(number, "empty title", repr(title), "the film's title")
    latest = date.today().year + YEARS_AHEAD
    if not (year.isascii() and year.isdigit() and FIRST_YEAR <= int(year[:5]) <= latest):
        yield Slip(number, "bad year", repr(year), f"{FIRST_YEAR} to {latest}")
    yield from genre_faults(number, genres)
    yield from _url_faults(number, url)


def genre_faults(number: int, genres: str) -> Iterator[Slip]:
    """What is wrong with a line's genres, as they are written: names with commas between them."""
    names = [trimmed(name) for name in genres.split(",")]
    if names == [""]:
        yield Slip(number, "no genre", "''", f"one to {MOST_GENRES}, separated by commas")
        return
    for name in names:
        if name not in GENRES:
            known = {genre.casefold(): genre for genre in GENRES}
            close = difflib.get_close_matches(name.casefold(), known, 1, NEAR)
            meant = f"{known[close[0]]!r} perhaps; known: " if close else "one of "
            yield Slip(number, "unknown genre", repr(name), meant + ", ".join(GENRES))
    if twice := sorted({name for name in names if names.count(name) > 1}):
        yield Slip(number, "genre named twice", ", ".join(twice), "each genre once")
    if len(names) > MOST_GENRES:
        yield Slip(number, "too many genres", str(len(names)), f"at most {MOST_GENRES}")


def _url_faults(number: int, url: str) -> Iterator[Slip]:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        yield Slip(number, "bad trailer URL", f"{url!r} ({error})", "a URL")
        return
    if parts.scheme not in SCHEMES:
        wanted = f"one of {', '.join(scheme + ':' for scheme in SCHEMES)}"
        yield Slip(number, "bad URL scheme", repr(url), wanted)
    elif parts.scheme in ("http", "https") and not host:
        yield Slip(number, "bad trailer URL", repr(url), "a host name after //")
    elif any(character.isspace() for character in url):
        yield Slip(number, "bad trailer URL", repr(url), "no spaces in it")


def _trailer(row: list[str]) -> Trailer:
    film_id, title, year, names, url = row[: len(COLUMNS)]
    collection = row[-1] if len(row) > len(COLUMNS) else ""
    identity = trailer_id(film_id, url)
    return Trailer(identity, film_id, title, int(year), genres_of(names), url, collection)


def genres_of(names: str) -> tuple[str, ...]:
    """Genres as a line writes them, in the order of GENRES."""
    chosen = {trimmed(name) for name in names.split(",")}
    return tuple(genre for genre in GENRES if genre in chosen)


def _repeats(
    number: int, trailer: Trailer, films: dict[str, tuple[int, Trailer]], seen: dict[str, int]
) -> Iterator[Slip]:
    line, film = films.setdefault(trailer.film_id, (number, trailer))
    if _facts(film) != _facts(trailer):
        found = f"{trailer.film_id!r} with other facts than on line {line}"
        yield Slip(number, "duplicate film_id", found, "one id a film, or the same facts each time")
    if trailer.url in seen:
        # under two films it would be learned from in one fold and judged in another
        found = f"the trailer of line {seen[trailer.url]} again"
        yield Slip(number, "duplicate trailer", found, "each trailer once, under one film")
    seen.setdefault(trailer.url, number)


def _facts(trailer: Trailer) -> tuple[str, int, tuple[str, ...], str]:
    return trailer.title, trailer.year, trailer.genres, trailer.collection

"""What a source gives: rows of a catalogue, and what was dropped on the way, with its reason."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from stages.base.counting import counted
from stages.base.genres import GENRES
from stages.corpus.reader import COLUMNS, OPTIONAL, parse

DAMAGED = "damaged row"
NO_GENRE = "none of the ten genres"
SHARED_VIDEO = "a video that two films name"
REPEATED = "a film that an earlier row has"
LONGEST = 300  # characters of what was found
NOT_VALID = "not a valid line of a catalogue"


@dataclass(frozen=True)
class Place:
    """Where a row stands in a published file."""

    file: str
    line: int
    """From 1; 0 where a row is of no line."""


@dataclass(frozen=True)
class Row:
    """One trailer of one film, or a film without one, as a line of a catalogue will have it."""

    place: Place
    film_id: str
    title: str
    genres: tuple[str, ...]
    """Of the ten, in their order."""
    year: int | None = None
    trailer: str = ""
    collection: str = ""
    split: str = ""

    def cells(self) -> dict[str, str]:
        """By the catalogue's columns."""
        named = {name: getattr(self, name) for name in (*COLUMNS, *OPTIONAL)}
        return named | {"year": str(self.year or ""), "genres": ",".join(self.genres)}


@dataclass(frozen=True)
class Dropped:
    """A row that is not in the catalogue."""

    place: Place
    reason: str
    found: str


class UnusableError(Exception):
    """Why a row cannot be used: a reason, and what was found."""

    def __init__(self, reason: str, found: str) -> None:
        super().__init__(f"{reason}: {found}")
        self.reason = reason
        self.found = "".join(filter(str.isprintable, found))[:LONGEST]


@dataclass
class Collected:
    """Everything read from a source."""

    rows: list[Row] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    other_genres: Counter[str] = field(default_factory=Counter)
    """Genres that are none of the ten, with how many rows name them."""
    films_of: dict[str, set[str]] = field(default_factory=dict)
    """Films by the video that they name, those of dropped rows too."""

    def claim(self, video: str, film_id: str) -> str:
        """The same video, noted as this film's."""
        self.films_of.setdefault(video, set()).add(film_id)
        return video

    def drop(self, place: Place, why: UnusableError) -> None:
        self.dropped.append(Dropped(place, why.reason, why.found))


def checked(found: Collected) -> Collected:
    """The same without films that name one video, and without what a catalogue would refuse."""
    kept, dropped = _without_shared_videos(found)
    kept, repeated = _without_repetitions(kept)
    problems = parse(catalogue_text(kept).encode())[1]
    bad = {problem.line - 2: problem for problem in reversed(problems)}  # line 1 has the names
    for number, problem in sorted(bad.items()):
        said = f"{problem.message}: {problem.found}"
        dropped.append(Dropped(kept[number].place, NOT_VALID, said))
    kept = [row for number, row in enumerate(kept) if number not in bad]
    return replace(found, rows=kept, dropped=[*found.dropped, *dropped, *repeated])


def catalogue_text(rows: Iterable[Row]) -> str:
    """The catalogue: a line of names, then a line a row; columns that no row fills are left out."""
    rows = list(rows)
    names = _columns(rows)
    lines = ["\t".join(names)]
    lines += ["\t".join(row.cells()[name] for name in names) for row in rows]
    return "\n".join(lines) + "\n"


def summary(found: Collected) -> list[str]:
    """What was kept and dropped, in sentences."""
    films = {row.film_id: row for row in found.rows}
    trailers = sum(bool(row.trailer) for row in found.rows)
    lines = [f"kept {counted(len(films), 'film')} with {counted(trailers, 'trailer')}"]
    for what, missing in (
        ("year", [film for film in films.values() if film.year is None]),
        ("trailer", [film for film in films.values() if not film.trailer]),
    ):
        if missing:
            lines.append(f"{counted(len(missing), 'film')} of these without a {what}")
    lines += drops(found)
    if absent := [name for name in GENRES if all(name not in row.genres for row in found.rows)]:
        lines.append(f"no film has {', '.join(absent)}")
    return lines


def drops(found: Collected, noun: str = "row") -> list[str]:
    """What was dropped, by reason, in sentences."""
    reasons = Counter(each.reason for each in found.dropped).most_common()
    lines = [f"dropped {counted(len(found.dropped), noun)}"]
    lines += [f"  {number:,}  {reason}" for reason, number in reasons]
    if found.other_genres:
        others = ", ".join(f"{name} {n:,}" for name, n in found.other_genres.most_common())
        lines.append(f"genres that are none of the ten, left out: {others}")
    return lines


def _columns(rows: list[Row]) -> list[str]:
    filled = [name for name in OPTIONAL if any(getattr(row, name) for row in rows)]
    return [*COLUMNS, *filled]


def _without_shared_videos(found: Collected) -> tuple[list[Row], list[Dropped]]:
    """All films that name one video are dropped: which of them it shows, nobody knows."""
    for row in found.rows:
        found.claim(row.trailer, row.film_id)
    kept, dropped = [], []
    for row in found.rows:
        others = found.films_of[row.trailer] - {row.film_id}
        if row.trailer and others:
            named = f"{row.trailer} of {row.film_id}, also of {', '.join(sorted(others))}"
            dropped.append(Dropped(row.place, SHARED_VIDEO, named))
        else:
            kept.append(row)
    return kept, dropped


def _without_repetitions(rows: list[Row]) -> tuple[list[Row], list[Dropped]]:
    """A film may have several trailers, but not one of them twice, nor other facts each time."""
    first: dict[str, Row] = {}
    seen: set[tuple[str, str]] = set()
    kept, dropped = [], []
    for row in rows:
        before = first.setdefault(row.film_id, row)
        same = replace(before, place=row.place, trailer=row.trailer) == row
        if not same or (row.film_id, row.trailer) in seen:
            what = "again" if same else "with other facts"
            found = f"film {row.film_id} of line {before.place.line} {what}"
            dropped.append(Dropped(row.place, REPEATED, found))
        else:
            seen.add((row.film_id, row.trailer))
            kept.append(row)
    return kept, dropped

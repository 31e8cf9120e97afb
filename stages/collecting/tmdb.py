"""The Movie Database (TMDB), by its API v3; a film's id is TMDB's.

Which of a film's videos is its trailer, the first of these that YouTube has: an official trailer,
another trailer, an official teaser, another teaser; of equals the one published first. Other kinds
of video (clips, featurettes, ...) never are.
"""

import argparse
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.collecting import output
from stages.collecting.csv_files import read_lines
from stages.collecting.output import Output, Watch
from stages.collecting.rows import DAMAGED, REPEATED, Collected, Place, Row, UnusableError
from stages.collecting.tmdb_api import TmdbApi, key_from_environment
from stages.collecting.values import TMDB, WATCH, YOUTUBE_ID, check_number, choose_genres

SUMMARY = "TMDB, by its API: set TMDB_API_KEY"
EXAMPLES = """\
TMDB_API_KEY holds a key of API v3 (https://www.themoviedb.org/settings/api); it is not stored.
  python -m stages.collect tmdb ids.txt -o films.txt             # one TMDB id a line
  python -m stages.collect tmdb links.csv -o films.txt           # column tmdbId of MovieLens' file
  python -m stages.collect tmdb --released 1999 -o films.txt     # the films of a year
other trailers for the films whose trailers are gone, by the ledger of the last run:
  python -m stages.collect tmdb --refresh dataset.txt -o refreshed.txt
"""
NO_ID = "no TMDB id"
NOT_THERE = "TMDB has no such film"
NO_TRAILER = "no trailer or teaser on YouTube"
KINDS = ("Trailer", "Teaser")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which films."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("ids", type=Path, nargs="?", help="a file of ids, or links.csv")
    which.add_argument("--released", type=int, metavar="YEAR", help="the films of this year")
    which.add_argument(
        "--refresh", type=Path, metavar="CATALOGUE", help="resolve trailers that are gone again"
    )


def run(arguments: argparse.Namespace, watch: Watch) -> Output:
    """What the command writes."""
    api = TmdbApi(key_from_environment())
    if arguments.refresh:
        from stages.collecting.refreshing import refresh_catalogue

        return refresh_catalogue(arguments.refresh, places.data() / "downloads.parquet", api, watch)
    found = Collected()
    if arguments.ids:
        films = read_ids(arguments.ids, found)
    else:
        year = f"TMDB's films of {arguments.released}"
        films = [(Place(year, 0), film) for film in api.released_in(arguments.released)]
    return output.catalogue(collect(watch(films, "films", len(films)), api, found))


def collect(films: Iterable[tuple[Place, str]], api: TmdbApi, found: Collected) -> Collected:
    """A row for each film that TMDB has and that has a trailer; added to `found`."""
    for place, film_id in films:
        try:
            found.rows.append(_row(place, film_id, api.film(film_id), found))
        except UnusableError as why:
            found.drop(place, why)
    return found


def read_ids(path: Path, found: Collected) -> list[tuple[Place, str]]:
    """The ids of a text file, one a line, or of column tmdbId; others go to `found.dropped`."""
    if "," in _first_line(path):
        cells = read_lines(path, ("tmdbId",), found)
        lines = [(place, each["tmdbId"]) for place, each in cells]
    else:
        texts = enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), start=1)
        lines = [(Place(str(path), number), text.strip("\ufeff \t")) for number, text in texts]
        lines = [(place, text) for place, text in lines if text and not text.startswith("#")]
    seen: set[str] = set()
    films = []
    for place, text in lines:
        try:
            if not text:
                raise UnusableError(NO_ID, "column tmdbId is empty")
            if check_number(text, "TMDB id") in seen:
                raise UnusableError(REPEATED, f"film {text} again")
        except UnusableError as why:
            found.drop(place, why)
            continue
        seen.add(text)
        films.append((place, text))
    return films


def choose_trailer(videos: Iterable[Mapping[str, Any]], never: Collection[str] = ()) -> str:
    """The address of a film's trailer, "" if it has none; see above for the order.

    never: addresses that are not chosen.
    """
    usable = [
        video
        for video in videos
        if video.get("site") == "YouTube"
        and video.get("type") in KINDS
        and isinstance(key := video.get("key"), str)
        and YOUTUBE_ID.fullmatch(key)
        and WATCH + key not in never
    ]
    first = min(usable, key=_rank, default=None)
    return WATCH + str(first["key"]) if first else ""


def _rank(video: Mapping[str, Any]) -> tuple[int, bool, str, str]:
    published = video.get("published_at")
    published = published if isinstance(published, str) and published else "unknown"  # the last
    official = video.get("official") is True
    return KINDS.index(video["type"]), not official, published, video["key"]


def _row(place: Place, film_id: str, film: dict[str, Any] | None, found: Collected) -> Row:
    if film is None:
        raise UnusableError(NOT_THERE, f"film {film_id}")
    title, date, series = (film.get(n) for n in ("title", "release_date", "belongs_to_collection"))
    genres = film.get("genres")
    if not (isinstance(title, str) and isinstance(genres, list)):
        raise UnusableError(DAMAGED, f"film {film_id}: an answer without title and genres")
    trailer = choose_trailer(film.get("videos") or [])
    if trailer:
        found.claim(trailer, film_id)
    names = [str(each.get("name")) for each in genres if isinstance(each, dict)]
    chosen = choose_genres(names, TMDB, found.other_genres)
    if not trailer:
        raise UnusableError(NO_TRAILER, f"film {film_id}")
    year = date[:4] if isinstance(date, str) else ""
    collection = series.get("name") if isinstance(series, dict) else ""
    return Row(
        place,
        film_id,
        title=" ".join(title.split()),
        genres=chosen,
        year=int(year) if year.isascii() and year.isdigit() else None,
        trailer=trailer,
        collection=" ".join(str(collection or "").split()),
    )


def _first_line(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.readline(10_000)
    except OSError as error:
        raise BenchmarkError(
            "cannot read the list of films",
            where=str(path),
            found=error.strerror or "",
            do="give a file with one TMDB id a line, or MovieLens' links.csv",
        ) from None

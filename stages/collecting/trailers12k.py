"""Trailers12k (Montalvo-Lezama et al., 2023): genres and splits, joined with lists of trailers.

A film's id is IMDb's. mtgc.csv has neither titles nor videos: its metadata.json has the videos,
MovieLens' and MovieNet's lists have titles, years and other videos. What no list has stays empty,
and a film without a title is called by its id.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages.base.errors import BenchmarkError
from stages.base.genres import GENRES
from stages.collecting import movielens, output
from stages.collecting.csv_files import Cells, collect_rows, read_lines
from stages.collecting.movienet import COLUMNS as MOVIENET
from stages.collecting.output import Output, Watch
from stages.collecting.rows import DAMAGED, Collected, Place, Row, UnusableError
from stages.collecting.values import (
    IMDB,
    RENAMED,
    check_imdb_id,
    choose_genres,
    title_and_year,
    youtube_address,
)

SUMMARY = "Trailers12k: mtgc.csv, joined with lists of trailers"
EXAMPLES = """\
with its own metadata (see https://github.com/richardtml/trailers12k):
  python -m stages.collect trailers12k mtgc.csv --metadata metadata.json -o trailers12k.txt
with the lists of MovieLens and MovieNet, by IMDb id, and the second of its three splits:
  python -m stages.collect trailers12k mtgc.csv --movielens movies.csv links.csv \\
      ml-20m-youtube.csv --movienet trailers_genres_clean.csv --split 1 -o trailers12k.txt
"""
PARTS = {"0": "train", "1": "validation", "2": "test"}
KNOWN = {name.casefold(): name for name in (*GENRES, *IMDB, *RENAMED)}


@dataclass(frozen=True)
class Known:
    """What a list knows of a film; empty where it does not."""

    title: str = ""
    year: int | None = None
    trailer: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file, what it is joined with, and the split."""
    parser.add_argument("file", type=Path, help="mtgc.csv: mid, a column a genre, split0 to split2")
    parser.add_argument("--metadata", type=Path, help="its metadata.json, with the videos")
    parser.add_argument(
        "--movielens",
        type=Path,
        nargs=3,
        metavar=("MOVIES", "LINKS", "TRAILERS"),
        help="movies.csv, links.csv and ml-20m-youtube.csv",
    )
    parser.add_argument("--movienet", type=Path, help="trailers_genres_clean.csv")
    parser.add_argument(
        "--split", type=int, choices=(0, 1, 2), default=0, help="which of its splits (default: 0)"
    )


def run(arguments: argparse.Namespace, watch: Watch) -> Output:
    """What the command writes."""
    lists = []
    if arguments.metadata:
        lists.append(known_by_metadata(arguments.metadata))
    if arguments.movielens:
        lists.append(known_by_movielens(*arguments.movielens))
    if arguments.movienet:
        lists.append(known_by_movienet(arguments.movienet))
    return output.catalogue(collect(arguments.file, lists, arguments.split))


def collect(path: Path, lists: Sequence[Mapping[str, Known]], split: int = 0) -> Collected:
    """A row for each film.

    lists: by IMDb id; title and year are of the first that has a title, the video of the first that
    has one.
    """
    found = Collected()
    column = f"split{split}"

    def row(place: Place, cells: Cells) -> Row:
        film = check_imdb_id(cells["mid"])
        if cells[column] not in PARTS:
            raise UnusableError(DAMAGED, f"{column} {cells[column]!r}, expected 0, 1 or 2")
        entries = [each[film] for each in lists if film in each]
        named = next((entry for entry in entries if entry.title), Known(title=film))
        trailer = next((entry.trailer for entry in entries if entry.trailer), "")
        if trailer:
            found.claim(trailer, film)
        genres = choose_genres(_marked(cells), IMDB, found.other_genres)
        part = PARTS[cells[column]]
        return Row(place, film, named.title, genres, named.year, trailer, split=part)

    collect_rows(path, ("mid", column), found, row)
    return found


def known_by_movielens(movies: Path, links: Path, trailers: Path) -> dict[str, Known]:
    """MovieLens' films by IMDb id; two films of one id are left out."""
    found = Collected()  # what is damaged there only joins nothing here
    films, videos = movielens.read_films(movies, found), movielens.read_videos(trailers, found)
    known = {}
    for digits, numbers in movielens.read_links(links, "imdbId", found).items():
        if len(numbers) == 1 and (film := films.get(numbers[0])):
            known[f"tt{digits}"] = Known(film.title, film.year, videos.get(numbers[0], ""))
    return known


def known_by_movienet(path: Path) -> dict[str, Known]:
    """MovieNet's films by IMDb id, the first row of each."""
    found, known = Collected(), dict[str, Known]()
    for _, cells in read_lines(path, MOVIENET, found):
        try:
            address = youtube_address(cells["youtube_id"])
            title, year = title_and_year(cells["title"], mend=False)
        except UnusableError:
            continue
        known.setdefault(cells["imdb_id"], Known(title, year, address))
    return known


def known_by_metadata(path: Path) -> dict[str, Known]:
    """The first video of each film in metadata.json; raises BenchmarkError for another form."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["trailers12k"].values()
        return dict(map(_metadata_entry, entries))
    except OSError as error:
        found = error.strerror or ""
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        found = f"{type(error).__name__}: {error}"[:200]
    except UnusableError as why:
        found = why.found
    raise BenchmarkError(
        "cannot read the metadata of Trailers12k",
        where=str(path),
        found=found,
        expected='{"trailers12k": {…: {"imdb": {"id": …}, "youtube": {"trailers": [{"id": …}]}}}}',
        do="give metadata.json as it was published",
    )


def _metadata_entry(entry: Any) -> tuple[str, Known]:
    film = f"tt{str(entry['imdb']['id']).removeprefix('tt'):0>7}"
    videos = [str(video["id"]) for video in entry["youtube"]["trailers"]]
    return check_imdb_id(film), Known(trailer=youtube_address(videos[0]) if videos else "")


def _marked(cells: Cells) -> list[str]:
    """The genres whose column has a 1."""
    genres = []
    for column, value in cells.items():
        if column == "mid" or column.startswith("split"):
            continue
        if value not in ("0", "1"):
            raise UnusableError(DAMAGED, f"{column} {value!r}, expected 0 or 1")
        if value == "1":
            genres.append(KNOWN.get(column.casefold(), column))
    return genres

"""Trailers of MovieNet's films, as cleaned by Sulun et al. (2024).

A film's id is IMDb's. Films made for television and for video are among them, and kept.
"""

import argparse
import ast
from pathlib import Path

from stages.collecting import output
from stages.collecting.csv_files import Cells, collect_rows
from stages.collecting.output import Output, Watch
from stages.collecting.rows import DAMAGED, Collected, Place, Row, UnusableError
from stages.collecting.values import (
    IMDB,
    check_imdb_id,
    choose_genres,
    title_and_year,
    youtube_address,
)

SUMMARY = "MovieNet: trailers_genres_clean.csv"
EXAMPLES = """\
the list of https://github.com/serkansulun/trailer-genre-classification:
  python -m stages.collect movienet trailers_genres_clean.csv -o movienet.txt
"""
COLUMNS = ("imdb_id", "youtube_id", "genres", "title")
LONGEST = 1000  # characters of a list of genres


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file."""
    parser.add_argument("file", type=Path, help="a CSV: imdb_id,youtube_id,genres,title,duration")


def run(arguments: argparse.Namespace, watch: Watch) -> Output:
    """What the command writes."""
    return output.catalogue(collect(arguments.file))


def collect(path: Path) -> Collected:
    """A row for each trailer."""
    found = Collected()

    def row(place: Place, cells: Cells) -> Row:
        film = check_imdb_id(cells["imdb_id"])
        address = found.claim(youtube_address(cells["youtube_id"]), film)
        title, year = title_and_year(cells["title"], mend=False)
        genres = choose_genres(genre_list(cells["genres"]), IMDB, found.other_genres)
        return Row(place, film, title, genres, year, address)

    collect_rows(path, COLUMNS, found, row)
    return found


def genre_list(text: str) -> list[str]:
    """`['Drama', 'History']`, as Python writes a list; raises UnusableError for all else."""
    try:
        names = ast.literal_eval(text) if len(text) <= LONGEST else None
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UnusableError(
            DAMAGED, f"genres {text[:80]!r}, expected a list such as ['Drama', 'War']"
        )
    return names

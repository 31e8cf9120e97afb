"""MovieLens 20M with its list of trailers on YouTube (Abu-El-Haija et al., 2018).

A film's id is MovieLens' movieId.
"""

import argparse
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from stages.base.errors import BenchmarkError
from stages.collecting import output
from stages.collecting.csv_files import Cells, collect_rows, read_lines
from stages.collecting.output import Output, Watch
from stages.collecting.rows import NO_GENRE, REPEATED, Collected, Dropped, Place, Row, UnusableError
from stages.collecting.values import (
    MOVIELENS,
    check_number,
    choose_genres,
    title_and_year,
    youtube_address,
)
from stages.corpus.reader import read_catalogue

SUMMARY = "MovieLens: movies.csv and ml-20m-youtube.csv"
EXAMPLES = """\
the two files, from https://files.grouplens.org/datasets/movielens:
  python -m stages.collect movielens movies.csv ml-20m-youtube.csv -o movielens.txt
its genres as a second source for a catalogue whose film_id is TMDB's:
  python -m stages.collect movielens movies.csv --links links.csv \\
      --second-source-for dataset.txt -o movielens_genres.txt
"""
MOVIES, TRAILERS = ("movieId", "title", "genres"), ("youtubeId", "movieId", "title")
LINKS = ("movieId", "imdbId", "tmdbId")
NO_FILM = "a film that movies.csv does not have"
UNLISTED = "(no genres listed)"
NO_LINK = "no such id in links.csv"
TWO_FILMS = "an id that links.csv has for two films"


@dataclass(frozen=True)
class Film:
    """A row of movies.csv."""

    place: Place
    title: str
    year: int | None
    genres: tuple[str, ...]
    """As written there."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The files, and what they are for."""
    parser.add_argument("movies", type=Path, help="movies.csv: movieId,title,genres")
    parser.add_argument(
        "trailers", type=Path, nargs="?", help="ml-20m-youtube.csv: youtubeId,movieId,title"
    )
    parser.add_argument("--links", type=Path, help="links.csv: movieId,imdbId,tmdbId")
    parser.add_argument(
        "--second-source-for",
        type=Path,
        metavar="CATALOGUE",
        help="write MovieLens' genres of this catalogue's films instead; film_id is TMDB's there",
    )


def run(arguments: argparse.Namespace, watch: Watch) -> Output:
    """What the command writes."""
    if not arguments.second_source_for:
        return output.catalogue(collect(arguments.movies, arguments.trailers))
    if not arguments.links:
        raise BenchmarkError(
            "MovieLens and the catalogue are joined by links.csv",
            where="--second-source-for",
            found="no --links",
            expected="--links links.csv",
            do="give links.csv of the same MovieLens data set",
        )
    path: Path = arguments.second_source_for
    films = list(dict.fromkeys(trailer.film_id for trailer in read_catalogue(path)))
    genres, found = second_source(films, path, arguments.movies, arguments.links)
    if not genres:
        raise BenchmarkError(
            "no film of the catalogue is in MovieLens",
            where=str(path),
            found=f"film_id {films[0]!r} and others",
            expected="TMDB's ids, which links.csv has in its column tmdbId",
            do="use a catalogue with TMDB's ids, such as dataset.txt",
        )
    return output.second_source(genres, len(films), found)


def collect(movies: Path, trailers: Path | None) -> Collected:
    """A row for each trailer of the list, with the title and the genres of movies.csv.

    Without a list: a row for each film of movies.csv, none of which has a trailer.
    """
    found = Collected()
    films = read_films(movies, found)
    if trailers is None:
        for number, film in films.items():
            try:
                genres = choose_genres(film.genres, MOVIELENS, found.other_genres)
                found.rows.append(Row(film.place, number, film.title, genres, film.year))
            except UnusableError as why:
                found.drop(film.place, why)
        return found

    def row(place: Place, cells: Cells) -> Row:
        film = films.get(check_number(cells["movieId"], "movieId"))
        if film is None:
            raise UnusableError(NO_FILM, f"movieId {cells['movieId']}")
        address = found.claim(youtube_address(cells["youtubeId"]), cells["movieId"])
        genres = choose_genres(film.genres, MOVIELENS, found.other_genres)
        return Row(place, cells["movieId"], film.title, genres, film.year, address)

    collect_rows(trailers, TRAILERS, found, row)
    return found


def read_films(movies: Path, found: Collected) -> dict[str, Film]:
    """movies.csv by movieId; its damaged rows go to `found.dropped`."""
    films: dict[str, Film] = {}
    for place, cells in read_lines(movies, MOVIES, found):
        try:
            number = check_number(cells["movieId"], "movieId")
            title, year = title_and_year(cells["title"])
            if number in films:
                first = films[number].place.line
                raise UnusableError(REPEATED, f"film {number} of line {first} again")
            films[number] = Film(place, title, year, tuple(cells["genres"].split("|")))
        except UnusableError as why:
            found.drop(place, why)
    return films


def read_videos(trailers: Path, found: Collected) -> dict[str, str]:
    """The address of each film's first trailer in the list, by movieId."""
    videos: dict[str, str] = {}
    for place, cells in read_lines(trailers, TRAILERS, found):
        try:
            videos.setdefault(cells["movieId"], youtube_address(cells["youtubeId"]))
        except UnusableError as why:
            found.drop(place, why)
    return videos


def read_links(links: Path, column: str, found: Collected) -> dict[str, list[str]]:
    """The movieIds of each id in a column of links.csv; blank ids are left out."""
    films: dict[str, list[str]] = {}
    for _, cells in read_lines(links, LINKS, found):
        if cells[column]:
            films.setdefault(cells[column], []).append(cells["movieId"])
    return films


def second_source(
    films: list[str], catalogue: Path, movies: Path, links: Path
) -> tuple[dict[str, tuple[str, ...]], Collected]:
    """MovieLens' genres of a catalogue's films, whose ids are TMDB's, and what was dropped.

    A film to which MovieLens gives none of the ten has (), one without any genre there is dropped.
    """
    found = Collected()
    by_number, joined = read_films(movies, found), read_links(links, "tmdbId", found)
    genres: dict[str, tuple[str, ...]] = {}
    for film in films:
        try:
            genres[film] = _joined_genres(joined.get(film, []), by_number, found.other_genres)
        except UnusableError as why:
            said = f"film_id {film}: {why.found}"
            found.dropped.append(Dropped(Place(str(catalogue), 0), why.reason, said))
    return genres, found


def _joined_genres(
    numbers: list[str], films: dict[str, Film], left_out: Counter[str]
) -> tuple[str, ...]:
    if not numbers:
        raise UnusableError(NO_LINK, "not in column tmdbId")
    if len(numbers) > 1:
        raise UnusableError(TWO_FILMS, f"movieId {', '.join(numbers)}")
    if numbers[0] not in films:
        raise UnusableError(NO_FILM, f"movieId {numbers[0]}")
    genres = films[numbers[0]].genres
    if genres == (UNLISTED,):
        raise UnusableError(NO_GENRE, UNLISTED)
    try:
        return choose_genres(genres, MOVIELENS, left_out)
    except UnusableError as why:
        if why.reason != NO_GENRE:
            raise
        return ()  # MovieLens knows the film, and none of the ten in it

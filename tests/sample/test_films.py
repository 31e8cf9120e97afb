import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from stages.base.genres import GENRES
from stages.corpus.reader import Trailer, parse, read_catalogue, trailer_id
from stages.sample.films import make_catalogue

ROOT = Path(__file__).parents[2]


def rows(genre_sets: Sequence[tuple[str, ...]]) -> list[Trailer]:
    return [
        Trailer(trailer_id(str(number), "sample:x"), str(number), "T", 1990, genres, "sample:x")
        for number, genres in enumerate(genre_sets)
    ]


def read(text: str) -> list[Trailer]:
    trailers, problems = parse(text.encode())
    assert problems == []
    return trailers


def test_the_catalogue_in_the_repository_is_the_one_this_makes():
    text = make_catalogue(read_catalogue(ROOT / "dataset.txt"))
    assert (ROOT / "sample.txt").read_text(encoding="utf-8") == text


def test_genre_sets_keep_their_shares():
    comedy, romance, horror = ("Comedy",), ("Drama", "Romance"), ("Horror", "Mystery")
    sets: list[tuple[str, ...]] = [*[comedy] * 50, *[romance] * 30, *[horror] * 20]
    made = [trailer.genres for trailer in read(make_catalogue(rows(sets), films=40))]
    assert made.count(("Comedy",)) == 20
    assert made.count(("Drama", "Romance")) == 12
    assert made.count(("Horror", "Mystery")) == 8
    assert made != sorted(made)


def test_titles_and_years_say_nothing_of_genre():
    one = read(make_catalogue(rows([("Comedy",), ("Drama",)] * 30), films=30))
    other = read(make_catalogue(rows([("Horror",), ("Crime",)] * 30), films=30))
    assert [film.title for film in one] == [film.title for film in other]
    assert [film.year for film in one] == [film.year for film in other]


def test_sample_films_are_distinct_and_follow_the_real_catalogue():
    sample, real = read_catalogue(ROOT / "sample.txt"), read_catalogue(ROOT / "dataset.txt")
    assert len(sample) == 240
    assert len({film.film_id for film in sample}) == len({film.title for film in sample}) == 240
    assert not {film.title.casefold() for film in sample} & {film.title.casefold() for film in real}
    assert all(film.url == f"sample:{film.film_id}" for film in sample)
    assert all(re.fullmatch(r"[A-Z][A-Za-z' ,-]+", film.title) for film in sample)
    for genre in GENRES:
        shares = [np.mean([genre in film.genres for film in films]) for films in (sample, real)]
        assert abs(shares[0] - shares[1]) < 0.02

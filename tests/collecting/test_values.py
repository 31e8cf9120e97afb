"""Genres and titles as publishers write them."""

from collections import Counter

import pytest

from stages.collecting.rows import UnusableError
from stages.collecting.values import MOVIELENS, choose_genres, title_and_year, youtube_address


@pytest.mark.parametrize(
    ("written", "title", "year"),
    [
        ("Grey Door, The (1971)", "The Grey Door", 1971),
        ("Day, A (1971) ", "A Day", 1971),
        ("Day  Off, An (1971)", "An Day Off", 1971),
        ("Harbour, The (Port, Le) (2002)", "The Harbour (Le Port)", 2002),
        ("Night (Nuit, La) (Noche, La) (1961)", "Night (La Nuit) (La Noche)", 1961),
        ("Tree, The (Arbre, L') (1999)", "The Tree (L'Arbre)", 1999),
        ("Ship, The (a.k.a. Boat, The) (Schiff, Das) (1981)",
         "The Ship (a.k.a. The Boat) (Das Schiff)", 1981),
        ("Sons: Part Two, Los (1999)", "Los Sons: Part Two", 1999),
        ("Millipede II (Full Size), The (2011)", "The Millipede II (Full Size)", 2011),
        ("To Go (Aller (ou pas), L') (1995)", "To Go (L'Aller (ou pas))", 1995),
        ("Rabbit, the (1973)", "The Rabbit", 1973),
        ("Die, Monster, Die (1965)", "Die, Monster, Die", 1965),
        ("Sweet, My Bread (2001)", "Sweet, My Bread", 2001),
        ("Hello, Night (2003)", "Hello, Night", 2003),
        ("(50) Days (2009)", "(50) Days", 2009),
        ("1984 (1984)", "1984", 1984),
        ("No Year, The", "The No Year", None),
        ("Unbalanced :) (2013)", "Unbalanced :)", 2013),
        ("Twice Closed (1983))", "Twice Closed (1983))", None),
        ("Series, The (2007-)", "The Series", 2007),
        ("Series (2009– )", "Series", 2009),
        ("Series (1975-1979)", "Series", 1975),
        ("Duel Again (TV Movie 1971)", "Duel Again", 1971),
        ("Long Number (19711)", "Long Number (19711)", None),
    ],
)  # fmt: skip
def test_articles_stand_in_front_and_years_apart(written, title, year):
    assert title_and_year(written) == (title, year)


def test_a_publisher_who_writes_articles_in_front_is_left_alone():
    assert title_and_year("Me and You, The (1999)", mend=False) == ("Me and You, The", 1999)


@pytest.mark.parametrize("text", ["", "   "])
def test_a_film_without_a_title_is_unusable(text):
    with pytest.raises(UnusableError, match="no title"):
        title_and_year(text)


def test_genres_are_renamed_ordered_and_the_others_counted():
    left_out: Counter[str] = Counter()
    assert choose_genres(["War", "Sci-Fi", "Action", "War"], MOVIELENS, left_out) == (
        "Action",
        "Science Fiction",
    )
    with pytest.raises(UnusableError, match="none of the ten genres: War, IMAX"):
        choose_genres(["War", "IMAX"], MOVIELENS, left_out)
    assert left_out == {"War": 2, "IMAX": 1}


@pytest.mark.parametrize("name", ["Dramatic", "xyzDrama", "drama", "", "Biography"])
def test_a_genre_that_the_publisher_does_not_have_is_damage_and_nothing_is_counted(name):
    left_out: Counter[str] = Counter()
    with pytest.raises(UnusableError, match=f"damaged row: genre '{name}'"):
        choose_genres(["Drama", name, "War"], MOVIELENS, left_out)
    assert not left_out


def test_what_was_found_can_be_shown_in_a_terminal():
    assert UnusableError("damaged row", "a\x1b[31mb\r" + "c" * 400).found == "a[31mb" + "c" * 294


@pytest.mark.parametrize(
    "video", ["aaaaaaaaaa", "aaaaaaaaaa1/", "aaaaaaaaaa\n", "aaaaaaaaa é", "", "../../../ab"]
)
def test_what_is_no_video_of_youtubes_is_not_made_into_an_address(video):
    with pytest.raises(UnusableError, match="expected 11 letters"):
        youtube_address(video)
    assert youtube_address("aB3_-aaaaa1") == "https://www.youtube.com/watch?v=aB3_-aaaaa1"

import numpy as np
import pytest

from stages.base.genres import GENRES
from stages.judging.small_corpus import small_corpus


def films(n_films: int, **few: int) -> np.ndarray:
    """Every genre on a third of the films, a few genres on so many."""
    y_true = np.arange(n_films)[:, None] % 3 == np.arange(10) % 3
    for genre, count in few.items():
        y_true[:, GENRES.index(genre)] = np.arange(n_films) < count
    return y_true


def test_19_films_are_too_few_and_told_so(judging):
    y_true = films(19, Crime=1, Horror=4)
    found = small_corpus(y_true, np.arange(19), 5, judging)
    assert found["independent_films"] == 19
    assert found["genre_films"]["Crime"] == 1 and found["genre_films"]["Drama"] == 6
    assert found["expected_half_width"] == pytest.approx(0.65 / 19**0.5)
    assert found["warning"] == (
        "Only 19 films can be judged: with fewer than 60 no interval and no verdict is given. "
        "Fewer films than the 5 folds: Crime (1), Horror (4); some folds have nothing to judge "
        "there, or to learn from. With 19 films a 95% interval of macro average precision would "
        "reach about 0.15 to each side (0.65 / √films, by simulation)."
    )


def test_enough_films_but_few_of_a_genre(judging):
    y_true = films(90, Crime=3, Horror=7, Drama=85)
    warning = small_corpus(y_true, np.arange(90), 5, judging)["warning"]
    assert warning.startswith(
        "Too few films for an interval and a verdict of their own (fewer than 8 with the genre or "
        "without it): Crime (3), Drama (85), Horror (7). Fewer films than the 5 folds: Crime (3);"
    )
    assert "about 0.07 to each side" in warning


def test_a_corpus_of_enough_films_is_not_warned_of(judging):
    assert "warning" not in small_corpus(films(90), np.arange(90), 5, judging)


def test_a_genre_that_no_film_has_is_no_part_of_the_run(judging):
    found = small_corpus(films(90, Crime=0), np.arange(90), 5, judging)
    assert "Crime" not in found["genre_films"] and "warning" not in found


def test_films_of_a_collection_count_once(judging):
    found = small_corpus(films(90, Horror=40), np.arange(90) // 10, 3, judging)
    assert found["independent_films"] == 9 and found["genre_films"]["Horror"] == 4
    assert found["warning"].startswith("Only 9 films")

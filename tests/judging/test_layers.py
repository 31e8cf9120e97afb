"""Shares of the time by genre: means, quartiles and differences by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stages.base.genres import GENRES
from stages.base.params import JudgingParams, load
from stages.judging import layers

ROOT = Path(__file__).resolve().parents[2]
DRAMA, HORROR = GENRES.index("Drama"), GENRES.index("Horror")


@pytest.fixture
def params() -> JudgingParams:
    return replace(
        load(ROOT / "params.yaml").judging, resamples=500, min_films=4, min_genre_films=2
    )


def labels(n_films: int, **films: range) -> np.ndarray:
    y_true = np.zeros((n_films, len(GENRES)), bool)
    for genre, of in films.items():
        y_true[list(of), GENRES.index(genre)] = True
    return y_true


def made(share: list[float]) -> np.ndarray:
    """Of speech; nobody listened for music."""
    speech = np.array(share)
    return np.stack([speech, np.full(len(share), np.nan), np.full(len(share), np.nan)], axis=1)


def test_means_quartiles_and_others_by_hand(params):
    share = [0.1, 0.2, 0.3, 0.4, 0.9, 0.5]
    found = layers.rows(made(share), labels(6, Drama=range(4), Horror=range(4, 6)), None, params)
    assert [(row["layer"], row["genre"]) for row in found] == [
        ("speech", ""),
        ("speech", "Drama"),
        ("speech", "Horror"),
    ]
    every, drama, horror = found
    assert (every["films"], drama["films"], horror["films"]) == (6, 4, 2)
    assert every["mean"] == pytest.approx(0.4) and "p" not in every
    assert drama["mean"] == pytest.approx(0.25) and drama["others"] == pytest.approx(0.7)
    assert drama["difference"] == pytest.approx(-0.45)
    assert horror["difference"] == pytest.approx(0.45)
    quartiles = [drama[name] for name in ("lower_quartile", "median", "upper_quartile")]
    assert quartiles == pytest.approx([0.175, 0.25, 0.325])
    assert every["lo"] < every["mean"] < every["hi"]
    assert drama["lo"] >= 0.1 and drama["hi"] <= 0.4


def test_a_clear_difference_is_told_by_its_side_and_none_where_all_are_alike(params):
    rng = np.random.default_rng(0)
    y_true = labels(60, Drama=range(30), Horror=range(0, 60, 2))
    share = np.where(y_true[:, DRAMA], 0.7, 0.3) + rng.normal(0, 0.05, 60)
    every, drama, horror = layers.rows(made(share.tolist()), y_true, None, params)
    assert drama["verdict"] == layers.MORE and drama["p_holm"] < 0.05
    assert drama["difference_lo"] > 0.35 and drama["difference_hi"] < 0.45
    assert horror["verdict"] == "undecided" and "verdict" not in every
    (_, less, _) = layers.rows(made((1 - share).tolist()), y_true, None, params)
    assert less["verdict"] == layers.LESS


def test_p_is_adjusted_for_all_genres_and_layers(params):
    rng = np.random.default_rng(3)
    y_true = labels(40, Drama=range(20), Horror=range(0, 40, 2))
    shares = rng.random((40, 3))
    found = layers.rows(shares, y_true, None, params)
    tested = [row for row in found if "p" in row]
    assert len(tested) == 2 * 3
    smallest = min(tested, key=lambda row: row["p"])
    assert smallest["p_holm"] == pytest.approx(min(6 * smallest["p"], 1))


def test_nobody_speaks_anywhere_and_no_genre_differs(params):
    y_true = labels(20, Drama=range(10))
    every, drama = layers.rows(made([0.0] * 20), y_true, None, params)
    assert every["mean"] == drama["difference"] == 0 and drama["p"] == 1
    assert drama["verdict"] == "undecided"


def test_films_of_a_collection_are_drawn_together(params):
    """Twenty films of two series tell as much as two films: too few."""
    y_true, group = labels(20, Drama=range(10)), np.repeat([0, 1], 10)
    every, drama = layers.rows(made([0.2] * 10 + [0.8] * 10), y_true, group, params)
    assert "lo" not in every and drama["verdict"] == "too few films"
    assert drama["difference"] == pytest.approx(-0.6)


def test_films_that_were_not_heard_count_for_nothing(params):
    share = [0.1, 0.3, np.nan, 0.5, 0.7, np.nan]
    every, drama = layers.rows(made(share), labels(6, Drama=range(3)), None, params)
    assert every["films"] == 4 and every["mean"] == pytest.approx(0.4)
    assert drama["films"] == 2 and drama["mean"] == pytest.approx(0.2)


def test_where_no_film_was_heard_there_is_no_row(params):
    assert layers.rows(made([np.nan] * 5), labels(5, Drama=range(2)), None, params) == []


def test_a_genre_of_every_film_has_nothing_to_be_held_against(params):
    every, drama = layers.rows(made([0.1, 0.2, 0.3, 0.4]), labels(4, Drama=range(4)), None, params)
    assert "difference" not in drama and drama["verdict"] == "too few films"
    assert drama["mean"] == every["mean"]

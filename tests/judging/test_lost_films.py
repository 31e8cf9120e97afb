"""Films that a fusion loses, on a board of a few films whose places can be read off."""

import csv
from pathlib import Path

import numpy as np
import pytest

from stages.base.params.matrix import Cell
from stages.corpus.reader import Trailer
from stages.judging.board import Board
from stages.judging.lost_films import COLUMNS, EXAMPLES, FILE, lost_rows, write_lost

GENRES = ("Action", "Drama", "Horror", "Romance")
CELLS = (
    Cell("seen", "single", "picture", ("eye",), "mean", "linear"),
    Cell("heard", "single", "sound", ("ear",), "mean", "linear"),
    Cell("joined", "late", "both", ("seen", "heard"), "scores", "mean"),
)
# films, each with one genre: the picture is right on all, the sound on the last alone
OWN = (0, 0, 0, 0, 1, 2)
SEEN = [[0.9, 0.5, 0.2, 0.1]] * 4 + [[0.1, 0.9, 0.2, 0.3], [0.2, 0.1, 0.9, 0.3]]
HEARD = [[0.1, 0.3, 0.2, 0.9]] * 5 + [[0.2, 0.1, 0.8, 0.3]]
JOINED = [
    [0.50, 0.60, 0.20, 0.10],  # Action is second, .10 behind
    [0.50, 0.75, 0.20, 0.10],  # second, .25 behind
    [0.50, 0.60, 0.70, 0.10],  # third, .20 behind
    [0.20, 0.60, 0.70, 0.30],  # last
    [0.10, 0.60, 0.20, 0.30],  # right
    [0.90, 0.10, 0.30, 0.80],  # Horror, which picture and sound have first, is third, .60 behind
]


def trailers() -> list[Trailer]:
    return [Trailer(f"t{n}", f"0{n}", f"Film {n}", 1990 + n, (), "") for n in range(len(OWN))]


@pytest.fixture
def board() -> Board:
    y_true = np.zeros((len(OWN), len(GENRES)), bool)
    y_true[np.arange(len(OWN)), OWN] = True
    scores = np.array([SEEN, HEARD, JOINED])[:, None]
    names = np.array([each.film_id for each in trailers()])
    fold = np.zeros(len(OWN), np.int8)
    return Board(CELLS, names, fold, y_true, scores, scores, genres=GENRES)


def test_the_films_whose_genre_falls_furthest_come_first(board: Board) -> None:
    rows = [row for row in lost_rows(board, trailers()) if row["modality"] == "picture"]
    found = [(row["film_id"], row["place_joined"]) for row in rows]
    assert found == [("03", 4), ("05", 3), ("02", 3)]  # of two thirds the one further behind
    assert len(rows) == EXAMPLES  # of five that are lost


def test_of_equal_places_those_further_behind(board: Board) -> None:
    board.by_seed[2, 0, 2:4] = [0.9, 0.1, 0.1, 0.1]  # these two are right now
    rows = [row for row in lost_rows(board, trailers()) if row["modality"] == "picture"]
    assert [row["film_id"] for row in rows] == ["05", "01", "00"]


def test_a_row_says_what_each_put_first(board: Board) -> None:
    (row,) = [row for row in lost_rows(board, trailers()) if row["modality"] == "sound"]
    assert row == {
        "approach": "joined",
        "modality": "sound",
        "part": "heard",
        "film_id": "05",
        "title": "Film 5",
        "year": 1995,
        "genre": "Horror",
        "score": 0.8,
        "place_joined": 3,
        "score_joined": 0.3,
        "first_joined": "Action",
        "score_first_joined": 0.9,
    }
    assert list(row) == COLUMNS


def test_a_film_without_a_genre_is_not_lost(board: Board) -> None:
    board.y_true[3] = False
    assert "03" not in {row["film_id"] for row in lost_rows(board, trailers())}


@pytest.mark.parametrize("may", [True, False])
def test_where_labels_may_not_be_passed_on_git_sees_none(
    board: Board, tmp_path: Path, may: bool
) -> None:
    metrics, data = tmp_path / "metrics", tmp_path / "data"
    for folder in (metrics, data):
        folder.mkdir()
    (metrics / FILE).write_text("of a time when they might be\n")
    write_lost(list(lost_rows(board, trailers())), metrics, data, may)
    assert (metrics / FILE).exists() == may and (data / FILE).exists() != may
    with ((metrics if may else data) / FILE).open(encoding="utf-8", newline="") as file:
        assert [row["film_id"] for row in csv.DictReader(file)] == ["03", "05", "02", "05"]

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from stages.base.genres import GENRES, LABEL_SETS
from stages.contrast import LABELS
from stages.judging.board import shared_genres
from stages.judging.label_sets import SHARED, label_set_rows
from stages.judging.verdicts import add_verdicts


def macro(y_true: np.ndarray, score: np.ndarray) -> float:
    return float(average_precision_score(y_true, score, average="macro"))


@pytest.fixture
def read(board):
    """`fewer` scores as `good` does, but Horror, which it tells perfectly."""
    learnt = board.by_seed[1].copy()
    learnt[:, :, 5] = board.y_true[:, 5]
    places = {"fewer": learnt} | {c.slug: board.by_seed[n] for n, c in enumerate(board.cells)}

    def read(cells, labels):
        kept = tuple(cell for cell in cells if cell.labels in labels)
        genres = shared_genres(labels)
        scores = np.stack([places[cell.slug] for cell in kept])[..., genres]
        names = tuple(GENRES[column] for column in genres)
        y_true = board.y_true[:, genres]
        return replace(board, cells=kept, y_true=y_true, by_seed=scores, genres=names)

    return read


@pytest.fixture
def cells(board):
    return (*board.cells, replace(board.cells[1], slug="fewer", labels="popular", base="good"))


def test_naive_gain_is_fair_gain_and_arithmetic(board, judging, read, cells):
    rows = label_set_rows(cells, read, judging)
    assert [row["genre"] for row in rows] == [SHARED, *LABEL_SETS["popular"]]
    whole, genres = rows[0], [0, 2, 4, 5, 8]
    shared, truth = board.y_scores[1][:, genres], board.y_true[:, genres]
    learnt = shared.copy()
    learnt[:, 3] = truth[:, 3]
    fair = macro(truth, learnt) - macro(truth, shared)
    naive = macro(truth, learnt) - macro(board.y_true, board.y_scores[1])
    assert whole["difference"] == pytest.approx(fair)
    assert whole["naive_difference"] == pytest.approx(naive)
    assert whole["arithmetic"] == pytest.approx(naive - fair)
    assert naive - fair == pytest.approx(macro(truth, shared) - whole["naive_base_ap"])
    add_verdicts(rows, ("approach", "base"))
    assert set(whole) - {"p_no_gain"} == set(LABELS)


def test_only_the_genre_that_gained_is_clear(judging, read, cells):
    found = label_set_rows(cells, read, judging)
    add_verdicts(found, ("approach", "base"))
    rows = {row["genre"]: row for row in found}
    assert rows["Horror"]["lo"] > 0 and rows["Horror"]["p_holm"] < 0.05
    for genre in ("Action", "Comedy", "Drama", "Science Fiction"):
        assert rows[genre]["difference"] == 0 and rows[genre]["p_holm"] == 1


def test_nothing_to_say_where_all_are_trained_on_all(board, judging, read):
    assert label_set_rows(board.cells, read, judging) == []

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from stages.base.params.matrix import Cell
from stages.judging.board import Board
from stages.judging.rank_intervals import COLUMNS, rank_rows


def test_rows_hold_what_scikit_learn_ranks(board, judging):
    rows = rank_rows(board, judging)
    expected = {
        cell.slug: average_precision_score(board.y_true, score, average="macro")
        for cell, score in zip(board.cells, board.y_scores, strict=True)
    }
    assert [row["approach"] for row in rows] == sorted(expected, key=lambda slug: -expected[slug])
    assert [row["rank"] for row in rows] == [1, 2, 3, 4, 5, 6]
    for row in rows:
        assert row["macro_ap"] == pytest.approx(expected[row["approach"]], abs=1e-12)
        assert row["rank_lo"] <= row["rank"] <= row["rank_hi"]
        assert set(row) <= set(COLUMNS)
    for row in rows[1:]:
        assert row["difference"] == pytest.approx(rows[0]["macro_ap"] - row["macro_ap"])


def _planted(board: Board, strengths: list[float], seed: int = 1) -> Board:
    """Approaches that know so much of the truth, each with noise of its own."""
    rng = np.random.default_rng(seed)
    noise = rng.random((len(strengths), 1, *board.y_true.shape))
    knows = np.array(strengths)[:, None, None, None]
    by_seed = knows * board.y_true + (1 - knows) * noise
    cells = tuple(
        Cell(f"a{number}", "single", "picture", ("eye",), "mean", "mlp")
        for number in range(len(strengths))
    )
    return replace(board, cells=cells, by_seed=by_seed)


def test_a_clear_first_stands_alone(board, judging):
    first, *others = rank_rows(_planted(board, [0.1, 0.45, 0.1, 0.12]), judging)
    assert first["approach"] == "a1" and first["tied_with_first"] == 1
    assert (first["rank_lo"], first["rank_hi"]) == (1, 1)
    assert "difference" not in first
    for row in others:
        assert row["tied_with_first"] == 0 and row["rank_lo"] > 1
        assert row["lo"] > 0 and row["p_holm"] < 0.05


def test_two_equal_ones_are_tied_and_a_weak_one_is_not(board, judging):
    rows = {row["approach"]: row for row in rank_rows(_planted(board, [0.3, 0.3, 0.02]), judging)}
    assert [rows[slug]["tied_with_first"] for slug in ("a0", "a1", "a2")] == [1, 1, 0]
    for slug in ("a0", "a1"):
        assert (rows[slug]["rank_lo"], rows[slug]["rank_hi"]) == (1, 2)
    assert (rows["a2"]["rank_lo"], rows["a2"]["rank_hi"]) == (3, 3)


def test_the_same_scores_twice_share_a_rank(board, judging):
    planted = _planted(board, [0.3, 0.02, 0.3])
    planted.by_seed[2] = planted.by_seed[0]
    rows = rank_rows(planted, judging)
    assert [row["approach"] for row in rows] == ["a0", "a2", "a1"]
    assert [row["rank"] for row in rows] == [1, 1, 3]
    assert [row["tied_with_first"] for row in rows] == [1, 1, 0]
    assert [row["rank_hi"] for row in rows] == [1, 1, 3]


def test_one_interval_and_one_p_value_are_not_enough(board, judging):
    """Twelve as good as the first: Holm's p decides, not each p alone."""
    rows = rank_rows(_planted(board, [0.3] * 13, seed=3), judging)
    assert any(row["lo"] > 0 and row["p"] < 0.05 for row in rows[1:])
    assert all(row["tied_with_first"] == 1 for row in rows)


def test_with_too_few_films_there_are_values_alone(board, judging):
    few = replace(judging, min_films=10_000)
    for row in rank_rows(board, few):
        assert {"rank_lo", "lo", "p", "tied_with_first", "verdict"}.isdisjoint(row)
        assert row["rank"] >= 1 and row["macro_ap"] > 0


def test_one_approach_is_the_first_of_one(board, judging):
    (row,) = rank_rows(_planted(board, [0.3]), judging)
    assert (row["rank"], row["rank_lo"], row["rank_hi"], row["tied_with_first"]) == (1, 1, 1, 1)

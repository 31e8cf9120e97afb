import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from stages.judging.comparisons import best_single, comparison_rows, comparisons


def macro(y_true: np.ndarray, score: np.ndarray) -> float:
    return float(average_precision_score(y_true, score, average="macro"))


def test_pairs_share_head_and_context(board):
    found = [(c.a, c.b) for c in comparisons(board) if c.family == "picture_sound"]
    assert found == [("good", "bad")]  # not other_head, whose head is linear


def test_fusions_are_held_against_their_own_parts(board):
    found = [(c.a, c.b) for c in comparisons(board) if c.family == "fusion"]
    assert found == [
        ("joined", "best_part_of_joined"),
        ("averaged", "best_part_of_averaged"),
    ]


def test_the_better_part_is_chosen_without_the_films_it_is_judged_on(board):
    """On its own films the bad one is made perfect in fold 0: it must not be chosen there."""
    board.by_seed[2][:, board.fold == 0] = board.y_true[board.fold == 0]
    chosen = best_single(board, ("good", "bad"))
    held = board.fold == 0
    np.testing.assert_array_equal(chosen[held], board.y_scores[1][held])


def test_rows_hold_difference_interval_and_tests(board, judging):
    rows = {row["name"]: row for row in comparison_rows(board, judging)}
    row = rows["good_minus_bad"]
    expected = macro(board.y_true, board.y_scores[1]) - macro(board.y_true, board.y_scores[2])
    assert row["difference"] == pytest.approx(expected, abs=1e-12)
    assert 0 < row["lo"] < row["difference"] < row["hi"]
    assert row["p"] <= 0.01


def test_no_skill_is_told_from_skill(board, judging):
    rows = {row["a"]: row for row in comparison_rows(board, judging) if row["family"] == "no_skill"}
    assert set(rows) == {"good", "bad", "other_head", "joined", "averaged"}
    assert rows["good"]["lo"] > 0 and rows["good"]["p_holm"] < 0.05
    assert rows["bad"]["lo"] < 0 and rows["bad"]["p_holm"] > 0.05


def test_holm_is_taken_within_each_family(board, judging):
    rows = comparison_rows(board, judging)
    for family in {row["family"] for row in rows}:
        members = [row for row in rows if row["family"] == family]
        smallest = min(members, key=lambda row: row["p"])
        assert smallest["p_holm"] == pytest.approx(min(1.0, smallest["p"] * len(members)))

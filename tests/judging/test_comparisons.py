import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from stages.judging.comparisons import comparison_rows, comparisons


def macro(y_true: np.ndarray, score: np.ndarray) -> float:
    return float(average_precision_score(y_true, score, average="macro"))


def test_pairs_share_head_and_context(board):
    found = [(c.a, c.b) for c in comparisons(board) if c.family == "picture_sound"]
    assert found == [("good", "bad")]  # not other_head, whose head is linear


def test_a_fusion_is_held_against_the_better_of_its_own_parts(board):
    found = [(c.a, c.b) for c in comparisons(board) if c.family == "fusion"]
    assert found == [("joined", "good"), ("averaged", "good")]
    board.by_seed[2] = board.y_true  # now the other part is the better one
    found = [(c.a, c.b) for c in comparisons(board) if c.family == "fusion"]
    assert found == [("joined", "bad"), ("averaged", "bad")]


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


def test_no_skill_is_the_exact_mean_of_all_random_orders(board, judging):
    """Bestgen 2015, computed here by brute force over many shuffles of the films."""
    rng = np.random.default_rng(1)
    shuffled = [macro(board.y_true, rng.random(board.y_true.shape)) for _ in range(400)]
    row = next(
        r for r in comparison_rows(board, judging) if r["name"] == "good_minus_random_scores"
    )
    expected = macro(board.y_true, board.y_scores[1]) - np.mean(shuffled)
    assert row["difference"] == pytest.approx(expected, abs=0.003)


def test_holm_is_taken_within_each_family(board, judging):
    rows = comparison_rows(board, judging)
    for family in {row["family"] for row in rows}:
        members = [row for row in rows if row["family"] == family]
        smallest = min(members, key=lambda row: row["p"])
        assert smallest["p_holm"] == pytest.approx(min(1.0, smallest["p"] * len(members)))

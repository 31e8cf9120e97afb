import dataclasses
from typing import cast

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from stages.judging.board import Board
from stages.judging.comparisons import comparison_rows, comparisons
from stages.params.matrix import Cell, Modality


def macro(y_true: np.ndarray, score: np.ndarray) -> float:
    return float(average_precision_score(y_true, score, average="macro"))


def test_pairs_share_head_and_context(board):
    found = [(c.a, c.b) for c in comparisons(board) if c.family == "picture_sound"]
    assert found == [("good", "bad")]  # not other_head, whose head is linear


def test_a_fusion_is_held_against_the_better_of_its_own_parts(board):
    found = [(c.a, c.b) for c in comparisons(board) if c.family == "fusion"]
    assert found == [("joined", "good"), ("averaged", "good")]
    board.by_seed[2] = board.y_true  # better on the judged films alone: nobody may know
    assert found == [(c.a, c.b) for c in comparisons(board) if c.family == "fusion"]
    board.inner[2] = board.y_true  # now the training parts say so too
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


def single(slug: str, **changed: str) -> Cell:
    kinds = {"modality": "sound", "context": "mean", "head": "linear", "window": "start"} | changed
    modality = cast(Modality, kinds["modality"])
    part = (kinds.get("backbone", "ear"),)
    return Cell(slug, "single", modality, part, kinds["context"], kinds["head"], kinds["window"])


def pairs(board: Board, cells: list[Cell], family: str) -> list[tuple[str, str]]:
    board = dataclasses.replace(board, cells=tuple(cells))
    return [(c.a, c.b) for c in comparisons(board) if c.family == family]


def test_a_context_is_held_against_the_mean_of_the_same_backbone_head_and_window(board):
    cells = [
        single("mean"),
        single("most", context="max"),
        single("attends", context="attention"),
        single("other_head", context="attention", head="mlp"),
        single("other_window", context="attention", window="end"),
        single("other_backbone", context="attention", backbone="nose"),
    ]
    assert pairs(board, cells, "context") == [("most", "mean"), ("attends", "mean")]


def test_the_start_is_held_against_every_other_window(board):
    cells = [
        single("start"),
        single("end", window="end"),
        single("all", window="all"),
        single("other_head", window="end", head="mlp"),
        single("looks", modality="picture", window=""),
    ]
    assert pairs(board, cells, "window") == [("start", "end"), ("start", "all")]


def test_being_fitted_in_other_folds_too_makes_no_other_approach(board):
    base = dataclasses.replace(single("mean"), ungrouped=True)
    others = [single("most", context="max"), single("end", window="end")]
    assert pairs(board, [base, *others], "context") == [("most", "mean")]
    assert pairs(board, [base, *others], "window") == [("mean", "end")]


def test_other_windows_ask_only_about_windows(board):
    """Else picture against sound, and a fusion against its parts, would be asked many times."""
    cells = [
        single("looks", modality="picture", window="", backbone="eye"),
        single("start"),
        single("end", window="end"),
        Cell("joined", "early", "both", ("eye", "ear"), "mean", "linear", "start"),
    ]
    assert pairs(board, cells, "picture_sound") == [("looks", "start")]
    board.by_seed[2] = board.y_true  # the end says it all, but the fusion does not hear it
    board.by_seed[1] = 0.5
    board.by_seed[0] = board.y_true * 0.5 + board.by_seed[3] * 0.5
    board.inner[:3] = board.by_seed[:3, :1]
    assert pairs(board, cells, "fusion") == [("joined", "looks")]


def test_a_fusion_whose_head_only_joins_is_held_against_parts_of_any_head(board):
    cells = [*board.cells[:3], Cell("gated", "early", "both", ("eye", "ear"), "mean", "gated")]
    assert pairs(board, cells, "fusion") == [("gated", "good")]


def test_holm_is_taken_within_each_family(board, judging):
    rows = comparison_rows(board, judging)
    for family in {row["family"] for row in rows}:
        members = [row for row in rows if row["family"] == family]
        smallest = min(members, key=lambda row: row["p"])
        assert smallest["p_holm"] == pytest.approx(min(1.0, smallest["p"] * len(members)))

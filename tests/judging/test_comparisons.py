import dataclasses
from typing import cast

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from stages.base.params.matrix import Cell, Modality
from stages.judging.board import Board
from stages.judging.comparisons import comparison_rows, headline_rows
from stages.judging.questions import exploratory_comparisons
from stages.judging.verdicts import verdict
from tests.judging.conftest import only


def rows_of(board: Board, params, headline, named=None) -> list[dict]:
    first = headline_rows(only(board, headline), params, headline)
    return comparison_rows(board, params, first, named)


def macro(y_true: np.ndarray, score: np.ndarray) -> float:
    return float(average_precision_score(y_true, score, average="macro"))


def test_pairs_share_head_and_context(board):
    found = [(c.a, c.b) for c in exploratory_comparisons(board) if c.family == "picture_sound"]
    assert found == [("good", "bad")]  # not other_head, whose head is linear


def test_a_fusion_is_held_against_the_better_of_its_own_parts(board):
    found = [(c.a, c.b) for c in exploratory_comparisons(board) if c.family == "fusion"]
    assert found == [("joined", "good"), ("averaged", "good")]
    board.by_seed[2] = board.y_true  # better on the judged films alone: nobody may know
    assert found == [(c.a, c.b) for c in exploratory_comparisons(board) if c.family == "fusion"]
    board.inner[2] = board.y_true  # now the training parts say so too
    found = [(c.a, c.b) for c in exploratory_comparisons(board) if c.family == "fusion"]
    assert found == [("joined", "bad"), ("averaged", "bad")]


def test_frames_with_clips_are_held_against_the_better_of_either_alone(board):
    moves = Cell("moves", "single", "picture", ("clips",), "mean", "mlp")
    two = Cell("two", "dual", "picture", ("eye", "clips"), "dual", "mlp")
    cells = (*board.cells, moves, two)
    rows = [*range(len(board.cells)), board.row("bad"), board.row("good")]
    of = dataclasses.replace(
        board, cells=cells, by_seed=board.by_seed[rows], inner=board.inner[rows]
    )
    found = [(c.family, c.b) for c in exploratory_comparisons(of) if c.a == "two"]
    assert found == [("context", "good"), ("no_skill", "random_scores")]


def test_rows_hold_difference_interval_and_tests(board, judging, headline):
    rows = {row["name"]: row for row in rows_of(board, judging, headline)}
    row = rows["good_minus_bad"]
    expected = macro(board.y_true, board.y_scores[1]) - macro(board.y_true, board.y_scores[2])
    assert row["difference"] == pytest.approx(expected, abs=1e-12)
    assert 0 < row["lo"] < row["difference"] < row["hi"]
    assert row["p"] <= 0.01


def test_skill_beats_a_random_order_and_noise_does_not(board, judging, headline):
    rows = {
        row["a"]: row for row in rows_of(board, judging, headline) if row["family"] == "no_skill"
    }
    assert set(rows) == {"good", "bad", "other_head", "joined", "averaged"}
    assert rows["good"]["lo"] > 0 and rows["good"]["p_holm"] < 0.05
    assert rows["bad"]["lo"] < 0 and rows["bad"]["p_holm"] > 0.05


def test_no_skill_is_the_exact_mean_of_all_random_orders(board, judging, headline):
    """Bestgen 2015, computed here by brute force over many shuffles of the films."""
    rng = np.random.default_rng(1)
    shuffled = [macro(board.y_true, rng.random(board.y_true.shape)) for _ in range(400)]
    row = next(
        r for r in rows_of(board, judging, headline) if r["name"] == "good_minus_random_scores"
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
    return [(c.a, c.b) for c in exploratory_comparisons(board) if c.family == family]


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


def test_holm_is_taken_within_each_family(board, judging, headline):
    rows = rows_of(board, judging, headline)
    for family in {row["holm_family"] for row in rows}:
        members = [row for row in rows if row["holm_family"] == family]
        smallest = min(members, key=lambda row: row["p"])
        assert smallest["p_holm"] == pytest.approx(min(1.0, smallest["p"] * len(members)))


NUMBERS = ("difference", "lo", "hi", "p", "p_holm", "verdict")


def numbers(rows: list[dict], names: set[str]) -> dict[str, list]:
    return {row["name"]: [row[key] for key in NUMBERS] for row in rows if row["name"] in names}


def widened(board: Board) -> Board:
    """The same board with three pairs of picture and sound more, and their fusions."""
    rng = np.random.default_rng(5)
    more = [
        Cell(f"{slug}_{head}", "single", cast(Modality, modality), (part,), "mean", head)
        for head in ("linear", "conv", "knn")
        for slug, modality, part in (("looks", "picture", "iris"), ("hears", "sound", "drum"))
    ]
    more += [
        Cell(f"two_{head}", "late", "both", (f"looks_{head}", f"hears_{head}"), "scores", "average")
        for head in ("linear", "conv", "knn")
    ]
    scores = rng.random((len(more), *board.by_seed.shape[1:]))
    inner = np.repeat(scores[:, :1], 5, axis=1)
    return dataclasses.replace(
        board,
        cells=(*board.cells, *more),
        by_seed=np.concatenate([board.by_seed, scores]),
        inner=np.concatenate([board.inner, inner]),
    )


def test_another_approach_never_changes_the_headline(board, judging, headline):
    before = rows_of(board, judging, headline)
    after = rows_of(widened(board), judging, headline)
    names = {"good_minus_bad", "averaged_minus_good"}
    assert numbers(before, names) == numbers(after, names) and len(numbers(before, names)) == 2
    assert [row["name"] for row in after if row["holm_family"] == "headline"] == [
        *("good_minus_bad", "averaged_minus_good"),
    ]
    # by hand: the smaller p of two is doubled, the larger one no less than that
    first, second = sorted(row["p"] for row in before[:2])
    assert sorted(row["p_holm"] for row in before[:2]) == pytest.approx(
        [min(1, 2 * first), min(1, max(2 * first, second))]
    )
    assert len(after) > len(before)


def test_what_was_named_before_does_not_count_among_what_is_explored(board, judging, headline):
    wide = widened(board)
    rows = {row["name"]: row for row in rows_of(wide, judging, headline)}
    asked = rows["looks_linear_minus_hears_linear"]
    others = [r for r in rows.values() if r["holm_family"] == "picture_sound" and r is not asked]
    key = frozenset(("hears_linear", "looks_linear")), ""  # a claim may ask it the other way round
    named = rows_of(wide, judging, headline, {key: ("seed study", 0.031)})
    again = {row["name"]: row for row in named}
    row = again["looks_linear_minus_hears_linear"]
    assert (row["holm_family"], row["p_holm"]) == ("seed study", 0.031)
    smallest = min(others, key=lambda each: each["p"])
    expected = min(1.0, smallest["p"] * len(others))
    assert again[smallest["name"]]["p_holm"] == pytest.approx(expected)


def test_films_that_another_approach_has_no_score_of_stay_in_the_headline(board, judging, headline):
    """As with a window that is silent in some trailers: the headline keeps its films."""
    fewer = dataclasses.replace(
        board,
        film_id=board.film_id[:-9],
        fold=board.fold[:-9],
        y_true=board.y_true[:-9],
        by_seed=board.by_seed[:, :, :-9],
        inner=board.inner[:, :, :-9],
    )
    first = headline_rows(only(board, headline), judging, headline)
    rows = comparison_rows(fewer, judging, first)
    assert rows[:2] == first and first[0]["films"] == len(board.film_id)
    assert {row["films"] for row in rows[2:]} == {len(board.film_id) - 9}


def test_a_verdict_needs_interval_and_p():
    assert verdict(0.005, 0.103, 0.049) == 1
    assert verdict(-0.103, -0.005, 0.049) == -1
    assert verdict(0.005, 0.103, 0.05) == verdict(-0.001, 0.103, 0.001) == 0

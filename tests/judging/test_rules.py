import dataclasses
import gc
import weakref
from itertools import count

import numpy as np
import pytest
from sklearn.metrics import f1_score

from stages.base.genres import GENRES
from stages.evaluate import CHOICES, RULES
from stages.judging import rules
from stages.judging.rules import (
    PER_GENRE,
    TOP_K,
    TUNED,
    choice_rows,
    decide,
    rule_rows,
    tune_thresholds,
)


def flipped(board, fold: int):
    """The board with every label of one fold turned round."""
    held = board.fold == fold
    return dataclasses.replace(board, y_true=np.where(held[:, None], ~board.y_true, board.y_true))


def test_each_fold_takes_the_threshold_that_is_best_on_the_other_folds(board):
    """By brute force over all scores, on inner scores and labels outside the fold."""
    choice = tune_thresholds(board, 1)[3]
    rest = board.fold != 3
    y_true, y_score = board.y_true[rest], board.inner[1, 3][rest]
    f1 = {
        t: f1_score(y_true, y_score >= t, average="macro", zero_division=0)
        for t in np.unique(y_score)
    }
    assert f1[choice.common] == max(f1.values())
    assert choice.k == round(y_true.sum(axis=1).mean())
    tuned = decide(board, 1, TUNED)
    expected = board.y_scores[1][~rest] >= choice.common
    np.testing.assert_array_equal(tuned[~rest], expected)
    assert (decide(board, 1, TOP_K).sum(axis=1)[~rest] == choice.k).all()


def test_thresholds_are_tuned_once_for_as_long_as_a_board_is_held(board, monkeypatch):
    times = count()
    tune = rules.tune_threshold

    def counted(*given):
        next(times)
        return tune(*given)

    monkeypatch.setattr(rules, "tune_threshold", counted)
    own = dataclasses.replace(board)
    for _ in range(2):
        decide(own, 1, TUNED)
        list(choice_rows(own))
    assert next(times) == len(own.cells) * len(np.unique(own.fold))
    left = weakref.ref(own)
    del own
    gc.collect()
    assert left() is None


def test_no_label_of_a_fold_moves_its_threshold(board):
    before, after = tune_thresholds(board, 1), tune_thresholds(flipped(board, 2), 1)
    assert (before[2].common, before[2].k) == (after[2].common, after[2].k)
    np.testing.assert_array_equal(before[2].by_genre, after[2].by_genre)
    assert (before[0].by_genre != after[0].by_genre).any()  # of folds that may know it


def test_a_planted_leak_is_seen(board):
    """Inner scores that know the judged fold's labels: its threshold would move with them."""

    def leaking(board):
        leak = np.where(board.fold[None] == 2, 0.0, board.y_true[board.fold == 2].mean())
        return dataclasses.replace(board, inner=board.inner + leak[..., None])

    before, after = (
        tune_thresholds(leaking(board), 1),
        tune_thresholds(leaking(flipped(board, 2)), 1),
    )
    assert before[2].common != after[2].common


def test_scores_of_the_judged_fold_itself_are_never_looked_at(board):
    spoilt = np.where((board.fold == 4)[:, None], np.inf, board.inner[:, 4])
    inner = board.inner.copy()
    inner[:, 4] = spoilt
    after = tune_thresholds(dataclasses.replace(board, inner=inner), 1)
    assert after[4].common == tune_thresholds(board, 1)[4].common


def test_rows_of_every_rule_beside_predicting_everything(board, judging):
    rows = list(rule_rows(board, judging))
    rules = ["at 0.10", "at 0.36", "at 0.50", TUNED, PER_GENRE, TOP_K]
    assert [row["rule"] for row in rows] == ["everything", *rules * len(board.cells)]
    assert rows[0]["precision_micro"] == pytest.approx(board.y_true.mean())
    row = next(row for row in rows if (row["approach"], row["rule"]) == ("good", PER_GENRE))
    decisions = decide(board, 1, PER_GENRE)
    for average in ("macro", "micro", "samples"):
        expected = f1_score(board.y_true, decisions, average=average, zero_division=0)
        assert row[f"f1_{average}"] == pytest.approx(expected)
    assert row["f1_macro_lo"] < row["f1_macro"] < row["f1_macro_hi"]
    assert rows[0]["f1_macro_lo"] < rows[0]["f1_macro"]  # more films, or fewer, have each genre
    assert row["exact_match"] == pytest.approx((board.y_true == decisions).all(axis=1).mean())
    assert set(RULES) <= set(row)


def test_every_choice_is_a_row(board):
    rows = list(choice_rows(board))
    assert len(rows) == len(board.cells) * 5 * (1 + len(GENRES) + 1)
    assert {name for row in rows for name in row} == set(CHOICES)

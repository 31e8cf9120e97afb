from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import (
    average_precision_score,
    f1_score,
    precision_recall_curve,
    precision_score,
)

from stages.base.genres import GENRES
from stages.evaluate import APPROACHES, THRESHOLDS
from stages.evaluate import GENRES as GENRE_COLUMNS
from stages.judging import tables


def test_approach_rows_hold_what_scikit_learn_says(board, judging):
    rows = {row["approach"]: row for row in tables.approach_rows(board, judging)}
    assert list(rows) == [cell.slug for cell in board.cells]
    for number, row in enumerate(rows.values()):
        score = board.by_seed[number].mean(axis=0)
        expected = average_precision_score(board.y_true, score, average="macro")
        assert row["macro_ap"] == pytest.approx(expected, abs=1e-12)
        assert row["macro_ap_lo"] < row["macro_ap"] < row["macro_ap_hi"]
        by_seed = [
            average_precision_score(board.y_true, s, average="macro") for s in board.by_seed[number]
        ]
        assert row["macro_ap_seed_sd"] == pytest.approx(np.std(by_seed, ddof=1), abs=1e-12)
        assert set(APPROACHES) <= set(row)


def test_genre_rows_are_complete_and_hold_support(board, judging):
    rows = list(tables.genre_rows(board, judging))
    assert len(rows) == len(board.cells) * len(GENRES)
    row = next(r for r in rows if r["approach"] == "good" and r["genre"] == "Crime")
    column = GENRES.index("Crime")
    expected = average_precision_score(board.y_true[:, column], board.y_scores[1][:, column])
    assert row["ap"] == pytest.approx(expected)
    assert row["support"] == board.y_true[:, column].sum()
    assert row["ap_lo"] < row["ap"] < row["ap_hi"]
    assert set(GENRE_COLUMNS) <= set(row)


def test_a_genre_that_no_film_has_is_left_out_not_zero(board, judging):
    board.y_true[:, 3] = False
    rows = list(tables.genre_rows(board, judging))
    crime = [row for row in rows if row["genre"] == "Crime"]
    assert all(np.isnan(row["ap"]) and "ap_lo" not in row for row in crime)
    approach = next(tables.approach_rows(board, judging))
    others = np.delete(np.arange(10), 3)
    expected = average_precision_score(board.y_true[:, others], board.y_scores[0][:, others])
    assert approach["macro_ap"] == pytest.approx(expected)


def test_a_threshold_that_the_table_cannot_tell_from_a_step_takes_its_place(board, judging):
    rules = replace(judging, thresholds=(1e-7, 0.1 + 1e-7, 0.25), sweep_step=0.05)
    rows = [r for r in tables.threshold_rows(board, rules) if r["approach"] == "good"]
    written = [f"{row['threshold']:.6f}" for row in rows]  # as in thresholds.csv
    assert written == [f"{number * 0.05:.6f}" for number in range(21)]


def test_threshold_rows_sweep_and_rules(board, judging):
    rows = list(tables.threshold_rows(board, judging))
    good = {row["threshold"]: row for row in rows if row["approach"] == "good"}
    assert {0.0, 0.02, 0.1, 0.36, 0.5, 1.0} <= set(good)
    assert len(good) == 51
    decided = board.y_scores[1] >= 0.5
    expected = f1_score(board.y_true, decided, average="macro")
    assert good[0.5]["f1_macro"] == pytest.approx(expected)
    expected = precision_score(board.y_true, decided, average="micro")
    assert good[0.5]["precision_micro"] == pytest.approx(expected)
    assert set(THRESHOLDS) <= set(good[0.5])


def test_predicting_everything_has_the_label_density_as_precision(board, judging):
    row = next(tables.threshold_rows(board, judging))
    assert row["approach"] == "predict_everything"
    assert row["precision_micro"] == pytest.approx(board.y_true.mean())
    assert row["recall_macro"] == 1.0


def test_references_are_no_skill_and_perfection(board, judging):
    rows = {(row["reference"], row["metric"]): row for row in tables.reference_rows(board, judging)}
    assert rows["perfect", "macro_ap"]["value"] == 1.0
    for metric in ("micro_ap", "brier", "keras_accuracy"):
        random = rows["random_scores", metric]
        assert random["lo"] < random["value"] < random["hi"]
    random = rows["random_scores", "macro_ap"]
    assert random["lo"] < random["value"] < random["hi"]
    assert abs(random["value"] - board.y_true.mean()) < 0.03
    constant = rows["best_constant_label", "keras_accuracy"]["value"]
    assert constant < rows["perfect", "keras_accuracy"]["value"] < 1
    micro = rows["label_frequencies", "micro_ap"]["value"]
    expected = average_precision_score(board.y_true, board.y_scores[0], average="micro")
    assert micro == pytest.approx(expected)


def test_precision_at_recall_is_a_point_of_each_genre_s_curve(board):
    rows = list(tables.precision_recall_rows(board, {"picture": "good", "sound": "bad"}))
    assert [row["recall"] for row in rows] == [step / 50 for step in range(1, 51)]
    half = rows[24]
    expected = []
    for truth, score in zip(board.y_true.T, board.y_scores[1].T, strict=True):
        precision, recall, _ = precision_recall_curve(truth, score)
        expected.append(precision[recall >= 0.5 - 1e-9][-1])  # the fewest films that reach it
    assert half["picture"] == pytest.approx(np.mean(expected))
    assert half["picture"] > half["sound"]


def test_bars_hold_each_genre_s_average_precision(board):
    rows = {row["genre"]: row for row in tables.genre_bar_rows(board, {"picture": "good"})}
    drama = GENRES.index("Drama")
    expected = average_precision_score(board.y_true[:, drama], board.y_scores[1][:, drama])
    assert rows["Drama"]["picture"] == pytest.approx(expected)
    assert rows["Drama"]["prevalence"] == pytest.approx(board.y_true[:, drama].mean())

import dataclasses

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from stages.evaluate import CALIBRATION, RELIABILITY
from stages.judging.calibrating import CHOSEN, calibrated_scores, calibration_rows, choose_method
from stages.scoring.calibration import METHODS


def test_each_fold_is_calibrated_on_the_others(board):
    """By hand for one fold, and with the labels of that fold turned round: nothing moves."""
    held = board.fold == 1
    y_true, inner = board.y_true[~held], board.inner[1, 1][~held]
    expected = METHODS["platt"](y_true, inner)(board.y_scores[1][held])
    np.testing.assert_array_equal(calibrated_scores(board, 1)["platt"][held], expected)
    turned = np.where(held[:, None], ~board.y_true, board.y_true)
    other = dataclasses.replace(board, y_true=turned)
    before, after = calibrated_scores(board, 1), calibrated_scores(other, 1)
    for method in before:
        np.testing.assert_array_equal(before[method][held], after[method][held])
    assert (before["platt"][~held] != after["platt"][~held]).any()


def test_the_method_is_chosen_for_each_fold(board):
    found = calibrated_scores(board, 1)
    for fold in range(5):
        films, name = board.fold == fold, choose_method(board, 1, fold)
        assert name in METHODS
        np.testing.assert_array_equal(found[CHOSEN][films], found[name][films])


def test_rows_hold_before_and_after(board):
    rows, bins = zip(*calibration_rows(board), strict=True)
    assert len(rows) == len(board.cells) * (len(METHODS) + 1)
    good = {row["method"]: row for row in rows if row["approach"] == "good"}
    expected = brier_score_loss(board.y_true.ravel(), board.y_scores[1].ravel())
    assert good["none"]["brier"] == good["platt"]["brier_before"] == pytest.approx(expected)
    assert good["platt"]["log_loss"] < good["none"]["log_loss"]  # made without regard to odds
    assert all(sum(each["films"] for each in part) == board.y_true.size for part in bins)
    assert set(rows[0]) == set(CALIBRATION) and set(bins[0][0]) == set(RELIABILITY)

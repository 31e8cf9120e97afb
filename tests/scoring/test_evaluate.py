import numpy as np
import pytest

from stages.base.errors import BenchmarkError
from stages.scoring.evaluate import evaluate_decisions, evaluate_genres, evaluate_scores

TRUE = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 1, 0]], dtype=bool)
SCORE = np.array([[0.9, 0.2, 0.4], [0.3, 0.8, 0.4], [0.6, 0.7, 0.4], [0.1, 0.6, 0.4]])


def test_scores_by_hand() -> None:
    numbers = evaluate_scores(TRUE, SCORE)
    # the third genre has no film; the other two are ranked perfectly
    assert numbers["macro_ap"] == numbers["roc_auc"] == 1.0
    assert numbers["macro_ap_left_out"] == 1.0
    assert numbers["lrap"] == 1.0
    assert numbers["coverage_error"] == 5 / 4
    assert numbers["keras_accuracy"] == 3 / 4
    squares = [0.01 + 0.09 + 0.16 + 0.01, 0.04 + 0.04 + 0.09 + 0.16, 4 * 0.16]
    assert numbers["brier"] == pytest.approx(sum(squares) / 12)
    assert "brier_left_out" not in numbers
    assert not any(np.isnan(value) for value in numbers.values())


def test_decisions_by_hand() -> None:
    numbers = evaluate_decisions(TRUE, SCORE >= 0.65)
    # decided: film 0 genre 0; film 1 genre 1; film 2 genre 1 (misses 0); film 3 nothing
    assert numbers["micro_precision"] == 1.0
    assert numbers["micro_recall"] == 3 / 5
    assert numbers["macro_f1"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert numbers["macro_f1_left_out"] == 1.0
    assert numbers["macro_precision_left_out"] == 1.0
    assert numbers["samples_precision"] == pytest.approx((1 + 1 + 1 + 0) / 4)
    assert numbers["exact_match"] == 1 / 2
    assert numbers["hamming_loss"] == 2 / 12
    assert not any(np.isnan(value) for value in numbers.values())


def test_genres() -> None:
    table = evaluate_genres(TRUE, SCORE)
    np.testing.assert_array_equal(table["support"], [2, 3, 0])
    np.testing.assert_array_equal(table["prevalence"], [0.5, 0.75, 0.0])
    np.testing.assert_array_equal(table["ap"], [1.0, 1.0, np.nan])
    assert {len(column) for column in table.values()} == {3}


def test_scores_on_another_scale_have_no_metrics_of_probabilities() -> None:
    """A rising function of the scores changes no ranking."""
    logits = np.log(SCORE / (1 - SCORE)) * 7
    with pytest.raises(BenchmarkError, match="scores are not probabilities"):
        evaluate_scores(TRUE, logits)
    lacking = {"brier", "calibration_error"}
    ours, theirs = evaluate_scores(TRUE, SCORE), evaluate_scores(TRUE, logits, False)
    assert theirs == {name: value for name, value in ours.items() if name not in lacking}
    assert set(evaluate_genres(TRUE, logits, False)) == set(evaluate_genres(TRUE, SCORE)) - lacking

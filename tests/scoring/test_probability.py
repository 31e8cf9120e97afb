import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from stages.base.errors import BenchmarkError
from stages.scoring import probability
from stages.scoring.probability import ReliabilityBin


def test_by_hand() -> None:
    y_true = np.array([[0], [1], [1], [1]], dtype=bool)
    y_score = np.array([[0.1], [0.3], [0.5], [0.7]])
    brier = (0.01 + 0.49 + 0.25 + 0.09) / 4
    np.testing.assert_allclose(probability.brier(y_true, y_score), [brier])
    [[low, high]] = probability.reliability_table(y_true, y_score, n_bins=2)
    assert low == ReliabilityBin(2, 0.1, 0.3, pytest.approx(0.2), 0.5)  # type: ignore[arg-type]
    assert high == ReliabilityBin(2, 0.5, 0.7, pytest.approx(0.6), 1.0)  # type: ignore[arg-type]
    np.testing.assert_allclose(
        probability.expected_calibration_error(y_true, y_score, n_bins=2), [(0.3 + 0.4) / 2]
    )


def test_equal_scores_share_a_bin() -> None:
    y_true = np.arange(10)[:, None] < 3
    constant = np.full((10, 1), 0.3)
    [[only]] = probability.reliability_table(y_true, constant)
    assert (only.films, only.frequency) == (10, 0.3)
    np.testing.assert_allclose(
        probability.expected_calibration_error(y_true, constant), [0], atol=1e-15
    )


def test_scores_must_be_probabilities() -> None:
    with pytest.raises(BenchmarkError, match="not probabilities"):
        probability.brier(np.array([[True]]), np.array([[1.5]]))


def test_brier_agrees_with_scikit_learn(case: tuple[np.ndarray, np.ndarray]) -> None:
    expected = [brier_score_loss(t, s) for t, s in zip(case[0].T, case[1].T, strict=True)]
    np.testing.assert_allclose(probability.brier(*case), expected, atol=1e-12)


def test_bins_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(4)
    y_score = rng.random((100, 3))
    y_true = rng.random((100, 3)) < y_score
    table = probability.reliability_table(y_true, y_score)
    for genre, bins in enumerate(table):
        frequency, mean_score = calibration_curve(
            y_true[:, genre], y_score[:, genre], n_bins=10, strategy="quantile"
        )
        np.testing.assert_allclose([b.frequency for b in bins], frequency, atol=1e-12)
        np.testing.assert_allclose([b.mean_score for b in bins], mean_score, atol=1e-12)
        assert [b.films for b in bins] == [10] * 10
    error = probability.expected_calibration_error(y_true, y_score)
    assert error[2] == pytest.approx(float(np.mean(np.abs(frequency - mean_score))), abs=1e-12)

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss as sklearn_log_loss

from stages.base.errors import BenchmarkError
from stages.scoring.calibration import METHODS, isotonic, log_loss, platt, temperature
from stages.scoring.probability import expected_calibration_error


def overconfident(n: int = 4000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two genres whose log-odds are three times too large; truth, scores, true probabilities."""
    rng = np.random.default_rng(0)
    odds = rng.normal([-0.5, 0.5], 1, (n, 2))
    return rng.random((n, 2)) < expit(odds), expit(3 * odds), expit(odds)


def test_temperature_finds_how_much_too_sure_scores_are():
    y_true, y_score, truth = overconfident()
    found = temperature(y_true, y_score)(y_score)
    assert (logit(y_score) / logit(found)).mean() == pytest.approx(3, abs=0.2)
    np.testing.assert_allclose(found, truth, atol=0.02)


def test_platt_finds_slope_and_offset_of_each_genre():
    y_true, _, truth = overconfident()
    bent = expit(logit(truth) * [2, 0.5] + [1, -1])
    np.testing.assert_allclose(platt(y_true, bent)(bent), truth, atol=0.03)


def test_platt_is_the_logistic_regression_of_scikit_learn_on_smoothed_truths():
    y_true, y_score, _ = overconfident(200)
    found = platt(y_true, y_score)(y_score)
    for genre in range(2):
        truth, odds = y_true[:, genre], logit(y_score[:, genre])
        yes = np.where(
            truth, (truth.sum() + 1) / (truth.sum() + 2), 1 / ((~truth).sum() + 2)
        )  # each film counts as both, in these shares
        model = LogisticRegression(C=np.inf, tol=1e-10)
        both = np.repeat([1, 0], len(truth))
        model.fit(np.tile(odds, 2)[:, None], both, np.concatenate([yes, 1 - yes]))
        expected = model.predict_proba(odds[:, None])[:, 1]
        np.testing.assert_allclose(found[:, genre], expected, atol=1e-5)


def test_platt_by_hand_where_scores_say_nothing():
    """Three of eight: targets 4/5 and 1/7, so the mean is (3 * 4/5 + 5 * 1/7) / 8."""
    y_true = (np.arange(8) < 3)[:, None]
    found = platt(y_true, np.full((8, 1), 0.5))(np.array([[0.5]]))
    assert found[0, 0] == pytest.approx((3 * 4 / 5 + 5 / 7) / 8, abs=1e-4)


def test_isotonic_pools_what_falls_by_hand():
    score = np.array([[0.1], [0.2], [0.3], [0.4]])
    y_true = np.array([[False], [True], [False], [True]])
    found = isotonic(y_true, score)(np.array([[0.0], [0.2], [0.3], [0.9]]))
    assert found[:, 0].tolist() == pytest.approx([0.1, 0.5, 0.5, 0.9])  # edges 1/(2 * 5)


@pytest.mark.parametrize("decimals", [1, 3, 9])  # many films with one score, few, none
def test_isotonic_is_that_of_scikit_learn(decimals):
    rng = np.random.default_rng(1)
    score = rng.random((300, 1)).round(decimals).astype(np.float32)
    y_true, other = rng.random((300, 1)) < score, rng.random((50, 1))
    edge = 1 / (2 * 301)
    model = IsotonicRegression(y_min=edge, y_max=1 - edge, out_of_bounds="clip")
    expected = model.fit(score[:, 0].astype(float), y_true[:, 0]).predict(other[:, 0])
    np.testing.assert_allclose(isotonic(y_true, score)(other)[:, 0], expected, atol=1e-12)


def test_isotonic_tells_apart_scores_that_are_next_to_nothing():
    score = np.array([[0.0], [1e-24], [0.5]])
    y_true = np.array([[False], [True], [True]])
    found = isotonic(y_true, score)(score)
    assert found[:, 0].tolist() == pytest.approx([1 / 8, 7 / 8, 7 / 8])  # edges 1/(2 * 4)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_copes_with_a_genre_without_films_and_with_a_perfect_one(name):
    score = np.linspace(0, 1, 40).reshape(20, 2)
    y_true = np.stack([np.zeros(20, bool), score[:, 1] > 0.5], axis=1)
    found = METHODS[name](y_true, score)(score)
    assert found.shape == score.shape and ((found >= 0) & (found <= 1)).all()
    assert np.isfinite(log_loss(y_true, found)).all()


@pytest.mark.parametrize("name", ["platt", "isotonic", "temperature"])
def test_calibrating_helps_films_that_were_not_learnt_from(name):
    y_true, y_score, _ = overconfident()
    found = METHODS[name](y_true[:2000], y_score[:2000])(y_score[2000:])
    before = expected_calibration_error(y_true[2000:], y_score[2000:])
    assert (expected_calibration_error(y_true[2000:], found) < before / 3).all()


def test_log_loss_is_that_of_scikit_learn():
    y_true, y_score, _ = overconfident(50)
    expected = [sklearn_log_loss(t, s) for t, s in zip(y_true.T, y_score.T, strict=True)]
    np.testing.assert_allclose(log_loss(y_true, y_score), expected, atol=1e-12)


def test_scores_that_are_no_probabilities_are_refused():
    with pytest.raises(BenchmarkError, match="not probabilities"):
        temperature(np.array([[True]]), np.array([[2.0]]))

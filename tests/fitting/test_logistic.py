"""The solver of logistic regression, beside scikit-learn's run to the same optimum."""

from unittest.mock import patch

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from stages.fitting import logistic
from stages.fitting.scaling import CLIP, mean_and_std, standardised

STRENGTHS = (0.001, 0.03, 1.0)


@pytest.fixture(autouse=True, params=["small sets", "large sets"])
def way(request, monkeypatch):
    """Each test with coordinates of a set's own, and with products of all sets together."""
    if request.param == "large sets":
        monkeypatch.setattr(logistic, "SMALL", 0)


def made(n: int, d: int, genres: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Features that tell a little of the genres, on scales of their own."""
    rng = np.random.default_rng(n + d)
    y = (rng.random((n, genres)) < 0.3).astype(np.float64)
    x = rng.normal(size=(n, d)) + y @ rng.normal(size=(genres, d))
    return (x * rng.uniform(0.01, 100, d) + rng.normal(0, 50, d)).astype(np.float32), y


def scikit_learn(
    x: np.ndarray, y: np.ndarray, weight: np.ndarray, train: np.ndarray, strength: float
) -> np.ndarray:
    """Probabilities for all rows, (n, n_genres)."""
    z = standardised(x, *mean_and_std(x, weight, train))
    found = []
    for truth in y[train].T:
        if truth.min() == truth.max():
            found.append(np.full(len(x), truth[0]))
            continue
        model = LogisticRegression(C=strength, tol=1e-8, max_iter=10_000)
        model.fit(z[train], truth, sample_weight=weight[train])
        found.append(model.predict_proba(z)[:, 1])
    return np.stack(found, axis=1)


def agrees(x: np.ndarray, y: np.ndarray, weight: np.ndarray, train: list[np.ndarray]) -> None:
    for rows, models in zip(train, logistic.fit(x, y, weight, train, STRENGTHS), strict=True):
        for found, strength in zip(models.predict(x), STRENGTHS, strict=True):
            expected = scikit_learn(x, y, weight, rows, strength)
            np.testing.assert_allclose(found, expected, atol=1e-5)


def folds(n: int) -> list[np.ndarray]:
    return [np.flatnonzero(np.arange(n) % 5 != fold) for fold in range(5)]


SIZES = [(12, 3), (60, 1), (90, 40), (200, 64), (50, 50), (40, 300)]


@pytest.mark.parametrize(("n", "d"), SIZES)
def test_scores_are_those_of_scikit_learn_at_its_optimum(n, d):
    x, y = made(n, d)
    agrees(x, y, np.ones(n), folds(n))


@pytest.mark.parametrize(("n", "d"), SIZES)
def test_what_only_chooses_is_near_the_optimum(n, d):
    x, y = made(n, d)
    exact, near = (
        logistic.fit(x, y, np.ones(n), folds(n), STRENGTHS, to_choose)
        for to_choose in (False, True)
    )
    for a, b in zip(exact, near, strict=True):
        np.testing.assert_allclose(a.predict(x), b.predict(x), atol=1e-4)


def test_a_film_counts_once_however_many_items():
    x, y = made(90, 12)
    weight = 1 / np.repeat([1, 2, 3, 4, 5], [6, 12, 18, 24, 30])
    agrees(x, y, weight, folds(90))


def test_what_says_nothing_is_borne():
    """Constant features, a feature twice, a genre of one film, of none and of all."""
    x, y = made(80, 10, genres=4)
    x[:, 3], x[:, 7] = 5.0, x[:, 6]
    y[:, 0], y[:, 1], y[:, 2] = 0, 0, 1
    y[5, 1] = 1
    agrees(x, y, np.ones(80), folds(80))


def test_a_value_far_out_is_clipped():
    """One film's feature of a million spreads must not own the column, nor a held-out one."""
    x, y = made(100, 8)
    x[3, 2] = x[:, 2].mean() + 1e6 * x[:, 2].std()
    train = np.arange(1, 100, 2)
    held_out = x[:10].copy()
    held_out[0, 1] = 1e9
    (models,) = logistic.fit(x, y, np.ones(100), [train], [0.1])
    z = standardised(held_out, models.mean, models.std)
    assert np.abs(z).max() == CLIP
    assert np.isfinite(models.predict(held_out)).all()
    agrees(x, y, np.ones(100), folds(100))


def test_what_is_far_out_in_one_set_leaves_the_others_their_digits():
    """Sets share one matrix of items, in units that suit the set where a feature spreads least."""
    x, y = made(100, 8)
    x[3, 2], x[41, 5] = 1e30, -1e12
    agrees(x, y, np.ones(100), folds(100))


def test_sets_that_share_nothing_or_all_of_their_items():
    x, y = made(120, 5)
    nested = [np.arange(n) for n in (30, 60, 120)]
    apart = [np.arange(0, 40), np.arange(80, 120), np.arange(0, 40)]
    agrees(x, y, np.ones(120), [*nested, *apart])


def test_sets_of_any_lengths_side_by_side():
    """Also some of fewer items than features, one of which tells a genre from none."""
    x, y = made(150, 20)
    y[:12, 1] = 0
    agrees(x, y, np.ones(150), [np.arange(n) for n in (150, 12, 120, 90, 8, 10, 140)])


def test_large_training_sets_are_read_in_blocks():
    x, y = made(200, 24)
    whole = logistic.fit(x, y, np.ones(200), folds(200), STRENGTHS)
    with (
        patch("stages.fitting.features.KEEP_BYTES", 1000),
        patch.object(logistic, "BATCH_BYTES", 1000),
        patch.object(logistic, "CACHE_BYTES", 1000),
        patch("stages.fitting.scaling.BLOCK_BYTES", 24 * 8 * 30),
    ):
        blocks = logistic.fit(x, y, np.ones(200), folds(200), STRENGTHS)
    for a, b in zip(whole, blocks, strict=True):
        np.testing.assert_allclose(a.predict(x), b.predict(x), atol=5e-6)


def test_the_gradient_vanishes():
    x, y = made(150, 20)
    rows = folds(150)[0]
    (models,) = logistic.fit(x, y, np.ones(150), [rows], STRENGTHS)
    z = standardised(x[rows], models.mean, models.std)
    for number, strength in enumerate(STRENGTHS):
        residual = models.predict(x[rows])[number] - y[rows]
        slopes = z.T @ residual + models.coef[number] / strength
        assert np.linalg.norm(slopes, axis=0).max() <= logistic.TOLERANCE * len(rows)
        assert np.abs(residual.sum(axis=0)).max() <= logistic.TOLERANCE * len(rows)


def test_the_same_input_gives_the_same_bytes_whatever_is_fitted_beside_it():
    x, y = made(100, 16)
    sets = folds(100)
    first, second = (logistic.fit(x, y, np.ones(100), sets, STRENGTHS) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        assert a.coef.tobytes() == b.coef.tobytes()
    (alone,) = logistic.fit(x, y, np.ones(100), sets[2:3], STRENGTHS)
    np.testing.assert_allclose(alone.predict(x), first[2].predict(x), atol=5e-6)


def test_a_film_that_is_not_trained_on_changes_nothing():
    x, y = made(60, 6)
    rows = folds(60)[0]
    (before,) = logistic.fit(x, y, np.ones(60), [rows], [0.1])
    x[::5], y[::5] = 1e6, 1 - y[::5]
    (after,) = logistic.fit(x, y, np.ones(60), [rows], [0.1])
    assert before.coef.tobytes() == after.coef.tobytes()


def test_no_optimum_is_an_error():
    x, y = made(60, 6)
    with patch.object(logistic, "MAX_STEPS", 1), pytest.raises(ArithmeticError, match="1 steps"):
        logistic.fit(x, y, np.ones(60), folds(60), [1.0])

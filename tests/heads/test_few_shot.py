"""The probe that starts from prompts against its problem as it is written down."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from stages.fitting.columns import distinct_columns
from stages.fitting.zero_shot import excess
from stages.heads.few_shot import Probe
from stages.heads.linear import Probe as Linear

N, DIM, GENRES = 90, 6, 3
GRID = (1e-7, 0.01, 1.0)
RNG = np.random.default_rng(5)
PROMPTS = np.linalg.qr(RNG.normal(size=(DIM, GENRES)))[0].T
TRAIN = np.arange(0, N, 2)


def unit(x: np.ndarray) -> np.ndarray:
    return x / np.linalg.norm(x, axis=1, keepdims=True)


Y = (RNG.random((N, GENRES)) < 0.4).astype(np.float64)
X = unit(RNG.normal(size=(N, DIM)) + 0.6 * Y @ PROMPTS)  # of length 1: scores are linear in it


def fitted(train=(TRAIN,), grid=GRID):
    return Probe.asked(PROMPTS).fit(X, Y, np.ones(N), list(train), grid)


def shrunk_to_prompts(strength: float, genre: int) -> np.ndarray:
    """Probabilities where ||w - w0||²/2 + C Σ log loss is least, w0 the line along the prompts."""
    mean, std = X[TRAIN].mean(axis=0), X[TRAIN].std(axis=0)
    z, y = (X - mean) / std, Y[TRAIN, genre]
    score = X @ PROMPTS.T
    score = (score - score.mean(axis=1, keepdims=True))[:, [genre]]
    scaled = (score - score[TRAIN].mean()) / score[TRAIN].std()
    line = LogisticRegression(C=1.0, tol=1e-10, max_iter=10_000).fit(scaled[TRAIN], y)
    slope = line.coef_[0, 0] / score[TRAIN].std()
    prior = slope * std * (PROMPTS[genre] - PROMPTS.mean(axis=0))

    def objective(beta: np.ndarray) -> float:
        eta = z[TRAIN] @ beta[:-1] + beta[-1]
        loss = np.logaddexp(0, eta) - y * eta
        return float(((beta[:-1] - prior) ** 2).sum() / 2 / strength + loss.sum())

    found = minimize(objective, np.zeros(DIM + 1), method="BFGS", options={"gtol": 1e-9}).x
    return np.asarray(expit(z @ found[:-1] + found[-1]))


@pytest.mark.parametrize("place", [1, 2])
def test_weights_are_shrunk_to_the_direction_of_the_prompts(place):
    (found,) = fitted()
    for genre in range(GENRES):
        expected = shrunk_to_prompts(GRID[place], genre)
        np.testing.assert_allclose(found.predict(X)[place, :, genre], expected, atol=1e-4)


def test_the_strongest_penalty_leaves_the_order_that_asking_gives():
    (found,) = fitted()
    asked = excess(X, PROMPTS)
    for genre in range(GENRES):
        order = np.argsort(asked[:, genre]) * np.sign(found.slope[genre])
        ranked = np.argsort(found.predict(X)[0][:, genre]) * np.sign(found.slope[genre])
        assert found.slope[genre] > 0  # the made labels lie along the prompts
        np.testing.assert_array_equal(order, ranked)


def test_training_sets_together_give_what_each_gives_alone():
    sets = [TRAIN, np.arange(1, N, 2), np.arange(0, N, 3)]
    together = fitted(sets)
    for rows, found in zip(sets, together, strict=True):
        (alone,) = fitted([rows])
        np.testing.assert_allclose(found.predict(X), alone.predict(X), atol=1e-6)


def test_many_items_are_solved_as_few_are():
    """Sets with more items than features share products: the other way through the solver."""
    times = 700  # 45 * 700 * 6 is beyond the sets with coordinates of their own
    x, y = np.tile(X, (times, 1)), np.tile(Y, (times, 1))
    rows = np.concatenate([TRAIN + N * copy for copy in range(times)])
    weight = np.full(len(x), 1 / times)
    (found,) = Probe.asked(PROMPTS).fit(x, y, weight, [rows], [1.0])
    (few,) = fitted(grid=[1.0])
    np.testing.assert_allclose(found.predict(X), few.predict(X), atol=1e-4)


def test_what_is_saved_predicts_the_same():
    (found,) = fitted()
    tensors = found.tensors(1, np.arange(GENRES))
    np.testing.assert_allclose(Probe.predict(tensors, X), found.predict(X)[1], atol=1e-12)


def test_without_prompts_it_is_the_linear_probe():
    (found,) = Probe.fit(X, Y, np.ones(N), [TRAIN], GRID)
    (plain,) = Linear.fit(X, Y, np.ones(N), [TRAIN], GRID)
    np.testing.assert_allclose(found.predict(X), plain.predict(X), atol=1e-6)


def test_genres_with_the_same_films_stay_apart_where_each_has_its_prompts():
    labels = np.array([[1, 1, 0], [0, 0, 1]], np.float32)
    shared, _ = distinct_columns([labels])
    own, columns = distinct_columns([labels], by_genre=True)
    assert shared.shape == (2, 2) and own.shape == (2, 3)
    assert columns[0][0].tolist() == [0, 1, 2]

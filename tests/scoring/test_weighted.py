"""Sums of bytes, row by row, against a reference that knows neither."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from stages.scoring import weighted
from stages.scoring.weighted import FILMS, LARGEST, MIN_ROWS, Ranked, Weights, average_precisions


@pytest.mark.parametrize("draws", [1, 5, 4000])  # 4000: a sparse product has MIN_ROWS rows
@pytest.mark.parametrize("largest", [1, LARGEST, LARGEST + 1, 255])
@pytest.mark.parametrize("levels", [3, 40, 10_000])  # 3: equal scores fill rows and products
@pytest.mark.parametrize("share", [0.01, 0.3, 0.95])  # 0.01: rows without a positive
def test_agrees_with_scikit_learn(share: float, levels: int, largest: int, draws: int) -> None:
    rng = np.random.default_rng(levels + draws)
    n_films = 6 * MIN_ROWS * FILMS
    y_true = rng.random(n_films) < share
    y_score = rng.integers(levels, size=n_films) / levels
    weights = rng.integers(largest + 1, size=(n_films, draws)).astype(np.uint8)
    weights[:, 0] = largest  # a row of such films is as large a sum as there may be
    found = Ranked(y_true, y_score, draws).average_precision(Weights(weights))
    assert found.shape == (draws,)
    for draw in {0, draws // 2, draws - 1}:
        expected = average_precision_score(y_true, y_score, sample_weight=weights[:, draw])
        assert found[draw] == pytest.approx(expected, abs=1e-12)


def test_without_a_positive_that_has_weight_there_is_no_value() -> None:
    y_true, y_score = np.array([True, False, False]), np.array([0.1, 0.2, 0.2])
    weights = np.array([[0, 1], [1, 0], [1, 3]], np.uint8)
    found = Ranked(y_true, y_score, 2).average_precision(Weights(weights))
    np.testing.assert_array_equal(found, [np.nan, 1 / 4])
    none = Ranked(np.zeros(3, bool), y_score, 2).average_precision(Weights(weights))
    assert np.isnan(none).all()


@pytest.mark.parametrize("worth", [1, 250, 1 << 20])  # one list a thread, two, all
def test_many_lists_and_blocks_come_in_their_order(worth: int, monkeypatch) -> None:
    monkeypatch.setattr(weighted, "WORTH_A_THREAD", worth)
    rng = np.random.default_rng(2)
    lists = [Ranked(rng.random(30) < 0.4, rng.random(30), 4) for _ in range(5)]
    blocks = [Weights(rng.integers(3, size=(30, 4)).astype(np.uint8)) for _ in range(3)]
    found = average_precisions(lists, iter(blocks))
    expected = [[each.average_precision(block) for block in blocks] for each in lists]
    np.testing.assert_array_equal(found, expected)

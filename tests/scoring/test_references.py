from itertools import permutations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score

from stages.scoring import references


def test_label_frequencies_and_constant_labels() -> None:
    frequencies = np.array([0.2, 0.5, 0.5])
    np.testing.assert_array_equal(
        references.frequency_scores(frequencies, 2), [[0.2, 0.5, 0.5], [0.2, 0.5, 0.5]]
    )
    np.testing.assert_array_equal(
        references.constant_labels(frequencies, 2), [[False, True, False]] * 2
    )
    np.testing.assert_array_equal(
        references.constant_labels(frequencies, 1, k=2), [[False, True, True]]
    )


def test_predict_everything_has_the_density_as_precision() -> None:
    y_true = np.array([[1, 0, 0], [1, 1, 0]], dtype=bool)
    everything = references.predict_everything(2, 3)
    # micro: 3 hits of 6, recall 1 -> F1 2/3
    assert f1_score(y_true, everything, average="micro") == pytest.approx(2 / 3)


@pytest.mark.parametrize("positives", [1, 2, 4, 5])
def test_expected_random_average_precision_over_all_orders(positives: int) -> None:
    y_true = np.arange(5) < positives
    every_order = [average_precision_score(y_true, order) for order in permutations(range(5))]
    expected = references.expected_random_average_precision(y_true[:, None])
    np.testing.assert_allclose(expected, [np.mean(every_order)], atol=1e-12)


def test_random_reference_leaves_out_empty_genres() -> None:
    y_true = np.zeros((50, 2), dtype=bool)
    y_true[:10, 0] = True
    expected = references.expected_random_average_precision(y_true)
    assert np.isnan(expected[1])
    spread = references.random_macro_average_precision(y_true, np.random.default_rng(0), 400)
    assert spread is not None
    assert spread.expected == expected[0] > 0.2
    assert spread.lo < spread.expected < spread.hi
    draws = [
        average_precision_score(y_true[:, 0], np.random.default_rng(i).random(50))
        for i in range(400)
    ]
    assert spread.expected == pytest.approx(np.mean(draws), abs=4 * np.std(draws) / 20)
    assert spread.deviation == pytest.approx(np.std(draws), rel=0.2)
    nothing = np.zeros((3, 2), dtype=bool)
    assert references.random_macro_average_precision(nothing, np.random.default_rng(0), 2) is None


def test_keras_accuracy_of_a_perfect_predictor() -> None:
    y_true = np.array([[1, 0, 0], [1, 1, 1], [0, 0, 0]], dtype=bool)
    assert references.keras_accuracy_of_perfect(y_true) == pytest.approx((1 + 1 / 3) / 2)

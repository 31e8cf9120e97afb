from itertools import permutations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score

from stages.scoring import references
from stages.scoring.evaluate import evaluate_decisions, evaluate_scores
from stages.scoring.ranking import keras_accuracy


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
    numbers = evaluate_decisions(y_true, everything)
    # 3 of 6 pairs are true: precision and Hamming 1/2, F1 2/3; the genres' F1 1 and 2/3, the
    # third without a film
    assert numbers["micro_precision"] == numbers["hamming_loss"] == 1 / 2
    assert numbers["micro_recall"] == numbers["macro_recall"] == 1.0
    assert numbers["micro_f1"] == pytest.approx(2 / 3)
    assert f1_score(y_true, everything, average="micro") == pytest.approx(2 / 3)
    assert numbers["macro_f1"] == pytest.approx((1 + 2 / 3) / 2)
    assert numbers["macro_f1_left_out"] == 1.0


def test_the_best_constant_label_by_hand() -> None:
    y_true = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 1], [1, 0, 0]], dtype=bool)
    constant = references.constant_labels(y_true.mean(axis=0), 4)
    numbers = evaluate_decisions(y_true, constant)
    # always the first genre: right of 3 films, the whole truth of 2; 3 of 6 true pairs
    assert numbers["micro_precision"] == 3 / 4 and numbers["micro_recall"] == 3 / 6
    assert numbers["exact_match"] == 2 / 4
    assert keras_accuracy(y_true, constant.astype(float)) == 3 / 4


def test_random_scores_have_the_mean_asked_for() -> None:
    means = np.array([0.2, 0.5, 0.9, 0.0])
    scores = references.random_scores_of_mean(means, 40_000, np.random.default_rng(0))
    np.testing.assert_allclose(scores.mean(axis=0), means, atol=0.01)
    # as far as 0 and 1 let, evenly: the variance of a uniform is its half-width squared over 3
    np.testing.assert_allclose(scores.min(axis=0), [0, 0, 0.8, 0], atol=0.001)
    np.testing.assert_allclose(scores.max(axis=0), [0.4, 1, 1, 0], atol=0.001)
    np.testing.assert_allclose(scores.var(axis=0), np.array([0.2, 0.5, 0.1, 0]) ** 2 / 3, atol=0.01)


def test_random_spread_by_hand() -> None:
    y_true = np.zeros((50, 3), dtype=bool)
    y_true[:10, 0] = y_true[20:45, 1] = True
    means = np.array([0.2, 0.5, 0.1])
    spread = references.simulate_random_scores(
        y_true, means, evaluate_scores, np.random.default_rng(0), n_draws=300
    )
    # Brier: (mean - truth)^2 averaged over films, and the scores' variance
    brier = np.array([0.16 + 0.04 / 3, 0.25 + 0.25 / 3, 0.01 + 0.01 / 3]).mean()
    found = spread["brier"]
    assert found.expected == pytest.approx(brier, abs=4 * found.std / 300**0.5)
    expected = references.expected_random_average_precision(y_true)[:2].mean()
    found = spread["macro_ap"]
    assert found.expected == pytest.approx(expected, abs=4 * found.std / 300**0.5)
    assert found.lo < expected < found.hi
    assert spread["macro_ap_left_out"].expected == 1.0


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
    assert spread.std == pytest.approx(np.std(draws), rel=0.2)
    nothing = np.zeros((3, 2), dtype=bool)
    assert references.random_macro_average_precision(nothing, np.random.default_rng(0), 2) is None


def test_keras_accuracy_of_a_perfect_predictor() -> None:
    y_true = np.array([[1, 0, 0], [1, 1, 1], [0, 0, 0]], dtype=bool)
    assert references.keras_accuracy_of_perfect(y_true) == pytest.approx((1 + 1 / 3) / 2)

import numpy as np
import pytest
from sklearn.metrics import f1_score

from stages.base.errors import BenchmarkError
from stages.scoring import thresholds

SCORE = np.array([[0.5, 0.4, 0.4], [0.1, 0.9, 0.5]])


def test_at_threshold_includes_the_threshold() -> None:
    np.testing.assert_array_equal(
        thresholds.at_threshold(SCORE, 0.5), [[True, False, False], [False, True, True]]
    )
    np.testing.assert_array_equal(
        thresholds.at_threshold(SCORE, np.array([0.1, 0.9, 0.45])),
        [[True, False, False], [True, True, True]],
    )
    with pytest.raises(BenchmarkError, match="one number, or 3"):
        thresholds.at_threshold(SCORE, np.array([0.1, 0.2]))


def test_top_k_gives_ties_to_the_first() -> None:
    np.testing.assert_array_equal(
        thresholds.top_k(SCORE, 2), [[True, True, False], [False, True, True]]
    )
    for k in (0, 4):
        with pytest.raises(BenchmarkError, match="1 to 3"):
            thresholds.top_k(SCORE, k)


def test_cardinality_is_at_least_one() -> None:
    assert thresholds.cardinality(np.array([[1, 1, 1], [1, 1, 0]], dtype=bool)) == 2
    assert thresholds.cardinality(np.array([[1, 0, 0], [0, 0, 0], [0, 0, 0]], dtype=bool)) == 1


def test_tuning_by_hand() -> None:
    y_true = np.array([[1, 0], [1, 1], [0, 1], [0, 0]], dtype=bool)
    y_score = np.array([[0.9, 0.3], [0.6, 0.2], [0.4, 0.2], [0.2, 0.1]])
    # genre 0 is perfect at 0.6; genre 1 best at 0.2 (F1 0.8)
    by_genre = thresholds.tune_genre_thresholds(y_true, y_score, common=0.5)
    np.testing.assert_allclose(by_genre, [0.6, 0.2])
    # one for both: 0.2 gives (2/3 + 0.8) / 2 = 0.733, the best of 0.9 .6 .4 .3 .2 .1
    assert thresholds.tune_threshold(y_true, y_score) == 0.2


def test_of_equal_thresholds_the_highest() -> None:
    y_true = np.array([[1], [0], [1]], dtype=bool)
    y_score = np.array([[0.9], [0.8], [0.7]])
    # F1: 0.9 -> 2/3, 0.8 -> 1/2, 0.7 -> 0.8
    assert thresholds.tune_threshold(y_true, y_score) == 0.7
    y_true[1], y_true[2] = True, False
    # 0.9 -> 2/3, 0.8 -> 1, 0.7 -> 0.8
    assert thresholds.tune_threshold(y_true, y_score) == 0.8
    only_half = np.array([[1], [0], [0], [1]], dtype=bool)
    four = np.array([[0.9], [0.8], [0.7], [0.6]])
    # 0.9 -> 2/3, 0.6 -> 2/3
    assert thresholds.tune_threshold(only_half, four) == 0.9


def test_a_genre_without_films_takes_the_common_threshold() -> None:
    y_true = np.array([[1, 0], [0, 0]], dtype=bool)
    y_score = np.array([[0.6, 0.9], [0.5, 0.8]])
    by_genre = thresholds.tune_genre_thresholds(y_true, y_score, common=0.7)
    np.testing.assert_allclose(by_genre, [0.6, 0.7])
    with pytest.raises(BenchmarkError, match="2 films without any genre"):
        thresholds.tune_threshold(np.zeros((2, 2), dtype=bool), y_score)


def test_no_other_threshold_is_better(case: tuple[np.ndarray, np.ndarray]) -> None:
    y_true, y_score = case

    def macro_f1(threshold: float | np.ndarray) -> float:
        return float(f1_score(y_true, y_score >= threshold, average="macro", zero_division=0))

    grid = np.unique(y_score)
    common = thresholds.tune_threshold(y_true, y_score)
    best = macro_f1(common)
    assert best == pytest.approx(max(macro_f1(t) for t in grid), abs=1e-12)
    by_genre = thresholds.tune_genre_thresholds(y_true, y_score, common)
    every = np.array(
        [f1_score(y_true, y_score >= t, average=None, zero_division=0) for t in grid]
    ).max(axis=0)
    assert macro_f1(by_genre) == pytest.approx(float(every.mean()), abs=1e-12)

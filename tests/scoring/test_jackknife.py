import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from stages.scoring.jackknife import jackknife_average_precision, leave_one_group_out_sums


@pytest.mark.parametrize("levels", [2, 5, 1000])
def test_without_each_film_as_if_it_had_never_been(levels: int) -> None:
    rng = np.random.default_rng(levels)
    y_true, y_score = rng.random(40) < 0.3, rng.integers(levels, size=40) / levels
    found = jackknife_average_precision(y_true, y_score, np.arange(40))
    assert found[0] == pytest.approx(average_precision_score(y_true, y_score), abs=1e-12)
    for film in range(40):
        rest = np.arange(40) != film
        expected = average_precision_score(y_true[rest], y_score[rest])
        assert found[1 + film] == pytest.approx(expected, abs=1e-12)


def test_films_of_a_group_leave_together() -> None:
    y_true = np.array([True, False, True, False, True])
    y_score = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    found = jackknife_average_precision(y_true, y_score, np.array([0, 1, 0, 2, 1]))
    # all: (1 + 2/3 + 3/5) / 3; without 0: 1/3; without 1: 1; without 2: (1 + 2/3 + 3/4) / 3
    expected = np.array([1 + 2 / 3 + 3 / 5, 1.0, 3.0, 1 + 2 / 3 + 3 / 4]) / 3
    np.testing.assert_allclose(found, expected)


def test_without_its_only_film_a_genre_has_no_value() -> None:
    found = jackknife_average_precision(np.array([True, False]), np.array([0.2, 0.9]), np.arange(2))
    np.testing.assert_array_equal(found, [0.5, np.nan, 1.0])
    none = jackknife_average_precision(np.zeros(2, bool), np.array([0.2, 0.9]), np.arange(2))
    assert np.isnan(none).all()


def test_sums_without_each_group_by_hand() -> None:
    values = np.array([[1.0, 0.0], [2.0, 5.0], [4.0, 0.5]])
    found = leave_one_group_out_sums(values, np.array([1, 0, 1]))
    np.testing.assert_allclose(found, np.array([[7, 5.5], [5, 0.5], [2, 5]]))

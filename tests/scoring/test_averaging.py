import numpy as np

from stages.scoring.averaging import Average, as_numbers, average, average_over_genres, ratio

NAN = np.nan


def test_average_leaves_out_and_counts() -> None:
    assert average(np.array([0.2, NAN, 0.4])) == Average(0.2 + 0.1, 2, 1)
    assert average(np.array([0.2, NAN, 0.4]), np.array([3.0, 9.0, 1.0])) == Average(0.25, 2, 1)
    assert average(np.array([NAN, NAN])) == Average(None, 0, 2)
    assert average(np.array([0.5]), np.array([0.0])) == Average(None, 1, 0)


def test_average_over_genres_by_row() -> None:
    means, left_out = average_over_genres(np.array([[1.0, 3.0], [NAN, 3.0], [NAN, NAN]]))
    np.testing.assert_array_equal(means, [2.0, 3.0, NAN])
    np.testing.assert_array_equal(left_out, [0, 1, 2])


def test_ratio_of_nothing_is_undefined() -> None:
    np.testing.assert_array_equal(ratio([1, 0, 0], [2, 3, 0]), [0.5, 0.0, NAN])


def test_flatten_drops_the_undefined() -> None:
    flat = as_numbers({"a": Average(0.5, 2, 0), "b": Average(0.1, 1, 1), "c": Average(None, 0, 2)})
    assert flat == {"a": 0.5, "b": 0.1, "b_left_out": 1.0, "c_left_out": 2.0}

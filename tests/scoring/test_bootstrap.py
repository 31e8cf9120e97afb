import tracemalloc

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score

from stages.base.errors import BenchmarkError
from stages.scoring import bootstrap
from stages.scoring.weighted import weighted_average_precision


def test_weighted_average_precision_by_hand() -> None:
    y_true = np.array([True, False, True])
    y_score = np.array([0.9, 0.5, 0.5])
    weights = np.array([[1.0, 2.0, 0.0, 0.0], [1.0, 1.0, 3.0, 2.0], [1.0, 0.0, 1.0, 0.0]])
    # as drawn once each: 1/2 * 1 + 1/2 * 2/3; only the first positive: 1; only the tied: 1/4; none
    np.testing.assert_allclose(
        weighted_average_precision(y_true, y_score, weights), [5 / 6, 1.0, 0.25, np.nan]
    )


def test_agrees_with_scikit_learn_on_every_resample(case: tuple[np.ndarray, np.ndarray]) -> None:
    y_true, y_score = case
    y_scores = np.stack([y_score, y_score[::-1]])
    result = bootstrap.bootstrap_macro_average_precision(y_true, y_scores, 20, seed=3)
    [counts] = bootstrap.resampling_counts(len(y_true), 20, seed=3)
    np.testing.assert_array_equal(counts.sum(axis=0), len(y_true))
    kept = 0
    for resample in range(20):
        weight = counts[:, resample]
        present = weight @ y_true > 0
        if not present.any():
            continue
        for approach, scores in enumerate(y_scores):
            expected = average_precision_score(
                y_true[:, present], scores[:, present], sample_weight=weight
            )
            assert result.values[kept, approach] == pytest.approx(expected, abs=1e-12)
        kept += 1
    assert len(result.values) == kept == 20 - result.resamples_left_out
    expected_point = [average_precision_score(y_true, scores) for scores in y_scores]
    np.testing.assert_allclose(result.point, expected_point, atol=1e-12)
    for film in range(len(y_true)):
        rest = np.arange(len(y_true)) != film
        present = y_true[rest].any(axis=0)
        expected = average_precision_score(y_true[rest][:, present], y_scores[0][rest][:, present])
        assert result.jackknife[film, 0] == pytest.approx(expected, abs=1e-12)


def test_macro_f1_agrees_with_scikit_learn(case: tuple[np.ndarray, np.ndarray]) -> None:
    y_true, decided = case[0], case[1] >= 0.5
    result = bootstrap.bootstrap_macro_f1(y_true, np.stack([decided, ~decided]), 10, seed=1)
    [counts] = bootstrap.resampling_counts(len(y_true), 10, seed=1)
    for resample, weight in enumerate(counts.T):
        present = weight @ y_true > 0
        expected = f1_score(
            y_true[:, present],
            decided[:, present],
            average="macro",
            sample_weight=weight,
            zero_division=0,
        )
        assert result.values[resample, 0] == pytest.approx(expected, abs=1e-12)


def test_means_by_hand() -> None:
    values = np.array([[1.0, 0.0], [0.0, np.nan], [0.5, 1.0]])
    result = bootstrap.bootstrap_means(values, 40, seed=2)
    np.testing.assert_allclose(result.point, [0.5, 0.5])
    [counts] = bootstrap.resampling_counts(3, 40, seed=2)
    usable = counts[0] + counts[2] > 0
    assert result.resamples_left_out == int((~usable).sum()) > 0
    first = (counts[0] + counts[2] / 2) / 3
    second = counts[2, usable] / (counts[0] + counts[2])[usable]
    np.testing.assert_allclose(result.values, np.stack([first[usable], second], axis=1))


def test_genres_missing_from_a_resample_are_left_out_and_counted() -> None:
    y_true = np.array([[1, 0, 0], [1, 1, 0], [1, 0, 0]], dtype=bool)
    y_scores = np.array([[[0.5, 0.1, 0.1], [0.6, 0.9, 0.2], [0.7, 0.3, 0.3]]])
    result = bootstrap.bootstrap_macro_average_precision(y_true, y_scores, 200, seed=0)
    [counts] = bootstrap.resampling_counts(3, 200, seed=0)
    without_second = int((counts[1] == 0).sum())
    assert 0 < without_second < 200
    assert result.cells_left_out == 200 + without_second
    np.testing.assert_allclose(result.values, 1.0)
    by_genre = bootstrap.bootstrap_genre_average_precision(y_true, y_scores, 200, seed=0)
    assert sorted(by_genre) == [0, 1]
    assert by_genre[1].resamples_left_out == without_second
    assert by_genre[1].values.shape == (200 - without_second, 1)


def test_the_same_films_for_all_approaches(case: tuple[np.ndarray, np.ndarray]) -> None:
    y_true, y_score = case
    alone = bootstrap.bootstrap_macro_average_precision(y_true, y_score[None], 30, seed=5)
    beside = bootstrap.bootstrap_macro_average_precision(
        y_true, np.stack([1 - y_score, y_score, y_score]), 30, seed=5
    )
    np.testing.assert_array_equal(beside.values[:, 1], alone.values[:, 0])
    np.testing.assert_array_equal(beside.values[:, 2], alone.values[:, 0])
    other = bootstrap.bootstrap_macro_average_precision(y_true, y_score[None], 30, seed=6)
    assert not np.array_equal(other.values, alone.values)


def test_blocks_do_not_change_what_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    [whole] = bootstrap.resampling_counts(7, 50, seed=1)
    monkeypatch.setattr(bootstrap, "MAX_BLOCK", 8)
    blocks = list(bootstrap.resampling_counts(7, 50, seed=1))
    assert max(block.shape[1] for block in blocks) == 8
    np.testing.assert_array_equal(np.concatenate(blocks, axis=1), whole)


def test_groups_are_drawn_whole() -> None:
    groups = np.array(["b", "a", "b", "c"])
    [counts] = bootstrap.resampling_counts(4, 300, seed=0, groups=groups)
    np.testing.assert_array_equal(counts[0], counts[2])
    np.testing.assert_array_equal(counts[0] + counts[1] + counts[3], 3)
    assert not np.array_equal(counts[0], counts[1])
    y_true = np.array([[True], [False], [True], [False]])
    result = bootstrap.bootstrap_macro_average_precision(
        y_true, np.zeros((1, 4, 1)), 10, seed=0, groups=groups
    )
    # without a: 2 of 3; without b: no positive, dropped; without c: 2 of 3
    np.testing.assert_allclose(result.jackknife, [[2 / 3], [2 / 3]])


def test_nothing_to_resample() -> None:
    with pytest.raises(BenchmarkError, match="nothing to resample"):
        bootstrap.bootstrap_macro_average_precision(
            np.zeros((3, 2), dtype=bool), np.zeros((1, 3, 2)), 10, seed=0
        )


def test_memory_does_not_grow_with_the_resamples() -> None:
    rng = np.random.default_rng(0)
    y_true, y_scores = rng.random((2000, 2)) < 0.3, rng.random((1, 2000, 2))
    tracemalloc.start()
    try:
        result = bootstrap.bootstrap_macro_average_precision(y_true, y_scores, 4000, seed=0)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(result.values) == 4000
    assert peak < 2000 * 4000 * 4  # a count of 4 bytes for each film and resample is never there


@pytest.mark.parametrize("grouped", [False, True])
def test_films_are_drawn_resample_by_resample(grouped: bool, monkeypatch) -> None:
    """However many are drawn at once, the numbers are those of one after the other."""
    group = np.array([0, 1, 1, 2, 3, 3, 3]) if grouped else np.arange(7)
    rng, expected = np.random.default_rng(5), []
    for _ in range(9):
        drawn = rng.integers(group.max() + 1, size=group.max() + 1)
        expected.append(np.bincount(drawn, minlength=group.max() + 1)[group])
    for at_once in (1, 15, 1000):
        monkeypatch.setattr(bootstrap, "DRAWN_AT_ONCE", at_once)
        blocks = bootstrap.resampling_counts(7, 9, 5, group if grouped else None)
        np.testing.assert_array_equal(np.concatenate([*blocks], axis=1).T, expected)

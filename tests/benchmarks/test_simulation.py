import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import average_precision_score

from benchmarks.simulation import World, population_average_precision, scaled_to

LABEL_SETS = np.array([[1, 0], [1, 1], [0, 1], [1, 0]], dtype=bool)


def test_population_value_of_no_skill_is_the_prevalence():
    assert population_average_precision(0.0, 0.3) == pytest.approx(0.3, abs=1e-6)
    assert population_average_precision(12.0, 0.3) == pytest.approx(1.0, abs=1e-6)


def test_population_value_is_what_very_many_films_give():
    world = World(LABEL_SETS, np.array([[1.0, 0.5], [0.3, 2.0]]), 0.4, 0.2)
    y_true, y_scores = world.draw(200_000, np.random.default_rng(0))
    expected = [average_precision_score(y_true, scores, average=None) for scores in y_scores]
    np.testing.assert_allclose(world.population_genre_ap(), expected, atol=0.004)
    np.testing.assert_allclose(world.population_macro_ap(), np.mean(expected, axis=1), atol=0.003)


def test_scores_are_binormal_and_correlated_as_said():
    world = World(LABEL_SETS, np.array([[1.0, 0.0], [0.0, 0.0]]), 0.4, 0.2)
    y_true, y_scores = world.draw(100_000, np.random.default_rng(1))
    np.testing.assert_allclose(y_true.mean(axis=0), [0.75, 0.5], atol=0.01)
    assert y_scores[0, y_true[:, 0], 0].mean() == pytest.approx(1.0, abs=0.02)
    assert (y_scores[1, :, 0] > 1.0).mean() == pytest.approx(norm.sf(1.0), abs=0.01)
    noise = y_scores - world.discriminability[:, None, :] * y_true
    together = np.corrcoef([noise[0, :, 0], noise[1, :, 0], noise[0, :, 1], noise[1, :, 1]])
    assert together[0, 1] == pytest.approx(0.4, abs=0.02)
    assert together[0, 2] == pytest.approx(0.2, abs=0.02)
    assert together[0, 3] == pytest.approx(0.08, abs=0.02)


def test_scaled_to_gives_the_macro_average_precision_asked_for():
    strength = scaled_to(LABEL_SETS, np.array([1.0, 0.5]), 0.8)
    assert strength[0] == pytest.approx(2 * strength[1])
    world = World(LABEL_SETS, strength[None], 0.0, 0.0)
    assert world.population_macro_ap()[0] == pytest.approx(0.8, abs=1e-6)
    with pytest.raises(ValueError, match="no approach of this shape"):
        scaled_to(LABEL_SETS, np.array([1.0, 0.0]), 0.99)

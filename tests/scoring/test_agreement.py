import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from stages.scoring.agreement import (
    best_of_two_by_film,
    best_of_two_by_genre,
    cohen_kappa,
    overlap,
)


def test_kappa_is_that_of_scikit_learn():
    first, second = np.random.default_rng(0).random((2, 60, 4)) < 0.4
    expected = [cohen_kappa_score(a, b) for a, b in zip(first.T, second.T, strict=True)]
    np.testing.assert_allclose(cohen_kappa(first, second), expected, atol=1e-12)


def test_two_that_never_say_yes_agree_by_chance_alone():
    never = np.zeros((5, 1), bool)
    assert np.isnan(cohen_kappa(never, never)).all()


def test_overlap_by_hand():
    first = np.array([[1], [1], [1], [0], [0]], bool)
    second = np.array([[1], [1], [0], [1], [0]], bool)
    found = {name: values.tolist() for name, values in overlap(first, second).items()}
    assert found == {"both": [0.4], "only_first": [0.2], "only_second": [0.2], "neither": [0.2]}


def test_oracles_by_hand():
    """Films: the first ranks film 1 right (AP 1) and film 2 wrong (1/2), the second otherwise."""
    y_true = np.array([[True, False], [True, False]])
    first, second = np.array([[0.9, 0.1], [0.1, 0.9]]), np.array([[0.1, 0.9], [0.9, 0.1]])
    assert best_of_two_by_film(y_true, first, second) == 1.0
    # genre 1 is every film's, so any order is right; genre 2 no film's, and left out
    assert best_of_two_by_genre(y_true, first, second) == 1.0
    y_true = np.array([[True, True], [False, False]])
    # first: genre 1 right (1), genre 2 wrong (1/2); second the other way round
    assert best_of_two_by_genre(y_true, first, second) == 1.0
    assert best_of_two_by_genre(y_true, first, first) == pytest.approx(0.75)

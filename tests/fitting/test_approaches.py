import numpy as np

from stages.fitting.approaches import training_targets

RNG = np.random.default_rng(0)
Y_TRUE = RNG.random((50, 10)) < 0.3


def test_genres_outside_the_label_set_are_nan_and_all_films_stay():
    np.testing.assert_array_equal(training_targets(Y_TRUE, "all", (0,)), Y_TRUE.astype(float))
    for labels, inside in (("no_thriller", [*range(9)]), ("popular", [0, 2, 4, 5, 8])):
        targets = training_targets(Y_TRUE, labels, (0,))
        np.testing.assert_array_equal(targets[:, inside], Y_TRUE[:, inside].astype(float))
        assert np.isnan(np.delete(targets, inside, axis=1)).all()


def test_one_label_a_film_of_its_own_anew_for_each_seed():
    drawn = training_targets(Y_TRUE, "one", (0, 1))
    assert drawn.shape == (2, 50, 10)
    assert (drawn.sum(axis=2) == Y_TRUE.any(axis=1)).all()
    assert not (drawn.astype(bool) & ~Y_TRUE).any() and (drawn[0] != drawn[1]).any()
    np.testing.assert_array_equal(drawn, training_targets(Y_TRUE, "one", (0, 1)))

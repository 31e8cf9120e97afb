import numpy as np

from stages.fitting.label_sets import taught

RNG = np.random.default_rng(0)
Y_TRUE = RNG.random((50, 10)) < 0.3


def test_of_fewer_labels_the_others_are_untold_and_all_films_stay():
    np.testing.assert_array_equal(taught(Y_TRUE, "all", (0,)), Y_TRUE.astype(float))
    for labels, told in (("no_thriller", [*range(9)]), ("popular", [0, 2, 4, 5, 8])):
        lesson = taught(Y_TRUE, labels, (0,))
        np.testing.assert_array_equal(lesson[:, told], Y_TRUE[:, told].astype(float))
        assert np.isnan(np.delete(lesson, told, axis=1)).all()


def test_one_label_a_film_of_its_own_anew_for_each_seed():
    drawn = taught(Y_TRUE, "one", (0, 1))
    assert drawn.shape == (2, 50, 10)
    assert (drawn.sum(axis=2) == Y_TRUE.any(axis=1)).all()
    assert not (drawn.astype(bool) & ~Y_TRUE).any() and (drawn[0] != drawn[1]).any()
    np.testing.assert_array_equal(drawn, taught(Y_TRUE, "one", (0, 1)))

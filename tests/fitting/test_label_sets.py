import numpy as np

from stages.corpus.genres import GENRES
from stages.fitting.label_sets import spread, taught

RNG = np.random.default_rng(0)
Y_TRUE = RNG.random((50, 10)) < 0.3


def test_fewer_labels_are_columns_and_all_films_stay():
    assert taught(Y_TRUE, "all", (0,)).tolist() == Y_TRUE.tolist()
    assert taught(Y_TRUE, "no_thriller", (0,)).tolist() == Y_TRUE[:, :9].tolist()
    assert taught(Y_TRUE, "popular", (0,)).tolist() == Y_TRUE[:, [0, 2, 4, 5, 8]].tolist()


def test_one_label_a_film_of_its_own_anew_for_each_seed():
    drawn = taught(Y_TRUE, "one", (0, 1))
    assert drawn.shape == (2, 50, 10)
    assert (drawn.sum(axis=2) == Y_TRUE.any(axis=1)).all()
    assert not (drawn & ~Y_TRUE).any() and (drawn[0] != drawn[1]).any()
    np.testing.assert_array_equal(drawn, taught(Y_TRUE, "one", (0, 1)))


def test_scores_go_back_to_their_genres():
    whole = spread(np.arange(5.0)[None], "popular")[0]
    assert whole[GENRES.index("Horror")] == 3 and whole[GENRES.index("Science Fiction")] == 4
    assert np.isnan(whole[GENRES.index("Thriller")]) and np.isfinite(whole).sum() == 5

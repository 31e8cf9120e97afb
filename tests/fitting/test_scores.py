import numpy as np
import pytest

from stages.fitting.scores import Scores, align, prior_scores, save_scores


def scores(ids: list[str], value: float) -> Scores:
    fold = np.array([int(name) % 2 for name in ids], np.int8)
    inner = np.full((2, len(ids), 3), value, np.float32)
    inner[fold, np.arange(len(ids))] = np.nan
    return Scores(np.array(ids), fold, np.full((2, len(ids), 3), value, np.float32), inner)


def test_the_prior_is_the_frequency_in_the_other_folds():
    y_true = np.array([[1, 0], [1, 0], [0, 1], [1, 1]], bool)
    fold = np.array([0, 0, 1, 1])
    score = prior_scores(np.arange(4), fold, y_true, 2).score
    assert score.shape == (2, 4, 2)
    assert score[0].tolist() == [[0.5, 1.0], [0.5, 1.0], [1.0, 0.0], [1.0, 0.0]]


def test_the_prior_to_tune_on_knows_neither_of_two_folds():
    y_true = np.array([[1, 0], [1, 0], [0, 1], [1, 1], [0, 0], [1, 0]], bool)
    inner = prior_scores(np.arange(6), np.array([0, 0, 1, 1, 2, 2]), y_true, 1).inner
    assert np.isnan(inner[0, :2]).all()
    assert inner[0, 2:].tolist() == [[0.5, 0.0]] * 2 + [[0.5, 1.0]] * 2  # of fold 2, then fold 1
    np.testing.assert_array_equal(inner[1, 4:], inner[2, 2:4])  # the frequency in fold 0


def test_films_without_a_score_are_left_out():
    item = scores(["1", "2", "3"], 0.25)
    item.score[1, 1, 2] = np.nan
    assert item.complete().film_id.tolist() == ["1", "3"]


def test_a_genre_that_nobody_was_asked_about_leaves_no_film_out():
    item = scores(["1", "2"], 0.25)
    item.score[:, :, 2] = np.nan
    assert item.complete().film_id.tolist() == ["1", "2"]


def test_saving_repeats_its_bytes_and_loading_gives_them_back(tmp_path):
    item = scores(["1", "3"], 0.25)
    popular = scores(["1", "3"], 0.5)
    save_scores({"all": item, "popular": popular}, tmp_path / "a.npz")
    save_scores({"all": item, "popular": popular}, tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    back = Scores.load(tmp_path / "a.npz")
    assert back.film_id.tolist() == ["1", "3"] and back.score.shape == (2, 2, 3)
    np.testing.assert_array_equal(back.inner, item.inner)
    other = Scores.load(tmp_path / "a.npz", "popular")
    np.testing.assert_array_equal(other.score, popular.score)


def test_two_approaches_are_put_side_by_side_on_the_films_both_have():
    a, b = align(scores(["1", "2", "3"], 0.2), scores(["4", "3", "2"], 0.6))
    assert a.film_id.tolist() == b.film_id.tolist() == ["2", "3"]
    assert (b.score == np.float32(0.6)).all() and a.fold.tolist() == [0, 1]


def test_two_approaches_of_other_folds_are_refused():
    a, b = scores(["1", "2"], 0.2), scores(["1", "2"], 0.2)
    with pytest.raises(ValueError, match="same folds"):
        align(a, Scores(b.film_id, 1 - b.fold, b.score, b.inner))

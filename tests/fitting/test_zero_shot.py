import numpy as np
import pytest

from stages.base.errors import BenchmarkError
from stages.fitting.items import Items
from stages.fitting.scores import one_score_a_film
from stages.fitting.zero_shot import excess, read_prompts, zero_shot_scores

PROMPTS = np.eye(3, dtype=np.float32)


def test_a_score_is_the_cosine_less_its_mean_over_the_genres():
    x = np.array([[3.0, 4.0, 0.0], [0.0, 0.0, 7.0], [0.0, 0.0, 0.0]])
    expected = [[0.6 - 1.4 / 3, 0.8 - 1.4 / 3, -1.4 / 3], [-1 / 3, -1 / 3, 2 / 3], [0.0, 0.0, 0.0]]
    np.testing.assert_allclose(excess(x, PROMPTS), expected, atol=1e-7)


def test_a_film_has_the_mean_of_its_items_and_one_without_any_has_none():
    x = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], np.float32)
    films, fold = np.array(["a", "b", "c"]), np.array([0, 1, 0])
    found = zero_shot_scores(Items(x, np.array([0, 0, 2]), prompts=PROMPTS), films, fold)
    assert found.score.shape == (1, 3, 3)
    np.testing.assert_allclose(found.score[0, 0], [1 / 6, 1 / 6, -1 / 3], atol=1e-6)
    np.testing.assert_allclose(found.score[0, 2], [-1 / 3, -1 / 3, 2 / 3], atol=1e-6)
    assert np.isnan(found.score[0, 1]).all()
    assert found.complete().film_id.tolist() == ["a", "c"]


def test_thresholds_may_be_tuned_on_the_scores_of_the_other_folds():
    score = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    found = one_score_a_film(np.array(["a", "b", "c"]), np.array([0, 1, 1]), score, 2)
    mean = score.mean(axis=0)
    assert np.isnan(found.inner[0, 0]).all() and np.isnan(found.inner[1, 1:]).all()
    np.testing.assert_array_equal(found.inner[0, 1:], mean[1:])
    np.testing.assert_array_equal(found.inner[1, 0], mean[0])


def test_embeddings_without_prompts_say_what_to_do(tmp_path):
    np.savez(tmp_path / "e.npz", embedding=np.zeros((1, 3)))
    with pytest.raises(BenchmarkError, match=r"nothing was asked[^$]*`prompts` in its entry"):
        read_prompts(tmp_path / "e.npz")

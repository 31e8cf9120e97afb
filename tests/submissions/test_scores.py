"""Scores that were sent in, as those of an approach."""

import numpy as np

from stages.fitting.scores import Scores, read_about, save_scores
from stages.submissions.scores import as_scores
from stages.submissions.table import Table
from tests.submissions.conftest import CARD, FILMS, card


def test_a_fold_is_tuned_on_the_scores_of_the_others(expected):
    score = np.random.default_rng(0).random((2, 7, 10)).astype(np.float32)
    score[:, :, 6] = np.nan  # a genre that no film has
    found = as_scores(Table(np.array(FILMS[:7]), score), expected)
    assert found.fold.tolist() == [0, 1, 0, 1, 0, 1, 0]
    assert found.inner.shape == (2, 7, 10)
    for fold in (0, 1):
        own = found.fold == fold
        assert np.isnan(found.inner[fold, own]).all()
        np.testing.assert_allclose(found.inner[fold, ~own], score[:, ~own].mean(axis=0), atol=1e-7)
    assert len(found.complete().film_id) == 7


def test_the_card_goes_with_the_scores(expected, tmp_path):
    table = Table(np.array(FILMS[:7]), np.zeros((1, 7, 10), np.float32))
    scores = as_scores(table, expected)
    for name in ("a", "b"):
        save_scores({"all": scores}, tmp_path / f"{name}.npz", card().facts())
    assert read_about(tmp_path / "a.npz") == CARD
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert Scores.load(tmp_path / "a.npz").film_id.tolist() == FILMS[:7]
    save_scores({"all": scores}, tmp_path / "ours.npz")
    assert read_about(tmp_path / "ours.npz") == {}

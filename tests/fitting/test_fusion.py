import dataclasses

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from stages.fitting.fusion import fuse, weighted
from stages.fitting.scores import Scores

N_FILMS, N_FOLDS = 90, 3
IDS = np.array([f"film {n:02}" for n in range(N_FILMS)])
FOLD = np.arange(N_FILMS) % N_FOLDS
Y_TRUE = np.random.default_rng(0).random((N_FILMS, 3)) < 0.4


def scores(skill: float, seed: int) -> Scores:
    rng = np.random.default_rng(seed)
    score = skill * Y_TRUE + (1 - skill) * rng.random((2, N_FILMS, 3))
    inner = skill * Y_TRUE + (1 - skill) * rng.random((N_FOLDS, N_FILMS, 3))
    inner[FOLD, np.arange(N_FILMS)] = np.nan
    return Scores(IDS, FOLD, score.astype(np.float32), inner.astype(np.float32))


GOOD, BAD = scores(0.4, 1), scores(0.0, 2)


def test_mean_is_half_of_each_on_the_films_both_have():
    fused = fuse([GOOD, BAD.take(np.arange(5, N_FILMS))], Y_TRUE, IDS, "mean")
    assert fused.film_id.tolist() == IDS[5:].tolist()
    np.testing.assert_allclose(fused.score, (GOOD.score + BAD.score)[:, 5:] / 2)
    np.testing.assert_allclose(fused.inner, (GOOD.inner + BAD.inner)[:, 5:] / 2)


def test_the_share_is_the_one_that_ranks_best_where_it_may_look():
    """By brute force; noise gets next to nothing, two alike get half each."""
    rest = FOLD != 1
    ap = {
        share: average_precision_score(
            Y_TRUE[rest], share * GOOD.inner[1][rest] + (1 - share) * BAD.inner[1][rest]
        )
        for share in np.arange(11) / 10
    }
    best = max(ap, key=lambda share: ap[share])
    assert best >= 0.7
    fused = fuse([GOOD, BAD], Y_TRUE, IDS, "weighted")
    films = FOLD == 1
    expected = best * GOOD.score[:, films] + (1 - best) * BAD.score[:, films]
    np.testing.assert_allclose(fused.score[:, films], expected, rtol=1e-5)
    even = weighted([GOOD.score[0], GOOD.score[0]], Y_TRUE)
    np.testing.assert_allclose(even([np.ones((1, 3)), np.zeros((1, 3))]), 0.5)


def test_of_three_each_has_a_third_or_the_shares_that_rank_best():
    third = scores(0.4, 3)
    three = [GOOD, BAD, third]
    fused = fuse(three, Y_TRUE, IDS, "mean")
    np.testing.assert_allclose(fused.score, (GOOD.score + BAD.score + third.score) / 3, rtol=1e-6)
    tenths = [(a, b, 10 - a - b) for a in range(11) for b in range(11 - a)]
    rest = FOLD != 1
    inner = [each.inner[1][rest] for each in three]
    ap = {
        shares: average_precision_score(
            Y_TRUE[rest], sum(s / 10 * of for s, of in zip(shares, inner, strict=True))
        )
        for shares in tenths
    }
    best = max(ap, key=lambda shares: ap[shares])
    assert best[1] <= 2 and min(best[0], best[2]) >= 2
    fused = fuse(three, Y_TRUE, IDS, "weighted")
    films = FOLD == 1
    expected = sum(s / 10 * of.score[:, films] for s, of in zip(best, three, strict=True))
    np.testing.assert_allclose(fused.score[:, films], expected, rtol=1e-5)
    even = weighted([GOOD.score[0]] * 3, Y_TRUE)
    found = even([np.full((1, 3), value) for value in (1.0, 0.0, 0.0)])
    assert found.min() >= 0.3 and found.max() <= 0.4


def test_stacking_takes_the_third_where_it_says_more():
    third = scores(0.4, 3)
    two, three = (
        fuse([GOOD, BAD], Y_TRUE, IDS, "stacked"),
        fuse([GOOD, BAD, third], Y_TRUE, IDS, "stacked"),
    )
    for part in (0, 1):
        gained = average_precision_score(Y_TRUE, three.score[part])
        assert gained > average_precision_score(Y_TRUE, two.score[part])


def test_stacking_gains_over_the_mean_where_one_says_nothing():
    stacked, mean = (fuse([GOOD, BAD], Y_TRUE, IDS, by) for by in ("stacked", "mean"))
    for part in (0, 1):
        gained = average_precision_score(Y_TRUE, stacked.score[part])
        assert gained > average_precision_score(Y_TRUE, mean.score[part])
    assert ((stacked.score > 0) & (stacked.score < 1)).all()


@pytest.mark.parametrize("by", ["weighted", "stacked"])
def test_no_label_of_a_fold_lies_behind_its_films_scores_or_what_it_is_tuned_on(by):
    held = FOLD == 2
    turned = np.where(held[:, None], ~Y_TRUE, Y_TRUE)
    before, after = fuse([GOOD, BAD], Y_TRUE, IDS, by), fuse([GOOD, BAD], turned, IDS, by)
    np.testing.assert_array_equal(before.score[:, held], after.score[:, held])
    np.testing.assert_array_equal(before.inner[2], after.inner[2])
    assert (before.score[:, ~held] != after.score[:, ~held]).any()


def test_what_is_tuned_on_is_fused_without_the_film_itself():
    """inner[f] of fold j does not move with the labels of j either."""
    turned = np.where((FOLD == 1)[:, None], ~Y_TRUE, Y_TRUE)
    before, after = (fuse([GOOD, BAD], y, IDS, "stacked").inner[0] for y in (Y_TRUE, turned))
    np.testing.assert_array_equal(before[FOLD == 1], after[FOLD == 1])
    assert np.isnan(before[FOLD == 0]).all() and (before != after)[FOLD == 2].any()


def test_a_genre_without_films_takes_its_frequency():
    y_true = Y_TRUE & [True, True, False]
    fused = fuse([GOOD, BAD], y_true, IDS, "stacked").score[:, :, 2]
    np.testing.assert_allclose(fused, 0.5 / 61, rtol=1e-5)


def test_a_genre_that_one_of_the_two_lacks_is_left_out():
    half = dataclasses.replace(GOOD, score=GOOD.score.copy(), inner=GOOD.inner.copy())
    half.score[:, :, 0] = half.inner[:, :, 0] = np.nan
    fused = fuse([half, BAD], Y_TRUE, IDS, "stacked")
    assert np.isnan(fused.score[:, :, 0]).all() and np.isfinite(fused.score[:, :, 1:]).all()

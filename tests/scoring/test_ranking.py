import numpy as np
import pytest
from sklearn import metrics

from stages.scoring import ranking
from stages.scoring.averaging import Average

# Genre 0, best first: hit, miss, hit, miss. Genre 1: hit and miss tied, then miss, then hit.
TRUE = np.array([[1, 1], [0, 0], [1, 0], [0, 1]], dtype=bool)
SCORE = np.array([[0.9, 0.8], [0.8, 0.8], [0.7, 0.5], [0.1, 0.2]])


def test_average_precision_by_hand() -> None:
    by_genre = [(1 / 1 + 2 / 3) / 2, (1 / 2 + 2 / 4) / 2]
    np.testing.assert_allclose(ranking.genre_average_precision(TRUE, SCORE), by_genre)
    macro = ranking.macro_average_precision(TRUE, SCORE)
    assert macro.value == pytest.approx((5 / 6 + 1 / 2) / 2)
    assert (macro.defined, macro.left_out) == (2, 0)
    np.testing.assert_allclose(
        ranking.normalised_average_precision(TRUE, SCORE), [(5 / 6 - 0.5) / 0.5, 0.0]
    )


def test_averages_by_hand() -> None:
    # all pairs, best first: .9 hit; .8 .8 .8 hit and two misses; .7 hit; .5 miss; .2 hit; .1 miss
    micro = (1 / 1 + 2 / 4 + 3 / 5 + 4 / 7) / 4
    assert ranking.micro_average_precision(TRUE, SCORE).value == pytest.approx(micro)
    # the films' own rankings: both genres 1; none; its genre first 1; its genre first 1
    samples = ranking.samples_average_precision(TRUE, SCORE)
    assert (samples.value, samples.defined, samples.left_out) == (1.0, 3, 1)
    few = np.array([[1, 1], [0, 1], [0, 1], [0, 0]], dtype=bool)
    # genre 0: its film first; genre 1: its three films above the one without
    by_genre = [1.0, (2 / 2 + 2 / 2 + 3 / 3) / 3]
    found = ranking.weighted_average_precision(few, SCORE)
    assert found.value == pytest.approx((1 * by_genre[0] + 3 * by_genre[1]) / 4)
    few[0, 1] = False
    # genre 1 now: .8 .8 a hit and a miss, .5 a hit, .2 a miss
    expected = (1 * 1.0 + 2 * (1 / 2 + 2 / 3) / 2) / 3
    assert ranking.weighted_average_precision(few, SCORE).value == pytest.approx(expected)


def test_constant_scores() -> None:
    constant = np.full(SCORE.shape, 0.3)
    np.testing.assert_allclose(ranking.genre_average_precision(TRUE, constant), [0.5, 0.5])
    np.testing.assert_allclose(ranking.normalised_average_precision(TRUE, constant), [0, 0])
    np.testing.assert_allclose(ranking.roc_auc(TRUE, constant), [0.5, 0.5])
    few = np.arange(10)[:, None] < 2
    np.testing.assert_allclose(ranking.trapezoid_average_precision(few, np.zeros((10, 1))), [0.6])


def test_trapezoid_by_hand() -> None:
    # genre 0: (recall, precision) (0, 1) (.5, 1) (.5, .5) (1, 2/3) (1, .5)
    # genre 1: (0, 1) (.5, .5) (.5, 1/3) (1, .5)
    np.testing.assert_allclose(
        ranking.trapezoid_average_precision(TRUE, SCORE),
        [0.5 + (0.5 + 2 / 3) / 4, 1.5 / 4 + (1 / 3 + 1 / 2) / 4],
    )


def test_roc_auc_by_hand() -> None:
    # genre 0: hits .9 .7, misses .8 .1 -> 3 of 4; genre 1: hits .8 .2, misses .8 .5 -> 1.5 of 4
    np.testing.assert_allclose(ranking.roc_auc(TRUE, SCORE), [0.75, 0.375])


def test_film_rankings_by_hand() -> None:
    y_true = np.array([[1, 0, 1], [0, 1, 0]], dtype=bool)
    y_score = np.array([[0.9, 0.5, 0.1], [0.4, 0.4, 0.7]])
    lrap = ranking.label_ranking_average_precision(y_true, y_score)
    assert lrap.value == pytest.approx(((1 + 2 / 3) / 2 + 1 / 3) / 2)
    assert ranking.coverage_error(y_true, y_score) == Average(3.0, 2, 0)
    # film 0 first true genre 0, top 0; film 1 first true genre 1, top 2
    assert ranking.keras_accuracy(y_true, y_score) == 0.5


def test_keras_accuracy_breaks_ties_to_the_first() -> None:
    y_true = np.array([[0, 1, 1], [0, 1, 1]], dtype=bool)
    y_score = np.array([[0.5, 0.5, 0.5], [0.1, 0.5, 0.5]])
    assert ranking.keras_accuracy(y_true, y_score) == 0.5
    assert ranking.keras_accuracy(y_true, y_true.astype(float)) == 1.0


def test_what_has_no_value_is_left_out_and_counted() -> None:
    y_true = np.array([[1, 0, 1], [1, 0, 0], [1, 0, 0]], dtype=bool)  # all films, none, one
    y_score = np.array([[0.1, 0.2, 0.9], [0.2, 0.2, 0.3], [0.3, 0.2, 0.1]])
    np.testing.assert_array_equal(
        ranking.genre_average_precision(y_true, y_score), [1.0, np.nan, 1.0]
    )
    np.testing.assert_array_equal(ranking.roc_auc(y_true, y_score), [np.nan, np.nan, 1.0])
    np.testing.assert_array_equal(
        ranking.normalised_average_precision(y_true, y_score), [np.nan, np.nan, 1.0]
    )
    assert ranking.macro_average_precision(y_true, y_score) == Average(1.0, 2, 1)
    no_genres = np.zeros((1, 3), dtype=bool)
    for metric in (
        ranking.micro_average_precision,
        ranking.weighted_average_precision,
        ranking.samples_average_precision,
        ranking.label_ranking_average_precision,
        ranking.coverage_error,
    ):
        assert metric(no_genres, y_score[:1]).value is None
    bare = np.vstack([y_true, no_genres])
    assert ranking.coverage_error(bare, np.vstack([y_score, [[1, 1, 1]]])).left_out == 1


def test_agrees_with_scikit_learn(case: tuple[np.ndarray, np.ndarray]) -> None:
    y_true, y_score = case
    reference = metrics.average_precision_score
    np.testing.assert_allclose(
        ranking.genre_average_precision(y_true, y_score),
        reference(y_true, y_score, average=None),
        atol=1e-12,
    )
    pairs = [
        (ranking.macro_average_precision, reference(y_true, y_score, average="macro")),
        (ranking.micro_average_precision, reference(y_true, y_score, average="micro")),
        (ranking.weighted_average_precision, reference(y_true, y_score, average="weighted")),
        (ranking.samples_average_precision, reference(y_true, y_score, average="samples")),
        (
            ranking.label_ranking_average_precision,
            metrics.label_ranking_average_precision_score(y_true, y_score),
        ),
        (ranking.coverage_error, metrics.coverage_error(y_true, y_score)),
    ]
    for ours, theirs in pairs:
        assert ours(y_true, y_score).value == pytest.approx(theirs, abs=1e-12)
    np.testing.assert_allclose(
        ranking.roc_auc(y_true, y_score),
        metrics.roc_auc_score(y_true, y_score, average=None),
        atol=1e-12,
    )
    for genre, area in enumerate(ranking.trapezoid_average_precision(y_true, y_score)):
        precision, recall, _ = metrics.precision_recall_curve(y_true[:, genre], y_score[:, genre])
        assert area == pytest.approx(metrics.auc(recall, precision), abs=1e-12)

import numpy as np
import pytest
from sklearn import metrics

from stages.scoring import decisions as judged
from stages.scoring.averaging import Average

TRUE = np.array([[1, 1], [1, 0], [0, 1], [1, 0]], dtype=bool)
DECIDED = np.array([[1, 0], [1, 1], [1, 0], [0, 0]], dtype=bool)
# genre 0: 2 hits of 3 decided, 3 true; genre 1: 0 hits of 1 decided, 2 true


def test_by_hand() -> None:
    by_genre = judged.genre_quality(TRUE, DECIDED)
    np.testing.assert_allclose(by_genre.precision, [2 / 3, 0])
    np.testing.assert_allclose(by_genre.recall, [2 / 3, 0])
    np.testing.assert_allclose(by_genre.f1, [2 / 3, 0])
    np.testing.assert_allclose(by_genre.jaccard, [2 / 4, 0])
    micro = judged.micro(TRUE, DECIDED)
    assert micro["precision"].value == pytest.approx(2 / 4)
    assert micro["recall"].value == pytest.approx(2 / 5)
    assert micro["f1"].value == pytest.approx(4 / 9)
    assert judged.exact_match(TRUE, DECIDED) == 0.0
    assert judged.hamming_loss(TRUE, DECIDED) == 5 / 8
    assert judged.exact_match(TRUE, TRUE) == 1.0


def test_averages_by_hand() -> None:
    macro = judged.macro(TRUE, DECIDED)
    assert macro["precision"].value == macro["recall"].value == pytest.approx(1 / 3)
    assert macro["jaccard"].value == pytest.approx(1 / 4)
    # film by film, hits of decided and of true: 1 of 1 and 2; 1 of 2 and 1; 0 of 1 and 1; none
    films = judged.samples(TRUE, DECIDED)
    assert films["precision"] == Average(pytest.approx((1 + 1 / 2 + 0 + 0) / 4), 4, 0)  # type: ignore[arg-type]
    assert films["recall"].value == pytest.approx((1 / 2 + 1 + 0 + 0) / 4)
    assert films["f1"].value == pytest.approx((2 / 3 + 2 / 3) / 4)
    assert films["jaccard"].value == pytest.approx((1 / 2 + 1 / 2) / 4)
    assert judged.micro(TRUE, DECIDED)["jaccard"].value == pytest.approx(2 / 7)


def test_macro_f1_is_the_mean_of_f1() -> None:
    y_true = np.array([[1, 1], [1, 0], [1, 0], [1, 0]], dtype=bool)
    decided = np.array([[1, 1], [0, 1], [0, 1], [0, 1]], dtype=bool)
    # precision 1 and 1/4, recall 1/4 and 1: F1 0.4 each; the F1 of their means would be 0.625
    assert judged.macro(y_true, decided)["f1"].value == pytest.approx(0.4)


def test_what_has_no_value_is_left_out_and_counted() -> None:
    y_true = np.array([[1, 0, 0], [1, 0, 0]], dtype=bool)
    decided = np.array([[0, 1, 0], [0, 0, 0]], dtype=bool)
    by_genre = judged.genre_quality(y_true, decided)
    np.testing.assert_array_equal(by_genre.precision, [np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(by_genre.recall, [0, np.nan, np.nan])
    np.testing.assert_array_equal(by_genre.f1, [0, np.nan, np.nan])
    np.testing.assert_array_equal(by_genre.jaccard, [0, np.nan, np.nan])
    assert judged.macro(y_true, decided)["f1"] == Average(0.0, 1, 2)
    assert judged.samples(y_true, decided)["precision"] == Average(0.0, 2, 0)
    nothing = np.zeros_like(y_true)
    assert judged.micro(y_true, nothing)["precision"] == Average(0.0, 1, 0)


def test_all_averages_are_over_the_genres_that_films_have() -> None:
    y_true = np.array([[1, 0, 1, 1], [1, 0, 0, 0], [0, 0, 1, 0]], dtype=bool)
    decided = np.array([[1, 1, 1, 0], [0, 1, 0, 0], [0, 1, 1, 0]], dtype=bool)
    # the second genre is nobody's though all were given it; the fourth was given to nobody
    macro = judged.macro(y_true, decided)
    assert {each.defined for each in macro.values()} == {3}
    assert macro["precision"].value == pytest.approx((1 + 1 + 0) / 3)
    assert macro["recall"].value == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert macro["f1"].value == pytest.approx((2 / 3 + 1 + 0) / 3)


def test_agrees_with_scikit_learn(case: tuple[np.ndarray, np.ndarray]) -> None:
    y_true, decided = case[0], case[1] >= 0.5
    for kind, ours in (
        ("macro", judged.macro(y_true, decided)),
        ("micro", judged.micro(y_true, decided)),
        ("samples", judged.samples(y_true, decided)),
    ):
        for name, theirs in (
            ("precision", metrics.precision_score),
            ("recall", metrics.recall_score),
            ("f1", metrics.f1_score),
        ):
            expected = theirs(y_true, decided, average=kind, zero_division=0)
            assert ours[name].value == pytest.approx(expected, abs=1e-12), (kind, name)
        expected = metrics.jaccard_score(y_true, decided, average=kind, zero_division=0)
        assert ours["jaccard"].value == pytest.approx(expected, abs=1e-12)
    exact = metrics.accuracy_score(y_true, decided)
    assert judged.exact_match(y_true, decided) == pytest.approx(exact, abs=1e-12)
    hamming = metrics.hamming_loss(y_true, decided)
    assert judged.hamming_loss(y_true, decided) == pytest.approx(hamming, abs=1e-12)

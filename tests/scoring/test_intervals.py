import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import average_precision_score

from stages.base.errors import BenchmarkError
from stages.scoring import intervals
from stages.scoring.bootstrap import (
    Resamples,
    bootstrap_genre_average_precision,
    bootstrap_means,
)


def test_percentile_by_hand() -> None:
    samples = np.arange(101.0)
    assert intervals.percentile_interval(samples) == pytest.approx((2.5, 97.5))
    assert intervals.percentile_interval(samples, level=0.5) == pytest.approx((25.0, 75.0))


def test_bca_agrees_with_scipy() -> None:
    data = np.random.default_rng(0).exponential(size=40)
    result = bootstrap_means(data[:, None], 4000, seed=1)
    theirs = stats.bootstrap(
        (data,),
        np.mean,
        n_resamples=0,
        method="BCa",
        bootstrap_result=stats.bootstrap(
            (data,), np.mean, n_resamples=4000, random_state=np.random.default_rng(1)
        ),
    )
    ours = intervals.bca_interval(
        theirs.bootstrap_distribution, float(data.mean()), result.jackknife[:, 0]
    )
    assert ours == pytest.approx(tuple(theirs.confidence_interval), abs=1e-12)


def test_bootstrap_p_by_hand() -> None:
    samples = np.arange(1.0, 40.0)  # 39 values; 5 at or below 5, so 2 * (1 + 5) / (1 + 39)
    assert intervals.bootstrap_p_value(samples, 5.0) == pytest.approx(0.3)
    assert intervals.bootstrap_p_value(samples, 35.0) == pytest.approx(0.3)
    assert intervals.bootstrap_p_value(samples, 0.0) == pytest.approx(2 / 40)
    assert intervals.bootstrap_p_value(samples, 20.0) == 1.0


def test_bca_of_a_constant_is_the_percentile_interval() -> None:
    same = np.full(50, 0.3)
    assert intervals.bca_interval(same, 0.3, same) == pytest.approx((0.3, 0.3))


def test_bca_counts_values_at_the_point_half_below_it() -> None:
    # symmetric resamples and jackknife: no bias, no acceleration, hence the percentile interval
    samples = np.repeat([-1.0, 0.0, 1.0], [30, 40, 30])
    ours = intervals.bca_interval(samples, 0.0, np.array([-0.1, 0.0, 0.1]), level=0.5)
    assert ours == pytest.approx((-1.0, 1.0))


def test_jackknife_by_hand() -> None:
    # of the mean of 0 1 2 3 the jackknife is 2, 5/3, 4/3, 1: no bias, error sqrt(5/3) / 2, and
    # kurtosis (81 + 1 + 1 + 81) / 16 / 4 over (20 / 4 / 4)^2 = 1.64, so 8 / max(.64, 1) = 8 degrees
    without_one = np.array([2, 5 / 3, 4 / 3, 1])
    half = stats.t.ppf(0.975, 8) * np.sqrt(5 / 3) / 2
    assert intervals.jackknife_interval(1.5, without_one) == pytest.approx((1.5 - half, 1.5 + half))
    # the same data as a tenth of it, a share: the logit of .15 plus and minus half / (.15 * .85),
    # the slope being the value's own where there is no bias
    ends = np.log(0.15 / 0.85) + np.array([-1, 1]) * half / 10 / (0.15 * 0.85)
    expected = tuple(1 / (1 + np.exp(-ends)))
    assert intervals.jackknife_interval(0.15, without_one / 10) == pytest.approx(expected)
    difference = intervals.jackknife_interval(0.15, without_one / 10, proportion=False)
    assert difference == pytest.approx((0.15 - half / 10, 0.15 + half / 10))


def test_jackknife_is_around_the_value_shown_whatever_its_bias() -> None:
    # the variance with divisor n is biased: the jackknife would centre on the one with n - 1
    data = np.random.default_rng(0).normal(0, 3, 50)
    without_one = np.array([np.delete(data, i).var() for i in range(50)])
    lo, hi = intervals.jackknife_interval(float(data.var()), without_one, proportion=False)
    assert (lo + hi) / 2 == pytest.approx(data.var(), abs=1e-9)


def test_jackknife_of_a_share_takes_the_slope_where_the_bias_is_off() -> None:
    # .1 of four films, .08 in the mean without one: without its bias .1 + 3 (.1 - .08) = .16
    without_one = np.array([0.06, 0.08, 0.08, 0.10])
    error = np.sqrt(3 / 4 * (0.02**2 + 0.02**2))
    kurtosis = 4 * 2 * 0.02**4 / (2 * 0.02**2) ** 2
    reach = error * stats.t.ppf(0.975, 8 / max(kurtosis - 1, 1)) / (0.16 * 0.84)
    expected = 1 / (1 + np.exp(-(np.log(0.1 / 0.9) + np.array([-reach, reach]))))
    assert intervals.jackknife_interval(0.1, without_one) == pytest.approx(tuple(expected))


def test_what_does_not_vary_has_no_interval() -> None:
    # a genre whose films all stand first: nothing tells how far from perfect others would be
    assert np.isnan(intervals.jackknife_interval(1.0, np.ones(9))).all()


@pytest.mark.parametrize("n_films", [12, 40, 240])
def test_interval_of_a_level_holds_the_number_it_stands_beside(n_films: int) -> None:
    rng = np.random.default_rng(4)
    y_true = np.arange(n_films)[:, None] < np.arange(1, 11)  # genres of 1 to 10 films
    scores = rng.random((3, n_films, 10)) + np.array([0, 0.2, 0.6])[:, None, None] * y_true
    by_genre = bootstrap_genre_average_precision(y_true, scores, 20, seed=0)
    for genre, resamples in by_genre.items():
        for number, score in enumerate(scores):
            estimate = intervals.approach_estimate(resamples, number)
            shown = average_precision_score(y_true[:, genre], score[:, genre])
            assert np.isnan(estimate.lo) or estimate.lo < shown < estimate.hi


def test_jackknife_stays_between_0_and_1() -> None:
    for few in (0.97, 0.03):
        lo, hi = intervals.jackknife_interval(few, np.array([few] * 30 + [few - 0.02, few + 0.01]))
        assert 0 < lo < hi < 1


def test_interval_of_a_normal_mean() -> None:
    data = 2 + np.random.default_rng(3).normal(size=(400, 1))
    result = bootstrap_means(data, 4000, seed=1)
    half = 1.96 * data.std() / 20
    for method in ("percentile", "bca", "jackknife"):
        estimate = intervals.approach_estimate(result, 0, method=method)
        assert estimate.value == pytest.approx(data.mean())
        assert estimate.lo == pytest.approx(data.mean() - half, abs=0.01)
        assert estimate.hi == pytest.approx(data.mean() + half, abs=0.01)


def test_paired_difference_is_paired() -> None:
    values = np.array([[0.2, 0.1, 0.5], [0.9, 0.8, 0.7], [0.5, 0.4, 0.9]])
    resamples = Resamples(np.array([0.5, 0.4, 0.6]), values, values, 0, 0)
    estimate = intervals.paired_difference(resamples, 0, 1)
    assert (estimate.value, estimate.lo, estimate.hi) == pytest.approx((0.1, 0.1, 0.1))
    # against the mean of the others: 0.2 - 0.3, 0.9 - 0.75, 0.5 - 0.65
    estimate = intervals.paired_difference(resamples, 0, [1, 2], level=1.0)
    assert (estimate.value, estimate.lo, estimate.hi) == pytest.approx((0.0, -0.15, 0.15))


def test_undefined_samples_are_refused() -> None:
    with pytest.raises(BenchmarkError, match="1 undefined"):
        intervals.percentile_interval(np.array([0.1, np.nan]))
    with pytest.raises(BenchmarkError, match="no interval"):
        intervals.percentile_interval(np.array([]))

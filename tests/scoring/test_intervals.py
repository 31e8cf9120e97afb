import numpy as np
import pytest
from scipy import stats

from stages.errors import BenchmarkError
from stages.scoring import intervals
from stages.scoring.bootstrap import Resamples, bootstrap_means


def test_percentile_by_hand() -> None:
    samples = np.arange(101.0)
    assert intervals.percentile_interval(samples) == pytest.approx((2.5, 97.5))
    assert intervals.percentile_interval(samples, level=0.5) == pytest.approx((25.0, 75.0))
    assert intervals.centred_interval(samples, 45.0) == pytest.approx((-2.5, 92.5))


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


def test_bca_of_a_constant_is_the_percentile_interval() -> None:
    same = np.full(50, 0.3)
    assert intervals.bca_interval(same, 0.3, same) == pytest.approx((0.3, 0.3))


def test_bca_counts_values_at_the_point_half_below_it() -> None:
    # symmetric resamples and jackknife: no bias, no acceleration, hence the percentile interval
    samples = np.repeat([-1.0, 0.0, 1.0], [30, 40, 30])
    ours = intervals.bca_interval(samples, 0.0, np.array([-0.1, 0.0, 0.1]), level=0.5)
    assert ours == pytest.approx((-1.0, 1.0))


def test_interval_of_a_normal_mean() -> None:
    data = np.random.default_rng(3).normal(size=(400, 1))
    result = bootstrap_means(data, 4000, seed=1)
    half = 1.96 * data.std() / 20
    for method in ("percentile", "centred", "bca"):
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

"""Intervals: of one approach by the jackknife, of paired differences by the bootstrap."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri, stdtrit

from stages.base.errors import BenchmarkError
from stages.scoring.bootstrap import Resamples
from stages.scoring.validate import Floats

Method = Literal["percentile", "bca", "jackknife"]
MIN_DEGREES_OF_FREEDOM = 3.0  # below, Student's t has no variance


@dataclass(frozen=True)
class Estimate:
    """A number on all films and its interval."""

    value: float
    lo: float
    """NaN where no interval can be given."""
    hi: float
    """NaN where no interval can be given."""


def percentile_interval(samples: Floats, level: float = 0.95) -> tuple[float, float]:
    """The middle part of the resampled values, a share of `level`.

    samples: (n_resamples,) free of NaN. Raises BenchmarkError on an empty or undefined sample.
    """
    _validate_samples(samples)
    lo, hi = np.quantile(samples, ((1 - level) / 2, (1 + level) / 2))
    return float(lo), float(hi)


def bootstrap_p_value(samples: Floats, bound: float) -> float:
    """Two-sided p of a value being `bound`, from its resampled values.

    Twice the smaller share of them at or beyond it, itself counted among them (Efron & Tibshirani
    1993, ch. 15): below 0.05 where the percentile interval leaves the bound out. samples:
    (n_resamples,) free of NaN. Raises BenchmarkError on an empty or undefined sample.
    """
    _validate_samples(samples)
    beyond = min(int(np.sum(samples <= bound)), int(np.sum(samples >= bound)))
    return min(1.0, 2 * (1 + beyond) / (1 + len(samples)))


def jackknife_interval(
    point: float, jackknife: Floats, level: float = 0.95, proportion: bool = True
) -> tuple[float, float]:
    """Interval of what as many other films would give, around the value on these.

    The jackknife's standard error (Tukey 1958), with Student's t of 2n / (kurtosis - 1) degrees of
    freedom for few influential films (Satterthwaite 1946) and, for proportions, on the logit scale,
    which keeps the ends within 0 and 1. No bias is taken off the centre: average precision of few
    films lies above that of many (macro of .45: by .021 at 150 films, .014 at 240, .003 at 1,000),
    but so do a random order's and an ideal observer's on the same films; value, interval and
    references are to be on one scale. Resampling would add that bias once more, since copies of a
    film tie. The logit's slope alone is taken at the value without the jackknife's bias (Quenouille
    1956): where chance has moved the value, intervals of rare genres came out too short.
    Coverage of this and of the others: benchmarks/results/calibration.json.

    point: the value on all films; jackknife: (n_groups,); proportion: whether the value is one (a
    difference is not). NaN where the jackknife does not vary: a perfect value shows no variance.
    Raises BenchmarkError on an empty or undefined jackknife.
    """
    _validate_samples(jackknife)
    n = len(jackknife)
    influence = jackknife.mean() - jackknife
    sum_of_squares = float(np.sum(influence**2))
    if sum_of_squares <= np.finfo(np.float64).eps ** 2:
        return float("nan"), float("nan")
    error = np.sqrt((n - 1) / n * sum_of_squares)
    kurtosis = n * float(np.sum(influence**4)) / sum_of_squares**2
    degrees_of_freedom = max(2 * n / max(kurtosis - 1, 1.0), MIN_DEGREES_OF_FREEDOM)
    half_width = float(error * stdtrit(degrees_of_freedom, (1 + level) / 2))
    if not (proportion and 0 < point < 1):
        return point - half_width, point + half_width
    unbiased = point - (n - 1) * float(jackknife.mean() - point)
    unbiased = min(max(unbiased, point / 2), (1 + point) / 2)  # at most half the way to an edge
    on_logit_scale = half_width / (unbiased * (1 - unbiased))
    return float(expit(logit(point) - on_logit_scale)), float(expit(logit(point) + on_logit_scale))


def bca_interval(
    samples: Floats, point: float, jackknife: Floats, level: float = 0.95
) -> tuple[float, float]:
    """Bias-corrected and accelerated interval (Efron 1987; Efron & Tibshirani 1993, ch. 14).

    samples: (n_resamples,); point: the value on all films; jackknife: (n_groups,), the value
    without each film or group. Values equal to the point count half below it. Falls back on the
    percentile interval where all resamples lie on one side of the point or the jackknife does not
    vary. Raises BenchmarkError on an empty or undefined sample.
    """
    _validate_samples(samples)
    _validate_samples(jackknife)
    below = float(np.mean(samples < point) + np.mean(samples == point) / 2)
    influence = jackknife.mean() - jackknife
    sum_of_squares = float(np.sum(influence**2))
    if not 0 < below < 1 or sum_of_squares == 0:
        return percentile_interval(samples, level)
    bias = ndtri(below)
    acceleration = float(np.sum(influence**3)) / (6 * sum_of_squares**1.5)
    ends = bias + ndtri(((1 - level) / 2, (1 + level) / 2))
    lo, hi = np.quantile(samples, ndtr(bias + ends / (1 - acceleration * ends)))
    return float(lo), float(hi)


def approach_estimate(
    resamples: Resamples,
    approach: int,
    level: float = 0.95,
    method: Method = "jackknife",
) -> Estimate:
    """One approach's number with its interval. Raises BenchmarkError if nothing was resampled."""
    return _estimate(
        float(resamples.point[approach]),
        resamples.values[:, approach],
        resamples.jackknife[:, approach],
        level,
        method,
        proportion=True,
    )


def paired_difference(
    resamples: Resamples,
    first: int | Sequence[int],
    second: int | Sequence[int],
    level: float = 0.95,
    method: Method = "percentile",
) -> Estimate:
    """First approach minus second with its interval, both judged on the same resamples.

    Several approaches on one side (seeds of one training, random references) are averaged. Raises
    BenchmarkError if nothing was resampled.
    """
    one, other = np.atleast_1d(first), np.atleast_1d(second)

    def difference(values: Floats) -> Floats:
        return values[..., one].mean(axis=-1) - values[..., other].mean(axis=-1)

    return _estimate(
        float(difference(resamples.point)),
        difference(resamples.values),
        difference(resamples.jackknife),
        level,
        method,
        proportion=False,
    )


def weighted_sum(resamples: Resamples, weights: Floats, level: float = 0.95) -> Estimate:
    """Approaches' numbers, each times its weight, added up, with the percentile interval.

    weights: (n_approaches,). Raises BenchmarkError if nothing was resampled.
    """
    samples = resamples.values @ weights
    return Estimate(float(resamples.point @ weights), *percentile_interval(samples, level))


def _estimate(
    point: float, samples: Floats, jackknife: Floats, level: float, method: Method, proportion: bool
) -> Estimate:
    if method == "bca":
        return Estimate(point, *bca_interval(samples, point, jackknife, level))
    if method == "jackknife":
        return Estimate(point, *jackknife_interval(point, jackknife, level, proportion))
    return Estimate(point, *percentile_interval(samples, level))


def _validate_samples(samples: Floats) -> None:
    if samples.ndim != 1 or samples.size == 0 or np.isnan(samples).any():
        raise BenchmarkError(
            "no interval can be taken",
            where="samples",
            found=f"shape {samples.shape}, {int(np.isnan(samples).sum())} undefined",
            expected="(n,) with at least one value and none undefined",
            do="leave undefined resamples out first",
        )

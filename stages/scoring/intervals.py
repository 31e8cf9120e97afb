"""Intervals from resamples, and the differences of paired approaches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import norm

from stages.errors import BenchmarkError
from stages.scoring.bootstrap import Resamples
from stages.scoring.validate import Floats

Method = Literal["percentile", "centred", "bca"]


@dataclass(frozen=True)
class Estimate:
    """A number on all films and its interval over resamples of them."""

    value: float
    lo: float
    hi: float


def percentile_interval(samples: Floats, level: float = 0.95) -> tuple[float, float]:
    """Middle part of the resampled values.

    samples: (n_resamples,) free of NaN. Raises BenchmarkError on an empty or undefined sample.
    """
    _validate_samples(samples)
    lo, hi = np.quantile(samples, ((1 - level) / 2, (1 + level) / 2))
    return float(lo), float(hi)


def centred_interval(samples: Floats, point: float, level: float = 0.95) -> tuple[float, float]:
    """Percentile interval moved by the bootstrap's bias, so that the resamples' mean is the point.

    Copies of a film tie with each other, so resampled average precision lies above its value on
    distinct films; in a difference of two approaches this cancels, in a single one it does not
    (simulated at 240 films, nominal 95%: 90% coverage as it is, 93% centred). samples:
    (n_resamples,); point: the value on all films. Raises BenchmarkError on an empty or undefined
    sample.
    """
    lo, hi = percentile_interval(samples, level)
    bias = float(samples.mean()) - point
    return lo - bias, hi - bias


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
    pull = jackknife.mean() - jackknife
    spread = float(np.sum(pull**2))
    if not 0 < below < 1 or spread == 0:
        return percentile_interval(samples, level)
    bias = norm.ppf(below)
    acceleration = float(np.sum(pull**3)) / (6 * spread**1.5)
    ends = bias + norm.ppf(((1 - level) / 2, (1 + level) / 2))
    lo, hi = np.quantile(samples, norm.cdf(bias + ends / (1 - acceleration * ends)))
    return float(lo), float(hi)


def approach_estimate(
    resamples: Resamples,
    approach: int,
    level: float = 0.95,
    method: Method = "centred",
) -> Estimate:
    """One approach's number with its interval. Raises BenchmarkError if nothing was resampled."""
    return _estimate(
        float(resamples.point[approach]),
        resamples.values[:, approach],
        resamples.jackknife[:, approach],
        level,
        method,
    )


def paired_difference(
    resamples: Resamples,
    first: int | Sequence[int],
    second: int | Sequence[int],
    level: float = 0.95,
    method: Method = "percentile",
) -> Estimate:
    """First approach minus second with its interval, both judged on the same resamples.

    Several approaches on one side (seeds of one training, random references) stand for the mean of
    their values. Raises BenchmarkError if nothing was resampled.
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
    )


def _estimate(
    point: float, samples: Floats, jackknife: Floats, level: float, method: Method
) -> Estimate:
    if method == "bca":
        return Estimate(point, *bca_interval(samples, point, jackknife, level))
    if method == "centred":
        return Estimate(point, *centred_interval(samples, point, level))
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

"""Averages over genres or films that leave out, and count, undefined values.

One convention in all of `scoring`: an array over genres, films or resamples holds NaN exactly where
its value is undefined (average precision of a genre that no film has); a number that is returned is
an `Average`, which is free of NaN and says how many values it is over. Only this module turns the
one into the other.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stages.scoring.validate import Floats, Ints


@dataclass(frozen=True)
class Average:
    """A mean over the values that are defined."""

    value: float | None
    """None where none is defined."""
    defined: int
    """How many values it is over."""
    left_out: int
    """How many were undefined."""


def average(values: Floats, weights: Floats | None = None) -> Average:
    """Average the defined entries of a 1-d array, weighted if weights are given.

    values: (n,), NaN = undefined; weights: (n,) not negative.
    """
    defined = ~np.isnan(values)
    count = int(defined.sum())
    left_out = int(defined.size) - count
    kept = np.ones(count) if weights is None else weights[defined]
    if kept.sum() == 0:
        return Average(None, count, left_out)
    return Average(float((values[defined] * kept).sum() / kept.sum()), count, left_out)


def average_over_genres(values: Floats) -> tuple[Floats, Ints]:
    """Average the defined entries along the last axis.

    values: (..., n_genres), NaN = undefined. Returns the means (...), NaN where a whole row is
    undefined, and the number of entries left out of each (...).
    """
    undefined = np.isnan(values)
    left_out = undefined.sum(axis=-1)
    count = values.shape[-1] - left_out
    total = np.where(undefined, 0.0, values).sum(axis=-1)
    return ratio(total, count), left_out


def ratio(numerator: npt.ArrayLike, denominator: npt.ArrayLike) -> Floats:
    """Divide element by element; NaN, quietly, where the denominator is 0."""
    top = np.asarray(numerator, dtype=np.float64)
    bottom = np.asarray(denominator, dtype=np.float64)
    result = np.full(np.broadcast_shapes(top.shape, bottom.shape), np.nan)
    np.divide(top, bottom, out=result, where=bottom != 0)
    return result


def as_numbers(averages: dict[str, Average]) -> dict[str, float]:
    """Turn named averages into plain numbers for a table.

    An undefined average is left out; `<name>_left_out` appears where anything was left out.
    """
    numbers: dict[str, float] = {}
    for name, item in averages.items():
        if item.value is not None:
            numbers[name] = item.value
        if item.left_out:
            numbers[f"{name}_left_out"] = float(item.left_out)
    return numbers

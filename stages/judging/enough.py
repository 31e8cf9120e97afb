"""Whether there are films enough for an interval and a verdict: the one rule of all tables.

With few films intervals do not keep what they promise. For a genre of 1, 2, 3, 5 or 8 films among
60, a 95% interval held the value of as many other films in 28, 63, 75, 89 and 95 of 100 simulations
(benchmarks/results/calibration.json, "few films").
"""

from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
import numpy.typing as npt

from stages.base.params import JudgingParams

Bools = npt.NDArray[np.bool_]
Row = dict[str, Any]


@dataclass(frozen=True)
class Enough:
    """films: whether the corpus has enough of them; genres: (n_genres,) bool, whether each genre
    has, of those with it and of those without; none has where the corpus has not."""

    films: bool
    genres: Bools


def enough(y_true: Bools, group: npt.NDArray[Any] | None, params: JudgingParams) -> Enough:
    """Count the films, of each genre the fewer of those with it and those without.

    y_true: (n_films, n_genres) bool; group: (n_films,) or None.
    """
    films = bool(independent(np.ones(len(y_true), bool), group) >= params.min_films)
    fewer = [min(independent(side, group) for side in (has, ~has)) for has in y_true.T]
    return Enough(films, films & (np.array(fewer) >= params.min_genre_films))


def independent(chosen: Bools, group: npt.NDArray[Any] | None) -> int:
    """How many of the chosen films stand for themselves: a collection counts once, since its films
    are drawn and left out together. chosen: (n_films,) bool; group: (n_films,) or None."""
    return int(chosen.sum()) if group is None else len(np.unique(group[chosen]))


def bounds(lo: float, hi: float, given: bool, name: str = "") -> Row:
    """An interval as cells of a table, `<name>lo` and `<name>hi`; none where films are too few."""
    return {f"{name}lo": lo, f"{name}hi": hi} if given and not isnan(lo) else {}

"""Whether there are enough films for an interval and a verdict: one rule for all tables.

With few films intervals cover the truth too rarely. For a genre of 1, 2, 3, 5 or 8 films among
60, a 95% interval contained the value of as many other films in 28, 63, 75, 89 and 95 of 100
simulations (benchmarks/results/calibration.json, "few films").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
import numpy.typing as npt

from stages.base.genres import GENRES
from stages.base.params import JudgingParams

Bools = npt.NDArray[np.bool_]
Row = dict[str, Any]
# Half-width of a 95% interval of macro AP times the root of the number of films, at a macro AP of
# .45: within a fifth of what benchmarks/calibration.py measures at 60 to 1,000 films.
HALF_WIDTH = 0.65


@dataclass(frozen=True)
class SampleSize:
    """Where there are enough films for an interval and a verdict."""

    enough_films: bool
    """In the corpus as a whole."""
    enough_genres: Bools
    """(n_genres,): both with the genre and without it; none where the corpus has too few films."""


def check_sample_size(
    y_true: Bools, group: npt.NDArray[Any] | None, params: JudgingParams
) -> SampleSize:
    """Count the films, and for each genre the smaller of the two classes.

    y_true: (n_films, n_genres) bool; group: (n_films,) or None.
    """
    enough = bool(count_independent(np.ones(len(y_true), bool), group) >= params.min_films)
    smaller = [min(count_independent(side, group) for side in (has, ~has)) for has in y_true.T]
    return SampleSize(enough, enough & (np.array(smaller) >= params.min_genre_films))


def count_independent(mask: Bools, group: npt.NDArray[Any] | None) -> int:
    """How many independent units a mask selects: a collection counts once, since its films are
    resampled and held out together. mask: (n_films,) bool; group: (n_films,) or None."""
    return int(mask.sum()) if group is None else len(np.unique(group[mask]))


def interval_cells(lo: float, hi: float, shown: bool, prefix: str = "") -> Row:
    """An interval as cells of a table, `<prefix>lo` and `<prefix>hi`; none where films are too
    few."""
    return {f"{prefix}lo": lo, f"{prefix}hi": hi} if shown and not isnan(lo) else {}


def expected_half_width(n_films: int) -> float:
    """About how far a 95% interval of macro average precision will reach to each side."""
    return HALF_WIDTH / float(n_films) ** 0.5


def describe_sample_size(
    y_true: np.ndarray, group: np.ndarray, folds: int, params: JudgingParams
) -> dict[str, Any]:
    """What splits.json says about the size of a corpus: independent_films, genre_films (the same by
    genre), expected_half_width, and where something is too small a warning.

    y_true: (n_films, n_genres) bool of the films that can be judged; group: (n_films,), films of a
    collection alike. Genres that none of them has are no part of the run.
    """
    films = count_independent(np.ones(len(y_true), bool), group)
    present = {genre: has for genre, has in zip(GENRES, y_true.T, strict=True) if has.any()}
    found: dict[str, Any] = {
        "independent_films": films,
        "genre_films": {genre: count_independent(has, group) for genre, has in present.items()},
        "expected_half_width": expected_half_width(films),
    }
    enough = dict(zip(GENRES, check_sample_size(y_true, group, params).enough_genres, strict=True))
    few = [genre for genre in present if not enough[genre]]
    warning = _warning(found, few, folds, params)
    return found | ({"warning": warning} if warning else {})


def _warning(
    found: Mapping[str, Any], few: Sequence[str], folds: int, params: JudgingParams
) -> str:
    films, genre_films = found["independent_films"], found["genre_films"]
    said = []
    if films < params.min_films:
        said.append(
            f"Only {films} films can be judged: with fewer than {params.min_films} no interval and "
            "no verdict is given."
        )
    elif few:
        said.append(
            f"Too few films for an interval and a verdict of their own (fewer than "
            f"{params.min_genre_films} with the genre or without it): {_listed(few, genre_films)}."
        )
    if rare := [genre for genre in few if genre_films[genre] < folds]:
        said.append(
            f"Fewer films than the {folds} folds: {_listed(rare, genre_films)}; some folds have "
            "nothing to judge there, or to learn from."
        )
    if said:
        width = found["expected_half_width"]
        said.append(
            f"With {films} films a 95% interval of macro average precision would reach about "
            f"{width:.2f} to each side ({HALF_WIDTH:g} / √films, by simulation)."
        )
    return " ".join(said)


def _listed(genres: Sequence[str], films: Mapping[str, int]) -> str:
    return ", ".join(f"{genre} ({films[genre]})" for genre in genres)

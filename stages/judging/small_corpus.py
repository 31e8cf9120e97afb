"""What is to be said before the run of a corpus with few films, or few of some genre."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from stages.base.genres import GENRES
from stages.base.params import JudgingParams
from stages.judging.enough import enough, independent

# Half-width of a 95% interval of macro AP times the root of the number of films, at a macro AP of
# .45: within a fifth of what benchmarks/calibration.py measures at 60 to 1,000 films.
HALF_WIDTH = 0.65


def expected_half_width(n_films: int) -> float:
    """About how far a 95% interval of macro average precision will reach to each side."""
    return HALF_WIDTH / float(n_films) ** 0.5


def small_corpus(
    y_true: np.ndarray, group: np.ndarray, folds: int, params: JudgingParams
) -> dict[str, Any]:
    """What splits.json says of the size of a corpus: independent_films, genre_films (the same by
    genre), expected_half_width, and where something is too small a warning.

    y_true: (n_films, n_genres) bool of the films that can be judged; group: (n_films,), films of a
    collection alike. Genres that none of them has are no part of the run.
    """
    films = independent(np.ones(len(y_true), bool), group)
    present = {genre: has for genre, has in zip(GENRES, y_true.T, strict=True) if has.any()}
    found: dict[str, Any] = {
        "independent_films": films,
        "genre_films": {genre: independent(has, group) for genre, has in present.items()},
        "expected_half_width": expected_half_width(films),
    }
    given = dict(zip(GENRES, enough(y_true, group, params).genres, strict=True))
    few = [genre for genre in present if not given[genre]]
    warning = _warning(found, few, folds, params)
    return found | ({"warning": warning} if warning else {})


def _warning(
    found: Mapping[str, Any], few: Sequence[str], folds: int, params: JudgingParams
) -> str:
    films, of = found["independent_films"], found["genre_films"]
    said = []
    if films < params.min_films:
        said.append(
            f"Only {films} films can be judged: with fewer than {params.min_films} no interval and "
            "no verdict is given."
        )
    elif few:
        said.append(
            f"Too few films for an interval and a verdict of their own (fewer than "
            f"{params.min_genre_films} with the genre or without it): {_listed(few, of)}."
        )
    if rare := [genre for genre in few if of[genre] < folds]:
        said.append(
            f"Fewer films than the {folds} folds: {_listed(rare, of)}; some folds have nothing to "
            "judge there, or to learn from."
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

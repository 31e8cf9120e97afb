"""How far two sources of genres agree: what a perfect judge of one could score on the other."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from stages.base.counting import counted
from stages.base.genres import GENRES
from stages.base.params import JudgingParams
from stages.corpus.second_source import Genres
from stages.fitting.films import Films
from stages.judging.enough import bounds, enough
from stages.scoring import decisions
from stages.scoring.bootstrap import (
    Resamples,
    bootstrap_macro_average_precision,
    bootstrap_macro_f1,
    bootstrap_means,
)
from stages.scoring.intervals import approach_estimate
from stages.scoring.ranking import genre_average_precision, micro_average_precision

LEAST = 2  # films (or collections) that both know: of fewer there is none to leave out
COLUMNS = ("metric", "genre", "value", "lo", "hi", "films")
Row = dict[str, Any]


def label_ceiling_rows(films: Films, second: Genres, params: JudgingParams) -> Iterator[Row]:
    """One row a metric, and one a genre of F1 and average precision; none of too few films.

    The first source is the truth, the second answers: its labels are decisions, and scores of 0
    and 1. Films that only one source knows are left out, and so are genres that the first gives to
    none of the rest. `films`: those both know, or of a genre those that have it.
    """
    if _few(films, second):
        return
    known = _known(films, second)
    y_true = films.y_true[known]
    genres = [genre for genre, given in zip(GENRES, y_true.any(axis=0), strict=True) if given]
    y_true = y_true[:, y_true.any(axis=0)]
    answers = [second[film] for film in films.ids[known].tolist()]
    y_second = np.array([[genre in names for genre in genres] for names in answers], bool)
    scores = y_second.astype(np.float64)
    group = None if films.group is None else films.group[known]
    exact = (y_true == y_second).all(axis=1).astype(np.float64)[:, None]
    settings = (params.resamples, params.seed, group)
    given = enough(y_true, group, params).films

    macro_ap = bootstrap_macro_average_precision(y_true, scores[None], *settings)
    whole = {
        "exact_match": _estimated(bootstrap_means(exact, *settings), given),
        "micro_f1": {"value": decisions.micro(y_true, y_second)["f1"].value},
        "macro_f1": _estimated(bootstrap_macro_f1(y_true, y_second[None], *settings), given),
        "micro_ap": {"value": micro_average_precision(y_true, scores).value},
        "macro_ap": _estimated(macro_ap, given),
    }
    for metric, values in whole.items():
        yield {"metric": metric, **values, "films": int(known.sum())}
    judged = {
        "f1": decisions.genre_quality(y_true, y_second).f1,
        "ap": genre_average_precision(y_true, scores),
    }
    for metric, by_genre in judged.items():
        for column, genre in enumerate(genres):
            support = int(y_true[:, column].sum())
            value = float(by_genre[column])
            yield {"metric": metric, "genre": genre, "value": value, "films": support}


def _estimated(resamples: Resamples, given: bool) -> Row:
    estimate = approach_estimate(resamples, 0)
    return {"value": estimate.value, **bounds(estimate.lo, estimate.hi, given)}


def too_few(films: Films, second: Genres) -> str:
    """What is said where a second source was given and shares too few films, else ""."""
    if not second or not _few(films, second):
        return ""
    known = int(_known(films, second).sum())
    shared = counted(known, "film of this run is", "films of this run are")
    return f"{shared} in the second source of genres: too few to say how far the two agree"


def _few(films: Films, second: Genres) -> bool:
    known = _known(films, second)
    group = np.arange(len(known)) if films.group is None else films.group
    return len(np.unique(group[known])) < LEAST


def _known(films: Films, second: Genres) -> np.ndarray:
    return np.array([film in second for film in films.ids.tolist()], bool)

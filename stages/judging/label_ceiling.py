"""How far two sources of genres agree: the most any model could agree with these labels."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from stages.base.counting import counted
from stages.base.genres import GENRES
from stages.base.params import JudgingParams
from stages.corpus.second_source import Genres
from stages.fitting.films import Films
from stages.judging.sample_size import check_sample_size, interval_cells
from stages.scoring import decisions
from stages.scoring.bootstrap import (
    Resamples,
    bootstrap_macro_average_precision,
    bootstrap_macro_f1,
    bootstrap_means,
)
from stages.scoring.intervals import approach_estimate
from stages.scoring.ranking import genre_average_precision, micro_average_precision

MIN_FILMS = 2  # films (or collections) in both: the jackknife leaves one out
COLUMNS = ("metric", "genre", "value", "lo", "hi", "films")
Row = dict[str, Any]


def label_ceiling_rows(films: Films, second: Genres, params: JudgingParams) -> Iterator[Row]:
    """One row a metric, and one a genre of F1 and average precision; none of too few films.

    The first source is the truth, the second the prediction: its labels are decisions, and scores
    of 0 and 1. Films that only one source has are left out, and so are genres that the first gives
    to none of the rest. `films`: those in both, or of a genre those that have it.
    """
    if _overlap_too_small(films, second):
        return
    known = _in_both(films, second)
    y_true = films.y_true[known]
    genres = [genre for genre, given in zip(GENRES, y_true.any(axis=0), strict=True) if given]
    y_true = y_true[:, y_true.any(axis=0)]
    answers = [second[film] for film in films.ids[known].tolist()]
    y_second = np.array([[genre in names for genre in genres] for names in answers], bool)
    scores = y_second.astype(np.float64)
    group = None if films.group is None else films.group[known]
    exact = (y_true == y_second).all(axis=1).astype(np.float64)[:, None]
    settings = (params.resamples, params.seed, group)
    shown = check_sample_size(y_true, group, params).enough_films

    macro_ap = bootstrap_macro_average_precision(y_true, scores[None], *settings)
    whole = {
        "exact_match": _with_interval(bootstrap_means(exact, *settings), shown),
        "micro_f1": {"value": decisions.micro(y_true, y_second)["f1"].value},
        "macro_f1": _with_interval(bootstrap_macro_f1(y_true, y_second[None], *settings), shown),
        "micro_ap": {"value": micro_average_precision(y_true, scores).value},
        "macro_ap": _with_interval(macro_ap, shown),
    }
    for metric, values in whole.items():
        yield {"metric": metric, **values, "films": int(known.sum())}
    metrics = {
        "f1": decisions.genre_quality(y_true, y_second).f1,
        "ap": genre_average_precision(y_true, scores),
    }
    for metric, by_genre in metrics.items():
        for column, genre in enumerate(genres):
            support = int(y_true[:, column].sum())
            value = float(by_genre[column])
            yield {"metric": metric, "genre": genre, "value": value, "films": support}


def _with_interval(resamples: Resamples, shown: bool) -> Row:
    estimate = approach_estimate(resamples, 0)
    return {"value": estimate.value, **interval_cells(estimate.lo, estimate.hi, shown)}


def small_overlap_note(films: Films, second: Genres) -> str:
    """A message where a second source was given and shares too few films, else ""."""
    if not second or not _overlap_too_small(films, second):
        return ""
    known = int(_in_both(films, second).sum())
    shared = counted(known, "film of this run is", "films of this run are")
    return f"{shared} in the second source of genres: too few to say how far the two agree"


def _overlap_too_small(films: Films, second: Genres) -> bool:
    known = _in_both(films, second)
    group = np.arange(len(known)) if films.group is None else films.group
    return len(np.unique(group[known])) < MIN_FILMS


def _in_both(films: Films, second: Genres) -> np.ndarray:
    return np.array([film in second for film in films.ids.tolist()], bool)

"""How far two sources of genres agree: what a perfect judge of one could score on the other."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from stages.corpus.genres import GENRES
from stages.corpus.second_source import Genres
from stages.fitting.films import Films
from stages.params import JudgingParams
from stages.scoring import decisions
from stages.scoring.bootstrap import (
    Resamples,
    bootstrap_macro_average_precision,
    bootstrap_macro_f1,
    bootstrap_means,
)
from stages.scoring.intervals import approach_estimate
from stages.scoring.ranking import genre_average_precision, micro_average_precision

COLUMNS = ("metric", "genre", "value", "lo", "hi", "films")
Row = dict[str, Any]


def label_ceiling_rows(films: Films, second: Genres, params: JudgingParams) -> Iterator[Row]:
    """One row a metric, and one a genre of F1 and average precision; none without a second source.

    The first source is the truth, the second answers: its labels are decisions, and scores of 0
    and 1. Films that only one source knows are left out, and so are genres that the first gives to
    none of the rest. `films`: those both know, or of a genre those that have it.
    """
    known = np.array([film in second for film in films.ids.tolist()], bool)
    if not known.any():
        return
    y_true = films.y_true[known]
    genres = [genre for genre, given in zip(GENRES, y_true.any(axis=0), strict=True) if given]
    y_true = y_true[:, y_true.any(axis=0)]
    answers = [second[film] for film in films.ids[known].tolist()]
    y_second = np.array([[genre in names for genre in genres] for names in answers], bool)
    scores = y_second.astype(np.float64)
    group = None if films.group is None else films.group[known]
    exact = (y_true == y_second).all(axis=1).astype(np.float64)[:, None]
    settings = (params.resamples, params.seed, group)

    macro_ap = bootstrap_macro_average_precision(y_true, scores[None], *settings)
    whole = {
        "exact_match": _estimated(bootstrap_means(exact, *settings)),
        "micro_f1": {"value": decisions.micro(y_true, y_second)["f1"].value},
        "macro_f1": _estimated(bootstrap_macro_f1(y_true, y_second[None], *settings)),
        "micro_ap": {"value": micro_average_precision(y_true, scores).value},
        "macro_ap": _estimated(macro_ap),
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


def _estimated(resamples: Resamples) -> Row:
    return vars(approach_estimate(resamples, 0))

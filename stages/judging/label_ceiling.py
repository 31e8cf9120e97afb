"""How far two sources of genres agree: a mark to hold any judge of these labels against."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from stages.base.counting import counted
from stages.base.genres import GENRES
from stages.base.params import JudgingParams
from stages.corpus.labels import LabelledFilms
from stages.corpus.second_source import Genres
from stages.judging.sample_size import check_sample_size, interval_cells
from stages.scoring.bootstrap import (
    Resamples,
    bootstrap_genre_average_precision,
    bootstrap_macro_average_precision,
    bootstrap_macro_f1,
    bootstrap_means,
)
from stages.scoring.intervals import approach_estimate
from stages.scoring.validate import Bools

MIN_FILMS = 2  # films (or collections) in both: the jackknife leaves one out
COLUMNS = ("metric", "genre", "value", "lo", "hi", "films")
Row = dict[str, Any]


def label_ceiling_rows(
    films: LabelledFilms, second: Genres, params: JudgingParams
) -> Iterator[Row]:
    """One row a metric, and one a genre of F1 and average precision; none of too few films.

    The first source is the truth, the second the prediction: its labels are decisions, and scores
    of 0 and 1. Films that only one source has are left out, and so are genres that the first gives
    to none of the rest. A film to which the second gives none of the ten genres counts, as one it
    disagrees on. `films`: those in both, or of a genre those that have it. No interval of too few.
    """
    if _overlap_too_small(films, second):
        return
    known = _in_both(films, second)
    y_true = films.y_true[known]
    genres = [genre for genre, given in zip(GENRES, y_true.any(axis=0), strict=True) if given]
    y_true = y_true[:, y_true.any(axis=0)]
    answers = [second[film] for film, both in zip(films.ids, known, strict=True) if both]
    y_second = np.array([[genre in names for genre in genres] for names in answers], bool)
    group = np.arange(len(y_true)) if films.group is None else films.group[known]
    size = check_sample_size(y_true, group, params)

    exact = (y_true == y_second).all(axis=1).astype(np.float64)[:, None]
    whole = {"exact_match": bootstrap_means(exact, params.resamples, params.seed, group)}
    # each pair of film and genre is an item, and the items of a film stay together
    pairs = y_true.reshape(-1, 1), y_second.reshape(-1, 1), np.repeat(group, len(genres))
    whole |= {f"micro_{name}": found for name, found in _agreement(*pairs, params).items()}
    by_genre = _agreement(y_true, y_second, group, params)
    whole |= {f"macro_{name}": found for name, found in by_genre.items()}
    for metric, found in whole.items():
        row = {"metric": metric, "films": int(known.sum())}
        yield row | _with_interval(found, size.enough_films)

    scores = y_second[None].astype(np.float64)
    ap = bootstrap_genre_average_precision(y_true, scores, params.resamples, params.seed, group)
    f1 = {
        column: bootstrap_macro_f1(
            y_true[:, [column]], y_second[None, :, [column]], params.resamples, params.seed, group
        )
        for column in range(len(genres))
    }
    for metric, of_genre in {"f1": f1, "ap": ap}.items():
        for column, genre in enumerate(genres):
            row = {"metric": metric, "genre": genre, "films": int(y_true[:, column].sum())}
            yield row | _with_interval(of_genre[column], bool(size.enough_genres[column]))


def _agreement(
    y_true: Bools, y_second: Bools, group: np.ndarray, params: JudgingParams
) -> dict[str, Resamples]:
    """F1 and average precision, macro over the columns."""
    settings = params.resamples, params.seed, group
    scores = y_second[None].astype(np.float64)
    return {
        "f1": bootstrap_macro_f1(y_true, y_second[None], *settings),
        "ap": bootstrap_macro_average_precision(y_true, scores, *settings),
    }


def _with_interval(resamples: Resamples, shown: bool) -> Row:
    estimate = approach_estimate(resamples, 0)
    return {"value": estimate.value, **interval_cells(estimate.lo, estimate.hi, shown)}


def describe_sources(films: LabelledFilms, second: Genres, path: str) -> Row:
    """Which films and labels a table is of, and the file that the second source was read from."""
    labels = json.dumps([films.ids, films.y_true.astype(int).tolist()])
    digest = hashlib.sha256(labels.encode()).hexdigest()
    return {"catalogue_sha256": digest, "second_source": Path(path).name if second else ""}


def kept_source(films: LabelledFilms, about: Path) -> str:
    """The second source of the table that is there, if it is of just these films; else "".

    Genres that may not be passed on are compared where they are, and the table goes into git.
    about: what `describe_sources` said, as a file beside the table.
    """
    if not (about.exists() and about.with_suffix(".csv").exists()):
        return ""
    told: Row = json.loads(about.read_text(encoding="utf-8"))
    same = told.get("catalogue_sha256") == describe_sources(films, {}, "")["catalogue_sha256"]
    return str(told.get("second_source", "")) if same else ""


def small_overlap_note(films: LabelledFilms, second: Genres) -> str:
    """A message where a second source was given and shares too few films, else ""."""
    if not second or not _overlap_too_small(films, second):
        return ""
    known = int(_in_both(films, second).sum())
    shared = counted(known, "film of this catalogue is", "films of this catalogue are")
    return f"{shared} in the second source of genres: too few to say how far the two agree"


def _overlap_too_small(films: LabelledFilms, second: Genres) -> bool:
    known = _in_both(films, second)
    group = np.arange(len(known)) if films.group is None else films.group
    return len(np.unique(group[known])) < MIN_FILMS


def _in_both(films: LabelledFilms, second: Genres) -> np.ndarray:
    return np.array([film in second for film in films.ids], bool)

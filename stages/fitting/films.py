"""The films that are split into folds, with their labels."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from stages.base.packs import read_table
from stages.corpus.folds import group_films
from stages.corpus.labels import collections_of, films_of
from stages.corpus.splitting import LEFT_OUT
from stages.corpus.table import read_trailers


@dataclass(frozen=True)
class Films:
    """All films that have a fold, in one order."""

    ids: np.ndarray
    """(n_films,) str."""
    y_true: np.ndarray
    """(n_films, n_genres) bool."""
    fold: np.ndarray
    """(n_films,) int, numbered from 0."""
    film_of: dict[str, int]
    """trailer_id -> row of its film."""
    fold_ungrouped: np.ndarray
    """(n_films,) int, folds that may split a collection; compared with `fold`, which never does."""
    group: np.ndarray | None = None
    """(n_films,) number of each film's collection; None where the catalogue names none."""


def read_films(data: Path, with_left_out: bool = False) -> Films:
    """Films of `data/splits.parquet` with labels from `data/catalogue.parquet`.

    with_left_out: those too that are otherwise neither learnt from nor judged.
    """
    splits = read_table(data / "splits.parquet")
    if LEFT_OUT in splits.column_names and not with_left_out:
        splits = splits.filter(pc.invert(splits[LEFT_OUT]))
    ids = splits["film_id"].to_pylist()
    row_of = {film: row for row, film in enumerate(ids)}
    trailers = read_trailers(data / "catalogue.parquet")
    names, labels = films_of(trailers)
    order = {name: row for row, name in enumerate(names)}
    collections = collections_of(trailers)
    group = group_films([collections[order[film]] for film in ids])
    return Films(
        np.array(ids),
        labels[[order[film] for film in ids]],
        splits["fold"].to_numpy(),
        {t.trailer_id: row_of[t.film_id] for t in trailers if t.film_id in row_of},
        splits["fold_ungrouped"].to_numpy(),
        group if any(collections) else None,
    )

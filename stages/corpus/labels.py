"""Films and their genres as arrays, and what can be counted on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stages.base.genres import GENRES
from stages.corpus.folds import group_films
from stages.corpus.reader import Trailer


@dataclass(frozen=True)
class LabelledFilms:
    """All films of a catalogue, in its order, whether or not a trailer was ever fetched."""

    ids: list[str]
    y_true: np.ndarray
    """(n_films, n_genres) bool."""
    year: Sequence[int | None]
    """None where it is not known."""
    group: np.ndarray | None
    """(n_films,) number of each film's collection; None where the catalogue names none."""


def labelled_films(trailers: Sequence[Trailer]) -> LabelledFilms:
    """The films of these trailers, each once."""
    ids, y_true = films_of(trailers)
    collections = collections_of(trailers)
    group = group_films(collections) if any(collections) else None
    years = {trailer.film_id: trailer.year for trailer in trailers}
    return LabelledFilms(ids, y_true, list(years.values()), group)


def films_of(trailers: Sequence[Trailer]) -> tuple[list[str], np.ndarray]:
    """Film ids in catalogue order and their genres, (n_films, n_genres) bool."""
    genres = {trailer.film_id: trailer.genres for trailer in trailers}
    y_true = np.array([[genre in names for genre in GENRES] for names in genres.values()], bool)
    return list(genres), y_true


def collections_of(trailers: Sequence[Trailer]) -> list[str]:
    """The collection each film belongs to, "" for none, in the order of `films_of`."""
    return list({trailer.film_id: trailer.collection for trailer in trailers}.values())


def published_splits_of(trailers: Sequence[Trailer]) -> list[str]:
    """The part of a published split each film is in, "" for none, in the order of `films_of`."""
    return list({trailer.film_id: trailer.split for trailer in trailers}.values())


def describe(trailers: Sequence[Trailer]) -> dict[str, Any]:
    """Counts of a catalogue: films, trailers, cardinality, density, prevalence, co-occurrence.

    Cardinality is the mean number of genres a film has, density that share of all genres that some
    film has (Tsoumakas and Katakis, 2007).
    """
    films, y_true = films_of(trailers)
    together = y_true.T.astype(int) @ y_true.astype(int)
    return {
        "films": len(films),
        "trailers": len(trailers),
        "label_cardinality": float(y_true.sum(axis=1).mean()),
        "label_density": float(y_true[:, y_true.any(axis=0)].mean()),
        "prevalence": dict(zip(GENRES, y_true.mean(axis=0).tolist(), strict=True)),
        "cooccurrence": {
            genre: dict(zip(GENRES, row.tolist(), strict=True))
            for genre, row in zip(GENRES, together, strict=True)
        },
    }

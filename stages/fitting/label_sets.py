"""What an approach is trained on: all ten genres, some of them, or one of each film's own."""

from collections.abc import Sequence

import numpy as np

from stages.corpus.genres import GENRES, LABEL_SETS


def taught(y_true: np.ndarray, labels: str, seeds: Sequence[int]) -> np.ndarray:
    """The labels that models learn from; films without any stay, as examples of none.

    y_true: (n_films, 10) bool; labels: a key of LABEL_SETS. Returns (n_films, n_genres), and for
    `one` (n_seeds, n_films, 10): each seed draws one label of each film anew.
    """
    if labels != "one":
        return y_true[:, _columns(labels)]
    drawn = np.zeros((len(seeds), *y_true.shape), bool)
    for each, seed in zip(drawn, seeds, strict=True):
        luck = np.where(y_true, np.random.default_rng(seed).random(y_true.shape), -1.0)
        each[np.arange(len(y_true)), luck.argmax(axis=1)] = True
    return drawn & y_true


def spread(score: np.ndarray, labels: str) -> np.ndarray:
    """Scores of a label set's genres, (..., n_genres), as columns of all ten, NaN the others."""
    whole = np.full((*score.shape[:-1], len(GENRES)), np.nan, score.dtype)
    whole[..., _columns(labels)] = score
    return whole


def _columns(labels: str) -> list[int]:
    return [GENRES.index(genre) for genre in LABEL_SETS[labels]]

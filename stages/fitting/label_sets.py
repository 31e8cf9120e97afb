"""What an approach is trained on: all ten genres, some of them, or one of each film's own."""

from collections.abc import Sequence

import numpy as np

from stages.base.genres import GENRES, LABEL_SETS


def taught(y_true: np.ndarray, labels: str, seeds: Sequence[int]) -> np.ndarray:
    """What models are taught, float32: 1, 0, or NaN for a genre of which they are told nothing.

    y_true: (n_films, 10) bool; labels: a key of LABEL_SETS. Returns (n_films, 10), and for `one`
    (n_seeds, n_films, 10): each seed draws one label of each film anew. Films without any of the
    labels stay, as examples of none.
    """
    lesson = y_true.astype(np.float32)
    if labels == "one":
        lesson = np.zeros((len(seeds), *y_true.shape), np.float32)
        for each, seed in zip(lesson, seeds, strict=True):
            luck = np.where(y_true, np.random.default_rng(seed).random(y_true.shape), -1.0)
            each[np.arange(len(y_true)), luck.argmax(axis=1)] = y_true.any(axis=1)
    untold = [column for column, genre in enumerate(GENRES) if genre not in LABEL_SETS[labels]]
    lesson[..., untold] = np.nan
    return lesson

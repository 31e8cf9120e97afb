"""Genres by asking a network in words, with nothing learnt from any film.

The prompts of each genre lie beside the embeddings of trailers, in the same space.
"""

from pathlib import Path

import numpy as np

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.fitting.items import Items, film_means
from stages.fitting.rows import Rows
from stages.fitting.scores import Scores, one_score_a_film

ITEMS_AT_ONCE = 4096  # left on disk where they do not fit


def zero_shot_scores(items: Items, film_id: np.ndarray, fold: np.ndarray) -> Scores:
    """The scores of all films, each the mean over its items. film_id, fold: (n_films,)."""
    if items.prompts is None:
        raise ValueError("items without prompts")
    found = Items(excess(items.x, items.prompts), items.film)
    score, known = film_means(found, len(film_id))
    score[~known] = np.nan
    return one_score_a_film(film_id, fold, score[None], int(fold.max()) + 1)


def excess(x: Rows, prompts: np.ndarray) -> np.ndarray:
    """Cosine of each item with each genre's prompts less its mean over the genres.

    x: (n, d); prompts: (n_genres, d), of length 1. Returns (n, n_genres) float32. Without the mean
    an item that is near to any text, such as a title card, would score high in every genre.
    """
    found = np.empty((len(x), len(prompts)), np.float32)
    texts = prompts.T.astype(np.float64)
    for start in range(0, len(x), ITEMS_AT_ONCE):
        part = slice(start, start + ITEMS_AT_ONCE)
        unit = np.asarray(x[part], np.float64)
        cosine = unit / np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-12) @ texts
        found[part] = cosine - cosine.mean(axis=1, keepdims=True)
    return found


def read_prompts(path: Path) -> np.ndarray:
    """The embedding of each genre's prompts, (n_genres, d) float32, from a file of embeddings.

    Raises BenchmarkError where it has none.
    """
    with np.load(path) as file:
        if "prompts" not in file.files:
            raise BenchmarkError(
                "nothing was asked of this backbone",
                where=str(path),
                found="no embeddings of prompts",
                expected="`prompts` in its entry under matrix.pretrained when it was embedded",
                do=f"run `{places.dvc('repro')}`, which embeds them",
            )
        return np.asarray(file["prompts"])

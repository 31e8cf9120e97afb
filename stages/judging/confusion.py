"""Which genres are taken for which: a table by genre, so that no page needs a film's labels."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from stages.judging.board import Board

Row = dict[str, Any]
COLUMNS = ["approach", "modality", "genre", "other", "films", "share"]


def confusion(y_true: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of the films with the row's genre and without the column's, how many, and the share of them
    that have the column's among their first k scores, k the number of their own genres.

    y_true: (n_films, n_genres) bool; scores: the same shape. Both (n_genres, n_genres), the share
    NaN where there is no such film.
    """
    ranks = np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1)
    taken = ranks < y_true.sum(axis=1, keepdims=True)
    own, other = y_true.astype(float), (~y_true).astype(float)
    films = own.T @ other
    taken_wrongly = own.T @ (other * taken)
    shares = np.divide(taken_wrongly, films, out=np.full(films.shape, np.nan), where=films > 0)
    return films.astype(int), shares


def confusion_rows(board: Board, slugs: Sequence[str]) -> Iterator[Row]:
    """One row an approach and ordered pair of genres; share is None where no film has the one
    without the other."""
    for slug in slugs:
        number = board.row(slug)
        films, shares = confusion(board.y_true, board.y_scores[number])
        for row, genre in enumerate(board.genres):
            for column, other in enumerate(board.genres):
                if row == column:
                    continue
                share = shares[row, column]
                yield {
                    "approach": slug,
                    "modality": board.cells[number].modality,
                    "genre": genre,
                    "other": other,
                    "films": int(films[row, column]),
                    "share": None if np.isnan(share) else float(share),
                }

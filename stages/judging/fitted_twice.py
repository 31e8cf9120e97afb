"""Two fits of one approach, both in the file of its scores, compared on the same films."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stages.base.params import JudgingParams
from stages.base.params.matrix import Cell
from stages.fitting.scores import Scores, stored_label_sets
from stages.judging.board import Board, read_board
from stages.judging.comparisons import paired_comparison
from stages.scoring.bootstrap import bootstrap_macro_average_precision


@dataclass(frozen=True)
class FittedTwice:
    """The first fit against the second."""

    board: Board
    """The films that are judged; its approach alone."""
    ap: tuple[float, float]
    """Macro average precision of each."""
    compared: dict[str, Any]
    """The first minus the second, as `paired_comparison` says it."""


def compare_fits(
    data: Path, cell: Cell, first: str, second: str, params: JudgingParams
) -> FittedTwice | None:
    """first, second: under which names `fit` stored the two; None where it did not store both.

    Resampled and permuted by collection, as everything is: its films are alike either way.
    """
    path = data / "scores" / f"{cell.fitted_with}.npz"
    if not {first, second} <= set(stored_label_sets(path)):
        return None
    board = read_board(data, [cell])
    pair = np.stack([_scores(path, stored, board) for stored in (first, second)])
    resamples = bootstrap_macro_average_precision(
        board.y_true, pair, params.resamples, params.seed, board.group
    )
    return FittedTwice(
        board,
        (float(resamples.point[0]), float(resamples.point[1])),
        paired_comparison(resamples, board, pair, params),
    )


def _scores(path: Path, stored: str, board: Board) -> np.ndarray:
    """Averaged over seeds, (n_films, n_genres) float64 of the board's films and genres."""
    scores = Scores.load(path, stored)
    order = np.argsort(scores.film_id)
    rows = order[np.searchsorted(scores.film_id, board.film_id, sorter=order)]
    averaged: np.ndarray = scores.score[:, rows].mean(axis=0, dtype=np.float64)
    return averaged[:, board.columns]

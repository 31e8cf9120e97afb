"""Scores if a collection is split across folds: skill borrowed from sequels."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stages.base.params import JudgingParams
from stages.base.params.matrix import Cell
from stages.fitting.approaches import UNGROUPED
from stages.fitting.scores import Scores, stored_label_sets
from stages.judging.board import Board, read_board
from stages.judging.comparisons import paired_comparison
from stages.scoring.bootstrap import bootstrap_macro_average_precision

COLUMNS = [
    *("approach", "modality", "ungrouped_ap", "grouped_ap", "difference", "lo", "hi", "p"),
    *("films", "collections"),
]


def ungrouped_rows(
    data: Path, cells: Sequence[Cell], params: JudgingParams
) -> list[dict[str, Any]]:
    """A row for each approach that was fitted both ways; none where no collection is known.

    Resampled and permuted by collection, as everything is: its films are alike either way.
    """
    rows: list[dict[str, Any]] = []
    for cell in cells:
        path = data / "scores" / f"{cell.fitted_with}.npz"
        if not cell.ungrouped or UNGROUPED not in stored_label_sets(path):
            continue
        board = read_board(data, [cell])
        row_of = {film: row for row, film in enumerate(board.film_id.tolist())}
        other = Scores.load(path, UNGROUPED)
        kept = [row for row, film in enumerate(other.film_id.tolist()) if film in row_of]
        ungrouped = np.full_like(board.y_scores[0], np.nan)
        scores = other.score[:, kept].mean(axis=0)[:, board.columns]
        ungrouped[[row_of[film] for film in other.film_id[kept].tolist()]] = scores
        pair = np.stack([ungrouped, board.y_scores[0]])
        resamples = bootstrap_macro_average_precision(
            board.y_true, pair, params.resamples, params.seed, board.group
        )
        rows.append(
            {
                "approach": cell.slug,
                "modality": cell.modality,
                "ungrouped_ap": float(resamples.point[0]),
                "grouped_ap": float(resamples.point[1]),
                **paired_comparison(resamples, board, pair, params),
                "films": len(board.film_id),
                "collections": _collections(board),
            }
        )
    return rows


def _collections(board: Board) -> int:
    """How many collections have two judged films or more."""
    if board.group is None:
        return 0
    return int((np.unique(board.group, return_counts=True)[1] > 1).sum())

"""Scores if a collection is split across folds: skill borrowed from sequels."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stages.base.params import JudgingParams
from stages.base.params.matrix import Cell
from stages.fitting.approaches import UNGROUPED
from stages.judging.board import Board
from stages.judging.fitted_twice import compare_fits

COLUMNS = [
    *("approach", "modality", "ungrouped_ap", "grouped_ap", "difference", "lo", "hi", "p"),
    *("films", "collections"),
]


def ungrouped_rows(
    data: Path, cells: Sequence[Cell], params: JudgingParams
) -> list[dict[str, Any]]:
    """A row for each approach that was fitted both ways; none where no collection is known."""
    rows: list[dict[str, Any]] = []
    for cell in cells:
        found = cell.ungrouped and compare_fits(data, cell, UNGROUPED, cell.labels, params)
        if not found:
            continue
        rows.append(
            {
                "approach": cell.slug,
                "modality": cell.modality,
                "ungrouped_ap": found.ap[0],
                "grouped_ap": found.ap[1],
                **found.compared,
                "films": len(found.board.film_id),
                "collections": _collections(found.board),
            }
        )
    return rows


def _collections(board: Board) -> int:
    """How many collections have two judged films or more."""
    if board.group is None:
        return 0
    return int((np.unique(board.group, return_counts=True)[1] > 1).sum())

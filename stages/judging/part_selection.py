"""Which of a fusion's parts is the better one, chosen without the labels of the judged films."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata

from stages.base.params.matrix import Cell
from stages.judging.board import Board
from stages.scoring.ranking import macro_average_precision


def single_parts(board: Board, cell: Cell) -> list[str]:
    """The approaches behind a fusion: late names them, early has the same context and head.

    A head that only joins, as `gated` does, has no single approach: then those of any head.
    """
    if cell.kind == "late":
        return list(cell.parts)
    if cell.kind != "early":
        return []
    found = [
        part
        for backbone in cell.parts
        for part in board.cells
        if (part.kind, part.parts, part.context) == ("single", (backbone,), cell.context)
        and part.window in ("", cell.window)
    ]
    alike = [part.slug for part in found if part.head == cell.head]
    return alike or [part.slug for part in found]


def choose_by_fold(board: Board, parts: Sequence[str]) -> list[str]:
    """Each fold's choice: the part with the best macro AP on the inner scores outside the fold."""
    return [
        max(parts, key=lambda part: _inner_macro_ap(board, part, fold)) for fold in _folds(board)
    ]


def better_part(board: Board, parts: Sequence[str]) -> str:
    """The part that most folds choose; in a tie the one with the higher mean over folds.

    One part for all films, not each fold's own: two models' scores in one ranking can score below
    both, and beating that would be no gain. The price is that a fold's labels influence the other
    folds' choices; the comparison of `rank_within_folds` avoids that.
    """
    if len(parts) == 1:
        return parts[0]
    counts = Counter(choose_by_fold(board, parts))

    def ahead(part: str) -> tuple[int, float]:
        return counts[part], sum(_inner_macro_ap(board, part, fold) for fold in _folds(board))

    return max(parts, key=ahead)


def rank_within_folds(
    board: Board, slug: str, parts: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """An approach and each fold's own choice among the parts, both as ranks within folds.

    (n_films, n_genres) each, 0 to 1. Ranks of different models are on one scale, so that films of
    several folds can stand in one list.
    """
    one, other = np.empty(board.y_true.shape), np.empty(board.y_true.shape)
    for fold, chosen in zip(_folds(board), choose_by_fold(board, parts), strict=True):
        films = board.fold == fold
        one[films] = _fractional_ranks(board.y_scores[board.row(slug)][films])
        other[films] = _fractional_ranks(board.y_scores[board.row(chosen)][films])
    return one, other


def _inner_macro_ap(board: Board, part: str, fold: int) -> float:
    rest = board.fold != fold
    scores = board.tuning_scores(board.row(part), fold)[rest]
    return macro_average_precision(board.y_true[rest], scores).value or 0.0


def _folds(board: Board) -> list[int]:
    return np.unique(board.fold).tolist()


def _fractional_ranks(scores: np.ndarray) -> np.ndarray:
    return (rankdata(scores, axis=0) - 0.5) / len(scores)

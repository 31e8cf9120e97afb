"""Which of a fusion's parts is the better one, as far as each fold may know."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata

from stages.judging.board import Board
from stages.scoring.ranking import macro_average_precision


def votes(board: Board, parts: Sequence[str]) -> list[str]:
    """Each fold's choice: the part with the best macro AP on the inner scores outside the fold."""
    return [max(parts, key=lambda part: _inner(board, part, fold)) for fold in _folds(board)]


def better(board: Board, parts: Sequence[str]) -> str:
    """The part that most folds choose; of equally many, the one ahead on the mean over folds.

    One part for all films, not each fold's own: two models' scores in one ranking can score below
    both, and beating that would be no gain. The price is that a fold's labels have a say in the
    other folds' votes; `fold_by_fold` is the comparison that does not pay it.
    """
    counts = Counter(votes(board, parts))

    def ahead(part: str) -> tuple[int, float]:
        return counts[part], sum(_inner(board, part, fold) for fold in _folds(board))

    return max(parts, key=ahead)


def fold_by_fold(board: Board, slug: str, parts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """An approach and each fold's own choice among the parts, both as ranks within folds.

    (n_films, n_genres) each, 0 to 1. What a rank within a fold is worth does not depend on which
    model gave it, so that films of several folds can stand in one list.
    """
    one, other = np.empty(board.y_true.shape), np.empty(board.y_true.shape)
    for fold, chosen in zip(_folds(board), votes(board, parts), strict=True):
        films = board.fold == fold
        one[films] = _ranks(board.y_scores[board.row(slug)][films])
        other[films] = _ranks(board.y_scores[board.row(chosen)][films])
    return one, other


def _inner(board: Board, part: str, fold: int) -> float:
    rest = board.fold != fold
    scores = board.tuning_scores(board.row(part), fold)[rest]
    return macro_average_precision(board.y_true[rest], scores).value or 0.0


def _folds(board: Board) -> list[int]:
    return np.unique(board.fold).tolist()


def _ranks(scores: np.ndarray) -> np.ndarray:
    return (rankdata(scores, axis=0) - 0.5) / len(scores)

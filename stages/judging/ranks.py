"""Mean ranks of the approaches over the genres: a picture, not a test to decide by.

Friedman's test and Nemenyi's critical difference as Demšar (2006) draws them. They take genres for
independent blocks, which genres of the same films are not, and know nothing of the films: what is
decided here is decided by the paired comparisons.
"""

from typing import Any

import numpy as np
from scipy.stats import friedmanchisquare, rankdata, studentized_range

from stages.judging.board import Board
from stages.scoring.evaluate import evaluate_genres

COLUMNS = ["approach", "modality", "mean_rank", "critical_difference", "genres", "friedman_p"]
LEVEL = 0.05


def rank_rows(board: Board) -> list[dict[str, Any]]:
    """One row an approach, the best first; rank 1 is a genre's highest average precision.

    Genres that no film has rank nobody. None where fewer than three approaches or two genres are
    left: there is nothing to rank.
    """
    ap = np.array([evaluate_genres(board.y_true, score)["ap"] for score in board.y_scores])
    ap = ap[:, np.isfinite(ap).all(axis=0)]
    n_approaches, n_genres = ap.shape
    if n_approaches < 3 or n_genres < 2:
        return []
    ranks = rankdata(-ap, axis=0).mean(axis=1)
    spread = np.sqrt(n_approaches * (n_approaches + 1) / (6 * n_genres))
    quantile = studentized_range.ppf(1 - LEVEL, n_approaches, np.inf) / np.sqrt(2)
    p = friedmanchisquare(*ap).pvalue
    return [
        {
            "approach": board.cells[row].slug,
            "modality": board.cells[row].modality,
            "mean_rank": float(ranks[row]),
            "critical_difference": float(quantile * spread),
            "genres": n_genres,
            "friedman_p": float(p),
        }
        for row in np.argsort(ranks, kind="stable")
    ]

"""One approach against another on the same films: difference, interval, p."""

from typing import Any

import numpy as np

from stages.base.params import JudgingParams
from stages.judging.board import Board
from stages.scoring.bootstrap import Resamples
from stages.scoring.intervals import paired_difference
from stages.scoring.permutation import paired_permutation_test


def against(
    resamples: Resamples,
    board: Board,
    pair: np.ndarray,
    params: JudgingParams,
    genres: slice | list[int] = slice(None),
) -> dict[str, Any]:
    """The first minus the second, with its paired interval and permutation p: the difference alone
    where there are too few films of the corpus or of these genres.

    resamples: of the two, in that order; pair: (2, n_films, n_genres) scores; genres: the columns
    that the resamples are of.
    """
    difference = paired_difference(resamples, 0, 1)
    enough = board.enough(params)
    if not (enough.films if genres == slice(None) else enough.genres[genres].all()):
        return {"difference": difference.value}
    test = paired_permutation_test(
        board.y_true[:, genres],
        pair[0][:, genres],
        pair[1][:, genres],
        params.permutations,
        params.seed,
        board.group,
    )
    return {
        "difference": difference.value,
        "lo": difference.lo,
        "hi": difference.hi,
        "p": test.p_value,
    }

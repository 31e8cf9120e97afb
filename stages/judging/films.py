"""Every film with its genres and every approach's scores, small enough to lie in git."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from stages.corpus.reader import Trailer
from stages.judging.board import Board

THOUSANDTHS = 1000
BASE = 36
WIDTH = 2  # digits of a score: 36 * 36 is more than a thousand
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def film_scores(board: Board, trailers: Sequence[Trailer]) -> dict[str, Any]:
    """What films.json holds: genres, approaches, and the films in the board's order.

    A film's `genres` are places in the list of genres. `scores` has two base-36 digits a score, the
    genres of the first approach, then those of the second: 10 bytes a score would be megabytes.
    Thousandths are cut off, not rounded, so that a score is above a threshold of three digits
    where it was before.
    """
    known = {trailer.film_id: trailer for trailer in trailers}
    thousandths = np.floor(board.y_scores.clip(0, 1) * THOUSANDTHS).astype(int)
    films = []
    for row, film in enumerate(board.film_id.tolist()):
        trailer = known[film]
        films.append(
            {
                "id": film,
                "title": trailer.title,
                "year": trailer.year,
                "genres": np.flatnonzero(board.y_true[row]).tolist(),
                "scores": "".join(map(_digits, thousandths[:, row].ravel().tolist())),
            }
        )
    return {
        "genres": list(board.genres),
        "approaches": [{"slug": cell.slug, "modality": cell.modality} for cell in board.cells],
        "films": films,
    }


def _digits(value: int) -> str:
    return DIGITS[value // BASE] + DIGITS[value % BASE]

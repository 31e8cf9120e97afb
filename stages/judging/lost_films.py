"""Films that joining loses, by name: examples beside the shares of `joining.confused_rows`."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stages.base.tables import write_csv
from stages.corpus.reader import Trailer
from stages.judging.board import Board
from stages.judging.complementarity import parts_by_modality
from stages.judging.joining import first_is_right

Row = dict[str, Any]
EXAMPLES = 3  # films of each fusion and part
FILE = "lost_films.csv"
COLUMNS = [
    *("approach", "modality", "part", "film_id", "title", "year", "genre", "score"),
    *("place_joined", "score_joined", "first_joined", "score_first_joined"),
]


def lost_rows(board: Board, trailers: Iterable[Trailer]) -> Iterator[Row]:
    """Of each fusion and part the EXAMPLES films that fall furthest when joined.

    They are right by the part and wrong by the fusion. genre: what the part puts first, which the
    film has; first_joined: what the fusion puts first, which it has not; place_joined: where the
    fusion puts `genre`, from 1. Furthest is the highest such place; of equal ones the largest
    difference of the fusion's two scores, then the order of the films. A row tells a genre of its
    film: see `write_lost`.
    """
    known = {trailer.film_id: trailer for trailer in trailers}
    for cell in board.cells:
        part_of = parts_by_modality(board, cell)
        if len(part_of) < 2:
            continue
        joined = board.y_scores[board.row(cell.slug)]
        place = np.argsort(np.argsort(-joined, axis=1, kind="stable"), axis=1) + 1
        wrong = first_is_right(board, cell.slug) == 0
        for modality, part in part_of.items():
            alone = board.y_scores[board.row(part)]
            lost = np.flatnonzero((first_is_right(board, part) == 1) & wrong)
            genre, first = alone[lost].argmax(axis=1), joined[lost].argmax(axis=1)
            fell, below = place[lost, genre], joined[lost, first] - joined[lost, genre]
            for at in np.lexsort((-below, -fell))[:EXAMPLES]:
                film = int(lost[at])
                about = known[str(board.film_id[film])]
                yield {
                    "approach": cell.slug,
                    "modality": modality,
                    "part": part,
                    "film_id": about.film_id,
                    "title": about.title,
                    "year": about.year,
                    "genre": board.genres[genre[at]],
                    "score": float(alone[film, genre[at]]),
                    "place_joined": int(fell[at]),
                    "score_joined": float(joined[film, genre[at]]),
                    "first_joined": board.genres[first[at]],
                    "score_first_joined": float(joined[film, first[at]]),
                }


def write_lost(rows: Sequence[Row], metrics: Path, data: Path, may_be_published: bool) -> None:
    """Write them to `metrics`; where labels may not be passed on to `data`, which git ignores."""
    if not may_be_published:
        (metrics / FILE).unlink(missing_ok=True)
    write_csv(rows, COLUMNS, (metrics if may_be_published else data) / FILE)

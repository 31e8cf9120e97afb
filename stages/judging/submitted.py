"""What is said of the approaches that were sent in, for the tables."""

from collections.abc import Iterator
from pathlib import Path

from stages.fitting.scores import read_about
from stages.judging.board import Board

COLUMNS = [
    *("approach", "who", "looks_at", "scale", "learnt_from", "trained_on", "our_films_among_it"),
    *("paper", "licence", "date"),
]


def card_rows(board: Board, data: Path) -> Iterator[dict[str, str]]:
    """One row an approach that was sent in: its card. data: where its scores lie."""
    for cell in board.cells:
        if cell.kind == "submitted":
            about = read_about(data / "scores" / f"{cell.slug}.npz")
            yield {"approach": cell.slug, **about}

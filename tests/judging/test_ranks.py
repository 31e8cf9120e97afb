from dataclasses import replace

import numpy as np
import pytest

from stages.judging.ranks import COLUMNS, rank_rows


def test_ranks_are_by_genre_and_ties_share_theirs(board):
    """`good` three times over: the copies tie in every genre, and what ranks below them is last."""
    n = [cell.slug for cell in board.cells].index("good")
    worst = 1 - board.by_seed[n]
    scores = np.stack([board.by_seed[n], board.by_seed[n], worst])
    cells = tuple(replace(board.cells[n], slug=slug) for slug in ("a", "b", "z"))
    rows = rank_rows(replace(board, cells=cells, by_seed=scores))
    found = [(row["approach"], row["mean_rank"]) for row in rows]
    assert found == [("a", 1.5), ("b", 1.5), ("z", 3)]
    assert set(rows[0]) == set(COLUMNS)
    assert rows[0]["friedman_p"] < 0.001


def test_the_critical_difference_is_demsars(board):
    """Table 5 of Demšar (2006): q of 0.05 is 2.569 for four approaches."""
    cells = tuple(replace(board.cells[1], slug=f"a{n}") for n in range(4))
    rng = np.random.default_rng(0)
    scores = rng.random((4, *board.by_seed.shape[1:]))
    rows = rank_rows(replace(board, cells=cells, by_seed=scores))
    assert rows[0]["genres"] == 10
    expected = 2.569 * np.sqrt(4 * 5 / (6 * 10))
    assert rows[0]["critical_difference"] == pytest.approx(expected, abs=2e-3)


def test_two_approaches_are_not_ranked(board):
    assert rank_rows(replace(board, cells=board.cells[:2], by_seed=board.by_seed[:2])) == []

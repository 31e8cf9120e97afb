import numpy as np
import pytest

from stages.judging.confusion import COLUMNS, confusion, confusion_rows

# three films, two genres
Y_TRUE = np.array([[True, False], [False, True], [True, False]])
SCORES = np.array([[0.9, 0.2], [0.8, 0.4], [0.3, 0.7]])


def test_confusion_is_a_share_of_films_without_the_other_genre():
    films, shares = confusion(Y_TRUE, SCORES)
    assert films.tolist() == [[0, 2], [1, 0]]
    assert (
        shares[0, 1] == 0.5
    )  # of the first and the third film, the third has the second genre first
    assert shares[1, 0] == 1.0
    assert np.isnan(shares[0, 0])


def test_a_row_a_pair_of_genres_and_none_where_no_film_could_be_confused(board):
    board.y_true[:, 1] |= board.y_true[:, 0]  # whoever has the first has the second too
    rows = list(confusion_rows(board, ["good"]))
    n_genres = len(board.genres)
    assert len(rows) == n_genres * (n_genres - 1)
    assert set(rows[0]) == set(COLUMNS)
    never = next(r for r in rows if (r["genre"], r["other"]) == board.genres[:2])
    assert (never["films"], never["share"]) == (0, None)
    assert all(0 <= r["share"] <= 1 for r in rows if r["films"])
    assert sum(r["films"] for r in rows) == pytest.approx(
        sum(
            (a & ~b).sum()
            for i, a in enumerate(board.y_true.T)
            for j, b in enumerate(board.y_true.T)
            if i != j
        )
    )

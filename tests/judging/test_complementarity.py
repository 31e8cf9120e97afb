import dataclasses

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from stages.base.genres import GENRES
from stages.judging.complementarity import FUSIONS, OWNED, fusion_rows, owned_rows
from stages.judging.part_selection import better_part, choose_by_fold, rank_within_folds


def macro(y_true: np.ndarray, score: np.ndarray) -> float:
    return float(average_precision_score(y_true, score, average="macro"))


def test_each_fold_votes_with_what_it_may_know(board):
    assert choose_by_fold(board, ["good", "bad"]) == ["good"] * 5
    inner = board.inner.copy()
    inner[1, 0], inner[2, 0] = board.inner[2, 0], board.inner[1, 0]  # fold 0 would be misled
    misled = dataclasses.replace(board, inner=inner)
    assert choose_by_fold(misled, ["good", "bad"]) == ["bad"] + ["good"] * 4
    assert better_part(misled, ["good", "bad"]) == "good"
    turned = np.where((board.fold == 3)[:, None], ~board.y_true, board.y_true)
    assert choose_by_fold(dataclasses.replace(board, y_true=turned), ["good", "bad"])[3] == "good"


def test_ranks_within_folds_can_stand_in_one_list(board):
    one, other = rank_within_folds(board, "averaged", ["good", "bad"])
    for fold in range(5):
        films = board.fold == fold
        np.testing.assert_array_equal(
            np.argsort(other[films, 0]), np.argsort(board.y_scores[1][films, 0])
        )
        assert one[films].min() == pytest.approx(0.5 / films.sum())


def test_a_fusion_has_its_gain_and_what_oracles_would_score(board, judging):
    rows = {row["approach"]: row for row in fusion_rows(board, judging)}
    assert list(rows) == ["joined", "averaged"] and set(FUSIONS) == set(rows["joined"])
    row = rows["averaged"]
    assert (row["better"], row["folds_for_better"]) == ("good", 5)
    good, bad, both = (board.y_scores[n] for n in (1, 2, 5))
    expected = macro(board.y_true, both) - macro(board.y_true, good)
    assert row["gain"] == pytest.approx(expected) and row["gain_lo"] < expected < row["gain_hi"]
    by_genre = [
        max(average_precision_score(t, a), average_precision_score(t, b))
        for t, a, b in zip(board.y_true.T, good.T, bad.T, strict=True)
    ]
    assert row["oracle_genres"] == pytest.approx(np.mean(by_genre))
    by_film = [
        max(average_precision_score(t, a), average_precision_score(t, b))
        for t, a, b in zip(board.y_true, good, bad, strict=True)
    ]
    assert row["oracle_films"] == pytest.approx(np.mean(by_film))
    # noise adds to the picture no more than the noise of other films does
    assert row["oracle_films"] == pytest.approx(row["oracle_films_luck"], abs=0.03)
    assert row["oracle_films_luck"] > row["samples_ap_better"]


def test_genres_belong_to_whom_tells_them_better(board, judging):
    by_seed = board.by_seed.copy()
    by_seed[2, :, :, 8] = board.y_true[:, 8]  # known from sound alone
    by_seed[1, :, :, 8] = 0.5
    rows = list(owned_rows(dataclasses.replace(board, by_seed=by_seed), judging))
    assert [row["genre"] for row in rows] == list(GENRES)
    assert set(OWNED) == set(rows[0])
    assert rows[8]["owner"] == "sound" and rows[8]["p_holm"] < 0.05
    assert [row["owner"] for row in rows].count("picture") >= 7
    for row in rows:
        assert sum(row[f"right_{who}"] for who in ("both", "picture", "sound", "neither")) == (
            pytest.approx(1)
        )
        assert sum(row[f"found_{who}"] for who in ("both", "picture", "sound", "neither")) == (
            pytest.approx(1)
        )


def test_a_genre_without_films_has_no_owner_and_no_number(board, judging):
    rows = list(
        owned_rows(dataclasses.replace(board, y_true=board.y_true & (np.arange(10) != 3)), judging)
    )
    assert rows[3]["owner"] == "too few films" and np.isnan(rows[3]["found_both"])
    assert not {"difference", "lo", "hi", "p", "p_holm"} & set(rows[3])

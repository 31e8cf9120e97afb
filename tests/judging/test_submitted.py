"""Approaches of which there are scores alone: judged beside ours, on their own scale and seeds."""

from dataclasses import replace

import numpy as np
import pytest

from stages.base.params.matrix import Cell
from stages.corpus.reader import Trailer
from stages.fitting.scores import Scores, save_scores
from stages.judging import tables
from stages.judging.board import Board, read_board
from stages.judging.calibrating import CHOSEN, calibration_rows
from stages.judging.comparisons import comparison_rows
from stages.judging.exports import film_scores
from stages.judging.rules import TUNED, rule_rows
from stages.judging.submitted import COLUMNS, card_rows
from tests.judging.conftest import only
from tests.judging.test_board import data, save  # noqa: F401  (a fixture)
from tests.judging.test_joining import with_words
from tests.submissions.conftest import CARD, card

THEIRS = Cell("theirs", "submitted", "none", (), "none", "none")


def with_theirs(board: Board, scores: np.ndarray, is_probability: bool) -> Board:
    """The board with one more approach, of the sound; scores: (n_films, n_genres), of one seed."""
    missing = np.full_like(scores, np.nan)
    inner = np.repeat(scores[None], 5, axis=0)
    for number in range(5):
        inner[number, board.fold == number] = np.nan
    cell = replace(THEIRS, modality="sound", is_probability=is_probability)
    return replace(
        board,
        cells=(*board.cells, cell),
        by_seed=np.concatenate([board.by_seed, np.stack([scores, missing])[None]]),
        inner=np.concatenate([board.inner, inner[None]]),
    )


@pytest.fixture
def logits(board) -> Board:
    """With an approach that ranks as `good` does, but on a scale of its own."""
    good = board.y_scores[1]
    return with_theirs(board, np.log(good / (1.001 - good)) * 10, False)


def by_approach(rows) -> dict[str, dict]:
    return {row["approach"]: row for row in rows}


def test_what_needs_a_probability_is_empty_on_another_scale(logits, judging):
    rows = by_approach(tables.approach_rows(logits, judging))
    ours, theirs = rows["good"], rows["theirs"]
    for same in ("macro_ap", "roc_auc", "macro_ap_lo", "macro_ap_hi", "normalised_ap"):
        assert theirs[same] == pytest.approx(ours[same], abs=1e-12)
    assert "brier" not in theirs and "ece" not in theirs and "brier" in ours
    genres = [row for row in tables.genre_rows(logits, judging) if row["approach"] == "theirs"]
    assert len(genres) == 10 and not any("brier" in row or "ece" in row for row in genres)
    for made in (tables.threshold_rows, tables.threshold_genre_rows):
        rows_of = [row for row in made(logits, judging) if row["approach"] == "theirs"]
        assert rows_of and not any(name.startswith(("f1", "prec")) for r in rows_of for name in r)
    calibrated = [row for row, bins in calibration_rows(logits) if row["approach"] == "theirs"]
    assert calibrated[-1] == {"approach": "theirs", "modality": "sound", "method": CHOSEN}
    shown = [a["slug"] for a in film_scores(logits, trailers(logits))["approaches"]]
    assert "theirs" not in shown and "good" in shown


def trailers(board: Board) -> list[Trailer]:
    return [Trailer(f, f, "T", 2000, ("Drama",), f"sample:{f}") for f in board.film_id.tolist()]


def test_thresholds_are_learnt_on_any_scale_as_on_ours(logits, judging):
    """A rising function of the scores changes no decision that is learnt on them."""
    probabilities = with_theirs(logits, logits.y_scores[1], True)
    inner = probabilities.inner.copy()
    inner[1] = inner[-1]  # ours are fitted without the fold; here both know the same
    same = replace(probabilities, inner=inner)
    rows = {(row["approach"], row["rule"]): row for row in rule_rows(logits, judging)}
    ours = {(row["approach"], row["rule"]): row for row in rule_rows(same, judging)}
    theirs, good = rows["theirs", TUNED], ours["good", TUNED]
    assert theirs["f1_macro"] == pytest.approx(good["f1_macro"], abs=1e-12)
    assert theirs["f1_macro_lo"] == pytest.approx(good["f1_macro_lo"], abs=1e-12)
    assert [set(row) for key, row in rows.items() if key == ("theirs", "at 0.50")] == [
        {"approach", "modality", "rule"}
    ]
    for key in ((slug, rule) for slug in ("bad", "joined") for rule in ("at 0.50", TUNED)):
        assert rows[key] == ours[key]  # another approach's rows are its own


def test_of_one_seed_there_is_no_deviation_between_seeds(logits, judging):
    rows = by_approach(tables.approach_rows(logits, judging))
    assert rows["theirs"]["macro_ap_seed_sd"] is None and rows["good"]["macro_ap_seed_sd"] > 0
    np.testing.assert_array_equal(logits.seeds(6), logits.by_seed[6, :1])


def test_it_is_held_against_the_headline_and_the_best_of_its_modality(
    logits, board, judging, headline
):
    def sent_in(of: Board) -> dict[str, dict]:
        rows = comparison_rows(of, judging, [], leading="averaged")
        return {row["b"]: row for row in rows if row["family"] == "sent_in"}

    assert sent_in(only(board, headline)) == {}
    rows = sent_in(logits)
    best = max(("bad", "other_head"), key=lambda slug: tally(board, slug))
    assert set(rows) == {"averaged", best}
    row = rows[best]
    assert row["a"] == "theirs" and row["holm_family"] == "sent_in"
    assert row["verdict"] == "better" and 0 < row["lo"] < row["difference"] < row["hi"]
    both = replace(logits.cells[6], modality="none")
    alone = replace(logits, cells=(*board.cells, both))
    assert set(sent_in(alone)) == {"averaged"}  # none of ours looks at as little


def test_one_that_reads_words_is_compared_with_ours_that_do(board, judging):
    of = with_theirs(with_words(board), board.y_scores[1], is_probability=True)
    of = replace(of, cells=(*of.cells[:-1], replace(of.cells[-1], modality="words")))
    rows = comparison_rows(of, judging, [], leading="averaged")
    assert {row["b"] for row in rows if row["family"] == "sent_in"} == {"averaged", "said"}


def tally(board: Board, slug: str) -> float:
    """Folds outside of which it has the higher macro AP than the other sound approach."""
    from sklearn.metrics import average_precision_score

    def outside(name: str, fold: int) -> float:
        rest = board.fold != fold
        inner = board.inner[board.row(name), fold, rest]
        return float(average_precision_score(board.y_true[rest], inner, average="macro"))

    (other,) = {"bad", "other_head"} - {slug}
    return sum(outside(slug, fold) > outside(other, fold) for fold in range(5))


def test_a_board_reads_what_its_card_says_and_keeps_the_seeds_apart(data, board):  # noqa: F811
    save(data, "prior", [0, 1, 2, 3])
    ids, fold = np.array([f"film {n}" for n in range(4)]), np.arange(4) % 2
    score = np.arange(120, dtype=np.float32).reshape(3, 4, 10)
    scores = Scores(ids, fold, score, np.repeat(score[:1], 2, axis=0))
    facts = card(looks_at="picture", scale="any").facts()
    save_scores({"all": scores}, data / "scores/theirs.npz", facts)
    found = read_board(data, [board.cells[0], THEIRS])
    assert found.cells[1].modality == "picture" and not found.cells[1].is_probability
    assert found.cells[0] == board.cells[0] and found.by_seed.shape == (2, 3, 4, 1)
    assert len(found.seeds(0)) == 1 and len(found.seeds(1)) == 3
    np.testing.assert_array_equal(found.y_scores[1], score.mean(axis=0)[:, [4]])
    assert np.isfinite(found.y_scores).all()
    (row,) = card_rows(found, data)
    assert row == {"approach": "theirs", **CARD, "looks_at": "picture", "scale": "any"}
    assert list(row) == COLUMNS

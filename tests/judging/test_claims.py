"""Verdicts by hand, on a board where the truth is planted."""

import dataclasses

import numpy as np
import pytest

from stages.base.genres import GENRES
from stages.base.params.matrix import Cell, HeadlineParams
from stages.base.params.sections import JudgingParams
from stages.judging.board import Board
from stages.judging.claims import (
    AT_CHANCE,
    CONTRADICTED,
    NO_GAIN,
    NON_INFERIOR,
    NOT_RUN,
    SUPERIOR,
    SUPPORTED,
    UNDECIDED,
    Evidence,
    claim_rows,
)
from stages.judging.comparisons import comparison_rows, headline_rows
from stages.judging.complementarity import owned_rows
from stages.judging.seed_study import CLAIMS
from stages.judging.verdicts import adjusted_p_values
from stages.scoring.intervals import Estimate
from tests.judging.conftest import only

PARAMS = JudgingParams(
    thresholds=(0.1, 0.36, 0.5),
    sweep_step=0.1,
    resamples=1000,
    permutations=1000,
    seed=0,
    min_films=60,
    min_genre_films=8,
)
HEADLINE = HeadlineParams(picture="seen", sound="heard", both="both")
CELLS = (
    Cell("prior", "prior", "none", (), "none", "none"),
    Cell("seen", "single", "picture", ("colour",), "mean", "linear"),
    Cell("alone", "single", "picture", ("colour",), "each", "linear"),
    Cell("whole", "single", "picture", ("colour",), "attention", "linear"),
    Cell("heard", "single", "sound", ("mfcc",), "mean", "linear", "start"),
    Cell("heard_end", "single", "sound", ("mfcc",), "mean", "linear", "end"),
    Cell("window_cnn", "single", "sound", ("spectrogram",), "each", "conv", "start"),
    Cell("both", "late", "both", ("seen", "heard"), "scores", "average"),
)


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    rng = np.random.default_rng(0)
    y_true = rng.random((400, 10)) < 0.3
    y_true[:, GENRES.index("Drama")] = rng.random(400) < 0.6
    y_true[np.arange(400), rng.integers(0, 10, 400)] = True
    noise = rng.random((len(CELLS), 400, 10))
    skill = {"seen": 0.5, "alone": 0.1, "whole": 0.9, "heard": 0.3, "heard_end": 0.9, "both": 0.7}
    truth = y_true.astype(float)
    scores = np.stack(
        [n / 2 + skill.get(c.slug, 0) * truth / 2 for n, c in zip(noise, CELLS, strict=True)]
    )
    heard = CELLS.index(next(c for c in CELLS if c.slug == "heard"))
    romance, fiction = GENRES.index("Romance"), GENRES.index("Science Fiction")
    scores[heard, :, romance] = truth[:, romance]  # its sound gives it away
    scores[heard, :, fiction] = 0.5  # by nothing in it
    drama = GENRES.index("Drama")
    scores[:, :, drama] = noise[:, :, drama]
    board = Board(
        CELLS,
        np.arange(400).astype(str),
        np.arange(400) % 5,
        y_true,
        scores[:, None],
        np.repeat(scores[:, None], 5, axis=1),
    )
    label_sets = [
        {"genre": "all shared", "labels": labels, "approach": f"few_{labels}", "base": "seen"}
        | {"difference": hi - 0.01, "lo": hi - 0.02, "hi": hi, "p": 0.001, "p_no_gain": 0.001}
        | {"naive_difference": 0.1, "arithmetic": 0.1 - hi + 0.01}
        for labels, hi in (("popular", 0.04), ("no_thriller", 0.01), ("one", -0.05))
    ]
    return Evidence(board, only(board, HEADLINE), PARAMS, HEADLINE, label_sets)


@pytest.fixture(scope="module")
def rows(evidence):
    return {row["claim"]: row for row in claim_rows(evidence, CLAIMS, {})}


def test_every_claim_has_a_verdict_and_a_sentence(rows):
    assert list(rows) == list(CLAIMS)
    assert all(row["verdict"] and row["sentence"].endswith(".") for row in rows.values())


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("Sound beats picture", CONTRADICTED),
        ("Frames in isolation lose to context", SUPPORTED),
        ("The first 30 s carry more than the end", CONTRADICTED),
        ("Romance cannot be heard", CONTRADICTED),
        ("Science Fiction cannot be heard", SUPPORTED),
        ("Science Fiction is seen rather than heard", SUPPORTED),
        ("At threshold 0.10 precision holds or rises", CONTRADICTED),
        ("Drama is the easiest genre", CONTRADICTED),
        ("Fewer labels help", SUPPORTED),
        ("One label drawn at random does not help", SUPPORTED),
    ],
)
def test_what_was_planted_is_found(rows, claim, verdict):
    assert rows[claim]["verdict"] == verdict, rows[claim]


def test_a_claim_the_matrix_cannot_judge_says_what_it_needs(rows):
    row = rows["Pretrained sound beats the sound CNN"]
    assert row["verdict"] == NOT_RUN and "set pretrained" in row["sentence"]
    assert rows["The first 30 s carry more than the middle"]["verdict"] == NOT_RUN
    assert "estimate" not in row


def test_the_claims_are_one_family_by_holm(rows):
    judged = [row for row in rows.values() if "p" in row]
    assert {row["holm_family"] for row in judged} == {"seed study"}
    ordered = sorted(judged, key=lambda row: row["p"])
    steps = [row["p"] * (len(ordered) - place) for place, row in enumerate(ordered)]
    expected = np.minimum(np.maximum.accumulate(steps), 1.0)  # Holm 1979, by hand
    assert [row["p_holm"] for row in ordered] == pytest.approx(expected.tolist())


def test_a_claim_that_the_headline_asks_too_has_its_verdict(evidence):
    """Else the first page says undecided where the page of claims says supported."""
    named = {(frozenset(("seen", "heard")), ""): ("headline", 0.41)}
    rows = {row["claim"]: row for row in claim_rows(evidence, CLAIMS, named)}
    row = rows["Sound beats picture"]
    assert (row["holm_family"], row["p_holm"]) == ("headline", 0.41)
    assert row["hi"] < 0 and row["verdict"] == UNDECIDED
    alone = {row["claim"]: row for row in claim_rows(evidence, CLAIMS, {})}
    smallest = min((r for r in alone.values() if "p" in r), key=lambda each: each["p"])
    count = sum("p" in r for r in rows.values())
    again = rows[smallest["claim"]]
    assert smallest["p_holm"] == pytest.approx(min(1, smallest["p"] * count))
    if again is not row:
        assert again["p_holm"] == pytest.approx(min(1, smallest["p"] * (count - 1)))


def test_every_page_has_the_same_verdict_on_what_is_asked_twice(evidence):
    """Planted: one pair is clear by itself, and not after Holm among all that may ask it."""
    headline = headline_rows(evidence.headline_board, PARAMS, HEADLINE)
    first = adjusted_p_values(headline)
    claims = claim_rows(evidence, CLAIMS, first)
    named = {**first, **adjusted_p_values(claims)}
    compared = comparison_rows(evidence.board, PARAMS, headline, named)
    by_pair = {frozenset((row["a"], row["b"])): row for row in compared}
    owned = {
        row["genre"]: row
        for row in owned_rows(evidence.board, PARAMS, named)
        if (row["picture"], row["sound"]) == ("seen", "heard")
    }
    asked = 0
    for claim in claims:
        other = by_pair.get(frozenset((claim.get("a"), claim.get("b"))))
        if claim.get("genre") in owned:
            other = owned[claim["genre"]]
        if other is None or claim.get("genre") not in ("", *owned):
            continue
        asked += 1
        assert claim["p"] == pytest.approx(other["p"]), claim["claim"]
        assert (claim["p_holm"], claim["holm_family"]) == (other["p_holm"], other["holm_family"])
        decided = other.get("verdict") or other["owner"]
        assert (claim["verdict"] == UNDECIDED) == (decided == "undecided")
    assert asked == 3  # sound against picture, start against end, Science Fiction


def test_verdicts_follow_interval_and_p():
    up, down, across = (Estimate(0, *each) for each in ((0.1, 0.2), (-0.2, -0.1), (-0.1, 0.1)))
    found = [SUPERIOR.verdict(each, 0.01) for each in (up, down, across)]
    assert found == [SUPPORTED, CONTRADICTED, UNDECIDED]
    assert {SUPERIOR.verdict(each, 0.05) for each in (up, down, across)} == {UNDECIDED}
    assert NON_INFERIOR.verdict(Estimate(0, -0.019, 0.1), 0.01) == SUPPORTED
    assert NON_INFERIOR.verdict(Estimate(0, -0.1, -0.021), 0.01) == CONTRADICTED
    assert NON_INFERIOR.verdict(Estimate(0, -0.1, 0.0), 0.01) == UNDECIDED
    assert NO_GAIN.verdict(Estimate(0, -0.1, 0.019), 0.01) == SUPPORTED
    assert NO_GAIN.verdict(Estimate(0, 0.001, 0.03), 0.01) == CONTRADICTED
    assert AT_CHANCE.verdict(Estimate(0, -0.1, 0.09), 0.01) == SUPPORTED
    assert AT_CHANCE.verdict(Estimate(0, -0.1, 0.11), 0.01) == UNDECIDED
    assert AT_CHANCE.verdict(Estimate(0, 0.01, 0.3), 0.01) == CONTRADICTED


def test_no_gain_is_another_question_than_whether_there_is_a_difference(evidence):
    """The table of label sets asks about zero, and must not take the p against the margin."""
    judged = CLAIMS["One label drawn at random does not help"](evidence)
    assert (judged.a, judged.p) == ("", 0.001) and judged.estimate.hi < 0.02
    clear = [row | {"hi": 0.05} if row["labels"] == "one" else row for row in evidence.label_sets]
    judged = CLAIMS["One label drawn at random does not help"](
        dataclasses.replace(evidence, label_sets=clear)
    )
    assert (judged.a, judged.b, judged.genre) == ("few_one", "seen", "all shared")

"""Verdicts by hand, on a board where the truth is planted."""

import numpy as np
import pytest

from stages.corpus.genres import GENRES
from stages.judging.board import Board
from stages.judging.claims import (
    CONTRADICTED,
    NOT_RUN,
    SUPPORTED,
    UNDECIDED,
    Court,
    claim_rows,
    more,
    not_less,
)
from stages.judging.seed_study import CLAIMS
from stages.params.matrix import Cell
from stages.params.sections import HeadlineParams, JudgingParams
from stages.scoring.intervals import Estimate

PARAMS = JudgingParams(
    thresholds=(0.1, 0.36, 0.5), sweep_step=0.1, resamples=300, permutations=100, seed=0
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
def rows():
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
    scores[heard, :, romance] = truth[:, romance]  # told perfectly by its sound
    scores[heard, :, fiction] = 0.5  # by nothing in it
    drama = GENRES.index("Drama")
    scores[:, :, drama] = noise[:, :, drama]
    board = Board(
        CELLS,
        np.arange(400).astype(str),
        np.zeros(400, int),
        y_true,
        scores[:, None],
        scores[:, None],
    )
    label_sets = [
        {"genre": "all shared", "labels": labels, "approach": f"few_{labels}", "base": "seen"}
        | {"difference": hi - 0.01, "lo": hi - 0.02, "hi": hi}
        | {"naive_difference": 0.1, "arithmetic": 0.1 - hi + 0.01}
        for labels, hi in (("popular", 0.04), ("no_thriller", 0.01), ("one", -0.05))
    ]
    court = Court(board, PARAMS, HEADLINE, label_sets)
    return {row["claim"]: row for row in claim_rows(court, CLAIMS)}


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


def test_verdicts_follow_the_interval():
    assert [more(Estimate(0, *each)) for each in ((0.1, 0.2), (-0.2, -0.1), (-0.1, 0.1))] == [
        SUPPORTED,
        CONTRADICTED,
        UNDECIDED,
    ]
    assert not_less(Estimate(0, -0.019, 0.1)) == SUPPORTED
    assert not_less(Estimate(0, -0.1, -0.021)) == CONTRADICTED
    assert not_less(Estimate(0, -0.1, 0.0)) == UNDECIDED

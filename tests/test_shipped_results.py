"""The results that lie in metrics/: does the instrument recover what was planted?

They hold for the sample corpus, where the truth is known; of other catalogues nothing is claimed.
"""

import json
from pathlib import Path

import pytest
from sklearn.metrics import average_precision_score

from stages.base.genres import GENRES
from stages.base.params import load
from stages.base.params.matrix import cells
from stages.base.tables import read_csv
from stages.judging.out_of_fold import OutOfFold

ROOT = Path(__file__).resolve().parents[1]
METRICS = ROOT / "metrics/sample"
pytestmark = pytest.mark.skipif(
    not json.loads((METRICS / "catalogue.json").read_text())["sample"],
    reason="metrics/ holds results of a catalogue whose truth nobody planted",
)


def rows(name: str) -> list[dict]:
    return read_csv(METRICS / f"{name}.csv")


def test_they_are_the_results_of_the_declared_matrix():
    matrix = cells(load(ROOT / "params.yaml"))
    declared = [cell.slug for cell in matrix if cell.labels == "all"]
    assert [row["approach"] for row in rows("approaches")] == declared


def test_the_scores_in_git_are_those_that_were_judged():
    run = OutOfFold.read(METRICS)
    for row in rows("approaches"):
        found = average_precision_score(run.y_true, run.scores[row["approach"]], average="macro")
        assert found == pytest.approx(row["macro_ap"], abs=1e-6)


def test_every_learned_approach_beats_no_skill_and_the_prior_clear_of_zero():
    prior = next(row for row in rows("approaches") if row["approach"] == "prior")
    skill = {row["a"]: row for row in rows("comparisons") if row["family"] == "no_skill"}
    for row in rows("approaches"):
        if row["approach"] != "prior":
            assert skill[row["approach"]]["lo"] > 0 and skill[row["approach"]]["p_holm"] < 0.05
            assert row["macro_ap_lo"] > prior["macro_ap_hi"]


def test_none_beats_the_ideal_observer_of_its_view():
    ceiling = {slug: row for row in rows("ceilings") for slug in row["used_by"].split()}
    for row in rows("approaches"):
        if row["approach"] != "prior":
            assert row["macro_ap_hi"] < ceiling[row["approach"]]["macro_ap"]


def test_what_was_planted_in_one_modality_only_is_found_in_that_one():
    """Science Fiction is seen and cannot be heard; what sound finds of it is co-occurrence."""
    headline = json.loads((METRICS / "headline.json").read_text())
    found = {(row["approach"], row["genre"]): row for row in rows("genres")}
    planted = load(ROOT / "params.yaml").sample
    for genre in GENRES:
        picture = found[headline["picture"], genre]["normalised_ap"]
        sound = found[headline["sound"], genre]["normalised_ap"]
        if planted.sound[genre] == 0:
            assert picture > sound + 0.2
    assert found[headline["picture"], "Horror"]["normalised_ap"] > 0.3
    assert found[headline["sound"], "Horror"]["normalised_ap"] > 0.3


def test_the_ideal_observer_finds_the_question_interesting_and_not_easy():
    by_window = {row["window"]: row["macro_ap"] for row in rows("ceilings")}
    assert 0.55 < by_window["31 frames"] < 0.80
    assert 0.55 < by_window["start 30 s"] < 0.80
    assert 0.80 < by_window["31 frames + start 30 s"] < 0.92


def test_the_summary_is_of_a_length_one_reads():
    todo, leaves = [json.loads((METRICS / "summary.json").read_text())], 0
    while todo:
        for value in todo.pop().values():
            if isinstance(value, dict):
                todo.append(value)
            else:
                leaves += 1
    assert leaves <= 150

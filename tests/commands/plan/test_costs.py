"""The plan's sums, by hand."""

import dataclasses
import json
import re
from pathlib import Path

import pytest
import yaml

from report import tables
from report.loading import load as load_metrics
from stages.base.errors import BenchmarkError
from stages.base.params import load
from stages.base.params.matrix import (
    ApproachParams,
    BackboneParams,
    HeadlineParams,
    LateParams,
    MatrixParams,
    PretrainedParams,
)
from stages.commands.plan.costs import ONCE, REPORT, Recorded, count, plan
from stages.commands.plan.output import models, plan_table, problems, write_models
from stages.corpus.reader import Trailer

ROOT = Path(__file__).resolve().parents[3]
MATRIX = MatrixParams(
    backbones={
        "colour": BackboneParams(family="colour", reads="frames"),
        "mfcc": BackboneParams(family="mfcc", reads="audio"),
    },
    pretrained={"small": PretrainedParams(family="efficientat", reads="audio", model="mn04")},
    approaches={
        "colour_linear": ApproachParams(backbone="colour", context="mean", head="linear"),
        "mfcc_linear": ApproachParams(backbone="mfcc", context="mean", head="linear"),
        "small_mlp": ApproachParams(backbone="small", context="mean", head="mlp"),
    },
    early={},
    late={"both": LateParams(picture="colour_linear", sound="mfcc_linear")},
    headline=HeadlineParams(picture="colour_linear", sound="mfcc_linear", both="both"),
)
TRAILERS = [Trailer(str(n), str(n), "", 2000, ("Drama",), "sample:") for n in range(20)]
RECORDED = Recorded({"fit@colour_linear": 30.0, **dict.fromkeys(ONCE, 6.0)}, trailers=10)


def planned(matrix=MATRIX, trailers=TRAILERS, recorded=RECORDED, available=None, done=()):
    """The plan, embedding at 3 s a trailer; available: by default all is to be downloaded."""
    where = available or (lambda slug: "")
    return plan(matrix, trailers, recorded, lambda backbone: 3.0, where, lambda name: name in done)


def rows(where: str = "", **given):
    return {row.slug: row for row in planned(available=lambda slug: where, **given)}


def test_every_cell_is_a_row_with_its_stages_and_minutes():
    found = rows()
    assert list(found) == [
        *("–", "colour", "mfcc", "small"),
        *("prior", "colour_linear", "mfcc_linear", "small_mlp", "both"),
    ]
    assert found["–"].minutes == pytest.approx(len(ONCE) * 6 / 60 * 2)  # twice the trailers
    assert found["colour"].minutes == pytest.approx(20 * 3 / 60)
    assert found["colour_linear"].minutes == pytest.approx(0.5 * 2)
    assert found["mfcc_linear"].minutes == pytest.approx(1.0)  # as long as the same head elsewhere
    assert found["small_mlp"].minutes is None  # no run told how long that takes
    assert found["small"].stages == 2  # weights, embed


def test_weights_are_counted_only_where_they_must_be_downloaded():
    small = rows()["small"]
    assert small.available == "to be downloaded"
    assert small.megabytes == pytest.approx(516_128 * 4 / 1e6)
    assert "mn04_as_mAP_432.pt" in small.needs
    there = rows("in WEIGHTS_DIR")["small"]
    assert (there.available, there.megabytes) == ("in WEIGHTS_DIR", 0.0)


def test_a_file_that_two_backbones_share_is_downloaded_once():
    pretrained = MATRIX.pretrained | {"again": MATRIX.pretrained["small"]}
    matrix = dataclasses.replace(MATRIX, pretrained=pretrained)
    again = next(row for row in planned(matrix) if row.slug == "again")
    assert (again.available, again.megabytes) == ("with small", 0.0)


def test_what_a_network_takes_is_not_guessed_from_rendering():
    films = [dataclasses.replace(trailer, url="https://example.org") for trailer in TRAILERS]
    assert next(planned(trailers=films)).minutes is None


def test_what_cannot_be_had_is_said_and_stops_nothing():
    def available(slug: str) -> str:
        raise BenchmarkError("transformers is not installed", do="install it")

    found = {row.slug: row for row in planned(available=available)}
    assert found["small"].available == "no, see below"
    assert problems(list(found.values())) == [
        "small: transformers is not installed\n  what to do: install it"
    ]
    assert len(found) == count(MATRIX) == 9


def test_what_was_recorded_is_read_from_the_last_run(tmp_path):
    assert Recorded.read(tmp_path).minutes(["frames"], 5) is None
    stages = {"stages": {"frames": {"seconds": 60, "peak_megabytes": 1}}}
    (tmp_path / "provenance.json").write_text(json.dumps(stages))
    (tmp_path / "catalogue.json").write_text(json.dumps({"trailers": 10}))
    assert Recorded.read(tmp_path).minutes(["frames"], 5) == pytest.approx(0.5)
    assert Recorded.read(tmp_path).minutes(["frames", "audio"], 5) is None


def test_the_sum_says_when_something_is_missing_from_it():
    table = plan_table(list(rows().values()))
    assert all(str(column.footer).endswith("+ ?") for column in table.columns[-2:])
    assert table.row_count == 9


def test_finished_work_is_not_left_to_do():
    done = {"embed@colour", "fit@colour_linear", "prior", *ONCE} - {"evaluate", "compare"}
    found = rows(done=done)
    assert found["–"].minutes == pytest.approx(len(ONCE) * 6 / 60 * 2)
    assert found["–"].left == pytest.approx(2 * 6 / 60 * 2)  # of two stages, twice the trailers
    assert (found["colour"].minutes, found["colour"].left) == (pytest.approx(1.0), 0.0)
    assert found["mfcc"].left == found["mfcc"].minutes
    assert (found["colour_linear"].left, found["mfcc_linear"].left) == (0.0, pytest.approx(1.0))
    assert found["small_mlp"].left is None  # nobody knows how long that takes
    shown = plan_table(list(found.values()))
    (left,) = [column for column in shown.columns if column.header == "left"]
    cells = dict(zip(found, left.cells, strict=True))
    assert (cells["colour"], cells["mfcc"], cells["small_mlp"]) == ("done", "1.0", "?")


def test_what_a_backbone_took_is_told_as_it_was_recorded():
    seconds = {**RECORDED.seconds, "embed@small": 90.0, "weights@small": 12.0}
    found = rows(recorded=Recorded(seconds, trailers=10))
    assert found["small"].minutes == pytest.approx(1.5 * 2 + 0.2)  # weights come once


def test_fusions_are_called_what_they_do():
    pair = "colour_linear", "mfcc_linear"
    late = {
        by: LateParams(picture=pair[0], sound=pair[1], by=by)
        for by in ("mean", "weighted", "stacked")
    }
    found = rows(matrix=dataclasses.replace(MATRIX, late=late))
    assert found["mean"].what == "average of two approaches"
    assert found["weighted"].what == "weighted average of two approaches"
    assert found["stacked"].what == "logistic regression on two approaches"


def test_weights_of_ones_own_are_called_by_their_file():
    own = PretrainedParams(
        family="timm", reads="frames", model="vgg16.tv_in1k", file="mine.safetensors"
    )
    found = rows(
        "in WEIGHTS_DIR",
        matrix=dataclasses.replace(MATRIX, pretrained=MATRIX.pretrained | {"own": own}),
    )
    assert found["own"].needs == "mine.safetensors (weights of your own)"
    assert (found["own"].what, found["own"].megabytes) == ("timm vgg16.tv_in1k", 0.0)


def test_scores_that_were_sent_in_cost_a_look():
    matrix = dataclasses.replace(MATRIX, submitted=("theirs",))
    found = rows(matrix=matrix, done={"submitted@theirs"})
    assert found["theirs"].needs == "nothing" and found["theirs"].minutes == 0.0
    assert count(matrix) == count(MATRIX) + 1 == len(found)


def test_the_stages_of_every_matrix_are_those_of_the_pipeline():
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    once = [name for name, stage in stages.items() if "foreach" not in stage]
    assert {*ONCE, REPORT, "prior"} == set(once)


def test_plan_cost_page_and_readme_agree_on_a_first_run():
    metrics = load_metrics(ROOT / "metrics/sample")
    trailers = [TRAILERS[0]] * metrics.catalogue["trailers"]
    matrix = load(ROOT / "params.yaml").matrix
    found = planned(matrix, trailers, Recorded.read(ROOT / "metrics/sample"))
    minutes = sum(row.minutes for row in found)
    assert minutes == pytest.approx(tables.run.stages(metrics)["seconds"].sum() / 60)
    said = re.search(r"about (\d+) minutes of stages", (ROOT / "README.md").read_text())
    assert said and minutes / 2 < int(said[1]) < minutes * 2  # machines differ


def test_the_guide_holds_the_table_of_models(tmp_path):
    page = (ROOT / "docs/backbones.md").read_text()
    copy = tmp_path / "backbones.md"
    copy.write_text(page)
    write_models(list(models()), copy)
    assert copy.read_text() == page, "run `make models`"


def test_a_page_that_is_not_there_is_said(tmp_path):
    with pytest.raises(BenchmarkError, match="there is no such file"):
        write_models(["|"], tmp_path / "none.md")


def test_models_are_one_line_each():
    lines = list(models())
    assert sum("| efficientat | mn04 |" in line for line in lines) == 1
    assert len({line.count("|") for line in lines}) == 1


def test_a_backbone_of_published_features_says_which_files_it_needs():
    matrix = load(ROOT / "corpora/mmtf14k/params.yaml").matrix
    of = planned(matrix, [TRAILERS[0]], available=lambda slug: "in FEATURES_DIR")
    found = {row.slug: row for row in of}
    row = found["avf_both"]
    assert row.needs == "fused_llm_mmtf_avf_avg.csv, fused_llm_mmtf_avf_med.csv"
    assert "FEATURES_DIR" in row.available and row.shape == (214,) and row.stages == 3
    assert not any(row.problem for row in found.values())

"""The plan's sums, by hand."""

import dataclasses
import json
from pathlib import Path

import pytest

from stages.corpus.reader import Trailer
from stages.errors import BenchmarkError
from stages.params.sections import (
    ApproachParams,
    BackboneParams,
    HeadlineParams,
    LateParams,
    MatrixParams,
    PretrainedParams,
)
from stages.planning.costs import ONCE, Recorded, plan
from stages.planning.showing import models, plan_table, write_models

ROOT = Path(__file__).resolve().parents[2]
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


def rows(where: str = ""):
    found = plan(MATRIX, TRAILERS, RECORDED, lambda backbone: 3.0, lambda slug: where)
    return {row.slug: row for row in found}


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


def test_weights_are_counted_only_where_they_must_be_fetched():
    small = rows()["small"]
    assert small.at_hand == "to be fetched"
    assert small.megabytes == pytest.approx(516_128 * 4 / 1e6)
    assert "mn04_as_mAP_432.pt" in small.needs
    there = rows("in WEIGHTS_DIR")["small"]
    assert (there.at_hand, there.megabytes) == ("in WEIGHTS_DIR", 0.0)


def test_a_file_that_two_backbones_share_is_fetched_once():
    pretrained = MATRIX.pretrained | {"again": MATRIX.pretrained["small"]}
    matrix = dataclasses.replace(MATRIX, pretrained=pretrained)
    found = plan(matrix, TRAILERS, RECORDED, lambda backbone: 3.0, lambda slug: "")
    again = next(row for row in found if row.slug == "again")
    assert (again.at_hand, again.megabytes) == ("with small", 0.0)


def test_what_a_network_takes_is_not_guessed_from_rendering():
    films = [dataclasses.replace(trailer, url="https://example.org") for trailer in TRAILERS]
    found = plan(MATRIX, films, RECORDED, lambda backbone: 3.0, lambda slug: "")
    assert next(found).minutes is None


def test_what_cannot_be_had_is_said_and_stops_nothing():
    def at_hand(slug: str) -> str:
        raise BenchmarkError("transformers is not installed", do="install it")

    found = {r.slug: r for r in plan(MATRIX, TRAILERS, RECORDED, lambda backbone: 3.0, at_hand)}
    assert found["small"].at_hand.startswith("no: transformers is not installed")
    assert len(found) == 9


def test_what_was_recorded_is_read_from_the_last_run(tmp_path):
    assert Recorded.read(tmp_path).minutes(["frames"], 5) is None
    stages = {"stages": {"frames": {"seconds": 60, "peak_megabytes": 1}}}
    (tmp_path / "provenance.json").write_text(json.dumps(stages))
    (tmp_path / "catalogue.json").write_text(json.dumps({"trailers": 10}))
    assert Recorded.read(tmp_path).minutes(["frames"], 5) == pytest.approx(0.5)
    assert Recorded.read(tmp_path).minutes(["frames", "audio"], 5) is None


def test_the_sum_says_when_something_is_missing_from_it():
    table = plan_table(list(rows().values()))
    assert str(table.columns[-1].footer).endswith("+ ?")
    assert table.row_count == 9


def test_readme_holds_the_table_of_models(tmp_path):
    readme = (ROOT / "README.md").read_text()
    copy = tmp_path / "README.md"
    copy.write_text(readme)
    write_models(list(models()), copy)
    assert copy.read_text() == readme, "run `make models`"


def test_models_are_one_line_each():
    lines = list(models())
    assert sum("| efficientat | mn04 |" in line for line in lines) == 1
    assert len({line.count("|") for line in lines}) == 1

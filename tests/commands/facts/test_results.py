"""results.json: every number of the tables, and a schema that refuses what it does not document."""

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import get_args

import jsonschema
import pytest

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.base.params.matrix import Kind
from stages.base.params.modalities import Modality
from stages.base.tables import read_csv
from stages.commands.facts.output import write_facts
from stages.commands.facts.results import SCHEMA, results

ROOT = Path(__file__).resolve().parents[3]


def schema() -> jsonschema.Draft202012Validator:
    content = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(content)
    return jsonschema.Draft202012Validator(content)


@pytest.fixture
def written(root: Path) -> dict:
    write_facts("sample", root)
    return dict(json.loads((root / "metrics/sample/results.json").read_text(encoding="utf-8")))


def test_it_is_as_the_schema_says(written):
    schema().validate(written)


def test_a_record_has_every_number_with_its_interval(written):
    eyes, joined = written["approaches"]
    assert (eyes["approach"], eyes["parts"], eyes["films"]) == ("eyes", ["colour"], 60)
    assert eyes["metrics"] == {
        "macro_ap": {"value": 0.5, "lo": 0.4, "hi": 0.6},
        "micro_ap": {"value": 0.45},
    }
    assert eyes["rank"] == {"value": 2, "lo": 1, "hi": 2, "tied_with_first": False}
    assert eyes["genres"] == {
        "Drama": {
            "support": 30,
            "metrics": {"ap": {"value": 0.7, "lo": 0.6, "hi": 0.8}, "roc_auc": {"value": 0.65}},
        },
        "Horror": {"support": 3, "metrics": {"ap": {"value": 0.3}}},
    }
    f1 = {"value": 0.4, "lo": 0.3, "hi": 0.5}
    assert eyes["rules"] == {"at 0.50": {"f1_macro": f1, "exact_match": {"value": 0.1}}}
    assert eyes["calibration"]["platt"]["ece_before"] == 0.1
    assert eyes["comparisons"] == []
    (comparison,) = joined["comparisons"]
    assert comparison["difference"] == {"value": 0.1, "lo": -0.1, "hi": 0.3}
    assert (comparison["b"], comparison["p_holm"], comparison["verdict"]) == (
        *("eyes", 0.4, "undecided"),
    )
    assert joined["metrics"]["macro_ap"] == {"value": 0.6}  # no interval, so none is made up


def test_it_says_what_made_it(written):
    assert written["made"]["commit"] == "abc1234" and "stages" not in written["made"]
    assert written["corpus"] == {
        **{"name": "sample", "catalogue": "films.txt", "films": 80, "rendered": True},
    }
    assert written["judging"] == {"level": 0.95, "resamples": 100, "seed": 0}


def test_cost_is_of_the_stages_that_an_approach_needs(written):
    """Energy by hand: 20 s and 60 s of a core at 10 W are 200 and 600 joules."""
    eyes, joined = (each["cost"] for each in written["approaches"])
    assert set(eyes["stages"]) == {"embed@colour", "fit@eyes"}
    assert (eyes["seconds"], eyes["cpu_seconds"]) == (11.0, 20.0)
    assert eyes["watt_hours"] == pytest.approx(200 / 3600, abs=1e-6)
    embeddings, fits = {"embed@colour", "embed@mfcc"}, {"fit@eyes", "fit@ears", "fit@joined"}
    assert set(joined["stages"]) == embeddings | fits
    assert joined["watt_hours"] == pytest.approx(600 / 3600, abs=1e-6)
    assert written["energy"]["watts_per_core"] == 10 and "10 W" in written["energy"]["assumption"]


def test_without_seconds_of_processors_there_is_no_estimate(root):
    path = root / "metrics/sample/provenance.json"
    found = json.loads(path.read_text())
    del found["stages"]["fit@eyes"]["cpu_seconds"]
    path.write_text(json.dumps(found))
    eyes = results(path.parent)["approaches"][0]["cost"]
    assert eyes["seconds"] == 11.0 and eyes["watt_hours"] is None and eyes["cpu_seconds"] is None


def test_twice_the_same_bytes(root):
    paths = write_facts("sample", root)
    before = [path.read_bytes() for path in paths]
    assert write_facts("sample", root) == paths
    assert [path.read_bytes() for path in paths] == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda found: found["approaches"][0].update(macro_ap=0.5),
        lambda found: found["approaches"][0]["metrics"]["macro_ap"].update(lo="0.4"),
        lambda found: found["approaches"][0]["metrics"]["macro_ap"].pop("hi"),
        lambda found: found["approaches"][0]["rank"].update(value=0),
        lambda found: found["approaches"][0].update(modality="smell"),
        lambda found: found["approaches"][1]["comparisons"][0].update(p=2),
        lambda found: found["approaches"][1]["comparisons"][0].update(verdict="good"),
        lambda found: found["made"].update(date="yesterday"),
        lambda found: found.pop("energy"),
        lambda found: found["approaches"][0].pop("cost"),
    ],
)
def test_the_schema_refuses(written, damage):
    damaged = deepcopy(written)
    damage(damaged)
    assert not schema().is_valid(damaged)


def test_the_schema_knows_every_kind_and_modality(written):
    named = schema().schema["$defs"]["approach"]["properties"]
    assert {*named["modality"]["enum"]} == {*get_args(Modality)}
    told = named["kind"]["description"].split(":")[0]
    assert {*re.findall(r"\w+", told)} - {"or"} == {*get_args(Kind)}
    written["approaches"][0] |= {"kind": "late", "modality": "picture_words"}
    schema().validate(written)


def test_without_a_whole_run_it_is_said_what_to_do(root):
    metrics = root / "metrics/sample"
    (metrics / "approaches.csv").unlink()
    (metrics / "results.json").unlink(missing_ok=True)
    with pytest.raises(BenchmarkError, match=r"no approaches\.csv") as caught:
        results(metrics)
    assert "dvc repro" in str(caught.value)
    assert [path.name for path in write_facts("sample", root)] == ["croissant.json"]


SHIPPED = [
    name
    for name in places.names(ROOT)
    if (ROOT / places.metrics(name) / "approaches.csv").is_file()
]


@pytest.mark.parametrize("corpus", SHIPPED)
def test_what_lies_in_git_is_of_the_tables_beside_it(corpus):
    metrics = ROOT / places.metrics(corpus)
    found = json.loads((metrics / "results.json").read_text(encoding="utf-8"))
    schema().validate(found)
    rows = {row["approach"]: row for row in read_csv(metrics / "approaches.csv")}
    assert [each["approach"] for each in found["approaches"]] == list(rows)
    for each in found["approaches"]:
        row = rows[each["approach"]]
        expected = {"value": row["macro_ap"], "lo": row["macro_ap_lo"], "hi": row["macro_ap_hi"]}
        shown = {name: value for name, value in expected.items() if value is not None}
        assert each["metrics"]["macro_ap"] == shown

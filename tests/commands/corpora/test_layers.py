"""A corpus that asks for its layers has the stage that hears them, and its report waits for it."""

from pathlib import Path

import yaml

from tests.commands.corpora.test_words import stages
from tests.test_dvc import check_code

ROOT = Path(__file__).resolve().parents[3]


def test_only_where_it_is_asked_for(tmp_path):
    (tmp_path / "a").mkdir()
    asked = stages(tmp_path / "a", None, layers={"voice": 0.5})
    assert "layers" in asked
    assert "metrics/films/layers.csv" in asked["report"]["deps"]
    (tmp_path / "b").mkdir()
    without = stages(tmp_path / "b", None)
    assert "layers" not in without
    assert "metrics/films/layers.csv" not in without["report"]["deps"]
    assert asked["report"]["deps"] == [*without["report"]["deps"], "metrics/films/layers.csv"]


def test_it_keeps_to_its_corpus_and_names_what_it_reads(tmp_path):
    found = stages(tmp_path, None, layers={"voice": 0.5})["layers"]
    assert found["cmd"] == "python -m stages.layers --corpus films"
    assert found["outs"] == [
        {"data/films/layers": {"push": False}},
        {"metrics/films/layers.csv": {"cache": False}},
    ]
    ((own, declared),) = found["params"][0].items()
    assert own == "corpora/films/params.yaml"
    assert declared[0] == "layers" and "judging.resamples" in declared
    check_code({"layers": found})


def test_the_default_corpus_has_none():
    declared = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    assert "layers" not in declared

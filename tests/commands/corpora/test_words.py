"""A corpus that asks for words has the stages that hear and read them, and no other has."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from stages.base.params import load, yaml12
from stages.base.pipeline import resolve
from stages.commands.corpora.pipeline import pipeline_text
from tests.test_dvc import check_code

ROOT = Path(__file__).resolve().parents[3]


def stages(tmp_path: Path, words: dict[str, Any] | None, **sections: Any) -> dict[str, Any]:
    shutil.copy(ROOT / "dvc.yaml", tmp_path)
    params = yaml12.read((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params |= sections | ({"words": words} if words else {})
    own = tmp_path / "corpora" / "films" / "params.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(yaml12.block(params), encoding="utf-8")
    declared = yaml.safe_load(pipeline_text("films", tmp_path))["stages"]
    return dict(resolve(declared, vars(load(own))))


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (None, set()),
        ({"speech": {"model": "base"}}, {"speech"}),
        ({"cards": {"confidence": 0.6}}, {"cards"}),
        ({"speech": {"model": "base"}, "cards": {"confidence": 0.6}}, {"speech", "cards"}),
    ],
)
def test_only_what_is_asked_for_is_a_stage(tmp_path, words, asked):
    assert stages(tmp_path, words).keys() & {"speech", "cards"} == asked


def test_they_keep_to_their_corpus_and_name_what_they_read(tmp_path):
    found = stages(tmp_path, {"speech": {"model": "base"}, "cards": {"confidence": 0.6}})
    speech, cards = found["speech"], found["cards"]
    assert speech["cmd"] == "python -m stages.speech --corpus films"
    assert "data/films/downloads.parquet" in speech["deps"]
    assert "data/films/frames" in cards["deps"]
    assert speech["outs"] == [{"data/films/speech": {"push": False}}]
    own = "corpora/films/params.yaml"
    assert speech["params"] == [{own: ["words.speech"]}] and cards["params"] == [
        {own: ["words.cards"]}
    ]
    check_code({"speech": speech, "cards": cards})


def test_who_has_words_is_told_with_the_folds(tmp_path):
    assert "data/films/words" in stages(tmp_path, {"cards": {"confidence": 0.6}})["splits"]["deps"]


def test_of_a_corpus_without_words_nothing_is_told_of_them(tmp_path):
    assert "data/films/words" not in stages(tmp_path, None)["splits"]["deps"]


def test_a_set_that_is_chosen_has_the_stages_of_its_sections(tmp_path):
    """Else DVC would not know the fusions with words, or look for those that are gone."""
    assert "early_two@early_colour_bag" not in stages(tmp_path, {"cards": {"confidence": 0.6}})
    shutil.copytree(ROOT / "sets", tmp_path / "sets")
    shutil.copy(ROOT / "params.yaml", tmp_path)
    own = tmp_path / "corpora" / "films"
    (own / "dvc.yaml").write_text(pipeline_text("films", tmp_path), encoding="utf-8")
    for name, joined in (("words", True), ("scratch", False)):
        done = subprocess.run(
            [sys.executable, "-m", "stages.choose", name, "--corpus", "films"],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        declared = yaml.safe_load((own / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
        found = dict(resolve(declared, vars(load(own / "params.yaml"))))
        assert ("early_two@early_colour_bag" in found) == joined


def test_the_default_corpus_has_neither():
    declared = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    assert not declared.keys() & {"speech", "cards", "texts", "early_two", "late_three"}


def test_texts_read_what_there_is_of_the_two(tmp_path):
    found = stages(tmp_path, {"cards": {"confidence": 0.6}})["texts"]
    assert "data/films/cards" in found["deps"] and "data/films/speech" not in found["deps"]
    assert found["outs"] == [{"data/films/words": {"push": False}}]
    check_code({"texts": found})


def test_the_sample_with_words_joins_every_two_and_all_three():
    own = ROOT / "corpora/sample_words"
    declared = yaml.safe_load((own / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    found = dict(resolve(declared, vars(load(own / "params.yaml"))))
    assert "data/sample_words/words" in found["embed@bag"]["deps"]
    three = found["late_three@late_all"]["deps"]
    for part in ("colour_linear", "mfcc_linear", "bag_linear"):
        assert f"data/sample_words/scores/{part}.npz" in three
    assert "data/sample_words/embeddings/bag.npz" in found["early_two@early_colour_bag"]["deps"]
    matrix = load(own / "params.yaml").matrix
    for kind, slug in (("late", "late_all"), ("early", "early_all"), ("late", "late_linear")):
        assert matrix.group(kind, kind, slug) in found
    check_code(found)

"""A corpus that asks for clips has the stage that takes them, and no other has."""

from pathlib import Path

from stages.base.params import yaml12
from tests.commands.corpora.test_words import stages
from tests.test_dvc import check_code

ROOT = Path(__file__).resolve().parents[3]


def test_only_where_they_are_asked_for(tmp_path):
    assert "clips" not in stages(tmp_path, {"cards": {}})


def test_the_stage_keeps_to_its_corpus_and_names_what_it_reads(tmp_path):
    clips = stages(tmp_path, None, clips={"count": 4})["clips"]
    assert clips["cmd"] == "python -m stages.clips --corpus films"
    assert "data/films/downloads.parquet" in clips["deps"]
    assert clips["outs"] == [{"data/films/clips": {"push": False}}]
    assert clips["params"] == [{"corpora/films/params.yaml": ["clips", "frames"]}]
    check_code({"clips": clips})


def test_two_transformers_wait_for_both_embeddings(tmp_path):
    root = yaml12.read((ROOT / "params.yaml").read_text(encoding="utf-8"))
    moves = {"family": "colour", "reads": "clips"}
    both = {"frames": "colour", "clips": "moves", "head": "linear"}
    matrix = root["matrix"] | {"dual": {"two": both}}
    matrix["backbones"] = matrix["backbones"] | {"moves": moves}
    training = root["training"]
    training["contexts"]["dual"] = training["contexts"]["attention"]
    found = stages(tmp_path, None, clips={"count": 4}, matrix=matrix, training=training)
    two = found["dual@two"]
    assert two["cmd"] == "python -m stages.fit two --corpus films"
    embedded = {dep for dep in two["deps"] if "embeddings" in dep}
    assert embedded == {f"data/films/embeddings/{name}.npz" for name in ("colour", "moves")}
    check_code({"dual@two": two})


def test_the_ceiling_looks_at_clips_where_there_are_any(tmp_path):
    own = "corpora/films/params.yaml"
    with_clips = stages(tmp_path, None, clips={"count": 4})["ceiling"]
    assert "data/films/clips" in with_clips["deps"]
    assert "clips" in with_clips["params"][0][own]


def test_and_where_there_are_none_it_does_not(tmp_path):
    without = stages(tmp_path, {"cards": {}})["ceiling"]
    assert "data/films/clips" not in without["deps"]

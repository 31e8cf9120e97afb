"""A corpus that asks for clips has the stage that takes them, and no other has."""

from tests.commands.corpora.test_words import stages
from tests.test_dvc import check_code


def test_only_where_they_are_asked_for(tmp_path):
    assert "clips" not in stages(tmp_path, {"cards": {}})


def test_the_stage_keeps_to_its_corpus_and_names_what_it_reads(tmp_path):
    clips = stages(tmp_path, None, clips={"count": 4})["clips"]
    assert clips["cmd"] == "python -m stages.clips --corpus films"
    assert "data/films/downloads.parquet" in clips["deps"]
    assert clips["outs"] == [{"data/films/clips": {"push": False}}]
    assert clips["params"] == [{"corpora/films/params.yaml": ["clips", "frames"]}]
    check_code({"clips": clips})

"""What messages tell a person to run is of the corpus that was chosen."""

from pathlib import Path

import pytest

from stages.base import places


@pytest.fixture
def chosen(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(places, "_chosen", places.DEFAULT)  # and again afterwards
    own = Path("corpora/mine/params.yaml")
    own.parent.mkdir(parents=True)
    own.write_text("")
    places.choose("mine")


def test_commands_of_the_default_corpus_name_none():
    assert places.corpus() == places.DEFAULT
    assert places.dvc("repro", "fit@a") == "dvc repro fit@a"
    assert places.command("plan") == "python -m stages.plan"
    assert places.option("a.b=1") == "a.b=1" and places.make_report("sample") == "make report"


@pytest.mark.usefixtures("chosen")
def test_commands_of_another_name_it():
    own = "corpora/mine/dvc.yaml"
    assert places.dvc("repro", "fit@a") == f"dvc repro {own}:fit@a"
    assert places.command("choose words") == "python -m stages.choose words --corpus mine"
    assert places.make_report("mine") == "make report CORPUS=mine"
    run = places.dvc(f"exp run -S {places.option('a.b=1')}")
    assert run == f"dvc exp run -S corpora/mine/params.yaml:a.b=1 {own}"

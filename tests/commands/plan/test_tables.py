"""Of published features the plan says where they are, and what to do where they are not."""

from pathlib import Path

import pytest

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.base.params import load
from stages.commands.plan.costs import NOT_AVAILABLE, Recorded, plan
from stages.commands.plan.output import problems
from stages.commands.plan.tables import catalogue_of, find_tables
from tests.commands.plan.test_costs import TRAILERS

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """The parameters of a corpus, of which nothing is here."""

    def choose(name: str):
        monkeypatch.setattr(places, "_chosen", name)
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("FEATURES_DIR", raising=False)
        return load(ROOT / places.params(name))

    return choose


def said_of(params, given=None) -> str:
    with pytest.raises(BenchmarkError) as error:
        catalogue_of(params, given)
    return " ".join(str(error.value).split())


def test_a_catalogue_that_is_yet_to_be_made_comes_with_how(corpus):
    said = said_of(corpus("m3l_20m"))
    assert said.startswith("data/m3l_20m/catalogue.txt: the catalogue of this corpus is not made")
    assert "as corpora/m3l_20m/params.yaml says at its head" in said and "sample.txt" not in said
    said = said_of(corpus("mmtf14k"))
    assert "run `make report CORPUS=mmtf14k`, whose stage collect makes it" in said
    assert "cannot read the catalogue" in said_of(corpus("mmtf14k"), Path("none.txt"))


def test_tables_are_told_from_where_they_would_come(corpus, monkeypatch, tmp_path):
    of_zenodo, of_github = corpus("m3l_20m"), corpus("mmtf14k")
    assert find_tables(next(iter(of_github.matrix.backbones.values()))) == ""  # downloaded
    corpus("m3l_20m")
    backbone = of_zenodo.matrix.backbones["vggish"]
    with pytest.raises(BenchmarkError, match="table vggish is not on this machine") as error:
        find_tables(backbone)
    assert "set FEATURES_DIR to the folder that holds it" in str(error.value)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/vggish.json").write_text("{}")
    monkeypatch.setenv("FEATURES_DIR", str(tmp_path / "mine"))
    assert find_tables(backbone) == "in FEATURES_DIR"
    made = tmp_path / "data/m3l_20m/features/vggish"
    made.parent.mkdir(parents=True)
    made.write_text("{}")
    assert find_tables(backbone) == "yes"


def test_a_plan_without_the_tables_says_that_it_cannot_run(corpus):
    matrix = corpus("m3l_20m").matrix

    def planned(done: bool):
        found = plan(
            *(matrix, TRAILERS, Recorded({}, 0), lambda backbone: 0.0),
            *(lambda slug: find_tables(matrix.backbones[slug]), lambda stage: done),
        )
        return [row for row in found if row.slug in matrix.backbones]

    rows = planned(done=False)
    assert {row.available for row in rows} == {NOT_AVAILABLE} and len(rows) == len(matrix.backbones)
    assert any("vggish: table vggish is not on this machine" in line for line in problems(rows))
    assert problems(planned(done=True)) == []

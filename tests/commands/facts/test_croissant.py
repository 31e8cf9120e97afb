"""croissant.json: what it names is there, with the hash it states; mlcroissant reads every row."""

import hashlib
import json
from pathlib import Path

import mlcroissant
import pytest
import yaml

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.commands.facts.croissant import croissant, read_about
from stages.commands.facts.output import write_facts

ROOT = Path(__file__).resolve().parents[3]
DESCRIBED = sorted({*places.names(ROOT), *read_about(ROOT)})


def test_it_names_each_file_with_its_hash(root):
    found = croissant("sample", root)
    files = {each["@id"]: each for each in found["distribution"]}
    assert set(files) == {
        *("catalogue", "features_eyes", "folds_file", "labels_file", "scores", "approaches_file"),
        *("genres_file", "rank_intervals_file", "comparisons_file", "rules_file"),
        "calibration_file",  # cells.csv is of the plan, label_ceiling.csv has no row
    }
    for name, each in files.items():
        if name not in ("features_eyes", "scores"):
            path = root / "metrics/sample" / each["contentUrl"]
            assert each["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
            assert each["contentSize"] == f"{path.stat().st_size} B"
    features = files["features_eyes"]  # and none that has no address
    assert (features["contentUrl"], features["sha256"]) == ("https://example.org/eyes.csv", "ab12")
    assert features["encodingFormat"] == "text/csv" and "CC0" in features["description"]


def test_columns_have_the_type_of_their_cells(root):
    sets = {each["@id"]: each for each in croissant("sample", root)["recordSet"]}
    types = {field["name"]: field["dataType"] for field in sets["approaches"]["field"]}
    assert types["approach"] == "sc:Text" and types["parts"] == "sc:Text"
    assert types["macro_ap"] == types["macro_ap_lo"] == "sc:Float"
    (genres,) = (each for each in sets["labels"]["field"] if each["name"] == "genres")
    assert genres["isArray"] is True


def test_folds_of_their_own_file_take_the_place_of_those_judged(root):
    (root / "metrics/sample/folds.csv").write_text("film_id,fold\n1,0\n2,1\n")
    found = croissant("sample", root)
    (folds,) = (each for each in found["distribution"] if each["@id"] == "folds_file")
    assert folds["contentUrl"] == "folds.csv"
    (records,) = (each for each in found["recordSet"] if each["@id"] == "folds")
    types = [field["dataType"] for field in records["field"]]
    assert types == ["sc:Text", "sc:Float"]  # an id that is a number is text all the same


@pytest.mark.parametrize("path", ["data/sample/films.txt", "../films.txt", "/etc/hostname"])
def test_a_catalogue_that_is_not_in_git_is_not_offered(root, path):
    (root / "data/sample").mkdir(parents=True)
    (root / "data/sample/films.txt").write_text("1\n")
    (root.parent / "films.txt").write_text("1\n")
    (root / "params.yaml").write_text(yaml.safe_dump({"catalogue": {"path": path}}))
    assert "catalogue" not in {each["@id"] for each in croissant("sample", root)["distribution"]}


def test_a_corpus_that_nobody_described_has_metadata_too(root):
    (root / "corpora/about.yaml").unlink()
    found = croissant("sample", root)
    assert found["name"] == "sample" and "license" not in found and found["recordSet"]


def test_a_description_without_a_licence_is_refused(root):
    path = root / "corpora/about.yaml"
    path.write_text(path.read_text().replace("licences", "license"))
    with pytest.raises(BenchmarkError, match="licences"):
        croissant("sample", root)


@pytest.mark.parametrize("corpus", DESCRIBED)
def test_a_corpus_that_ships_has_a_card_and_a_description(corpus):
    card = (ROOT / "docs/corpora.md").read_text(encoding="utf-8")
    section = card.partition(f"\n## {corpus}\n")[2].partition("\n## ")[0]
    for part in ("**What.**", "**How chosen.**", "**Who is missing.**", "| licence |", "**Cite**"):
        assert part in section, part
    about = read_about(ROOT)[corpus]
    assert all(address.startswith("https://") for address in about["licences"])


def read_by_mlcroissant(metrics: Path) -> dict[str, list[dict]]:
    """The rows of every record set, by its id; nothing may be wrong, or missing though advised."""
    dataset = mlcroissant.Dataset(str(metrics / "croissant.json"))
    issues = dataset.metadata.ctx.issues
    assert not issues.errors and not issues.warnings
    assert dataset.metadata.ctx.is_v1_1()
    return {each.id: list(dataset.records(each.id)) for each in dataset.metadata.record_sets}


def test_mlcroissant_reads_every_row(root):
    write_facts("sample", root)
    rows = read_by_mlcroissant(root / "metrics/sample")
    counts = {name: len(each) for name, each in rows.items()}
    assert counts == {
        **{"folds": 2, "labels": 2, "approaches": 2, "genres": 2, "rank_intervals": 2},
        **{"comparisons": 1, "rules": 2, "calibration": 1},
    }
    assert rows["approaches"][0]["approaches/macro_ap"] == 0.5
    assert rows["approaches"][0]["approaches/approach"] == b"eyes"
    assert rows["labels"][1]["labels/genres"] == [b"Drama", b"Horror"]


def test_mlcroissant_refuses_a_damaged_one(root):
    write_facts("sample", root)
    path = root / "metrics/sample/croissant.json"
    found = json.loads(path.read_text())
    del found["recordSet"][0]["field"][0]["dataType"]
    found["distribution"][0].pop("encodingFormat")
    path.write_text(json.dumps(found))
    with pytest.raises(mlcroissant.ValidationError, match="encodingFormat"):
        mlcroissant.Dataset(str(path))


SHIPPED = [
    name
    for name in places.names(ROOT)
    if (ROOT / places.metrics(name) / "croissant.json").is_file()
]


@pytest.mark.parametrize("corpus", SHIPPED)
def test_what_lies_in_git_is_of_the_files_beside_it(corpus):
    found = json.loads((ROOT / places.metrics(corpus) / "croissant.json").read_text("utf-8"))
    assert found["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    for each in found["distribution"]:
        if "sha256" in each and not each["contentUrl"].startswith("https:"):
            path = ROOT / places.metrics(corpus) / each["contentUrl"]
            assert each["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest(), path
    for name, rows in read_by_mlcroissant(ROOT / places.metrics(corpus)).items():
        assert rows, name

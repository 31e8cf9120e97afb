"""Parameters of a corpus of published features, and what is wrong with them, with file and line."""

import pytest
import yaml

from stages.base.errors import BenchmarkError
from stages.base.params import load
from stages.base.params.matrix import cells
from stages.base.params.reading import load_sets
from tests.published.small_corpus import ROOT, parameters


@pytest.mark.parametrize("name", ["mmtf14k", "m3l_20m"])
def test_the_corpora_of_features_that_ship_can_be_read(name):
    params = load(ROOT / f"corpora/{name}/params.yaml")
    assert {cell.modality for cell in cells(params)} == {"none", "picture", "sound", "both"}
    assert load_sets(ROOT / f"corpora/{name}/params.yaml") == ({}, [])
    for record in params.features.values():
        assert record.computed_from and record.paper and record.licence


def test_the_tables_that_are_known_are_held_to_their_bytes():
    tables = load(ROOT / "corpora/mmtf14k/params.yaml").features
    assert all(record.sha256 and record.url for record in tables.values())
    assert {name: record.modality for name, record in tables.items()} == {
        **{"avf_avg": "picture", "avf_med": "picture", "ivec_100": "sound", "ivec_20": "sound"}
    }


def read(tmp_path, **changes):
    """The small corpus with values changed, by their keys joined by __; None: without it."""
    params = parameters()
    for key, value in changes.items():
        *above, last = key.split("__")
        node = params
        for part in above:
            node = node[part]
        if value is None:
            del node[last]
        else:
            node[last] = value
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(params), encoding="utf-8")
    return load(path)


def test_a_backbones_modality_is_its_tables(tmp_path):
    params = read(tmp_path)
    found = {slug: each.modality for slug, each in params.matrix.backbones.items()}
    assert found == {"look": "picture", "both": "picture", "hear": "sound"}
    assert params.matrix.backbones["both"].table_names == ("look", "more")


BAD = [
    (
        "matrix__backbones__look__table",
        "nothing",
        "table: found 'nothing', expected one of hear, look",
    ),
    ("matrix__backbones__look__tables", ["hear"], "tables: expected one, or several as `tables`"),
    ("matrix__backbones__both__tables", ["look", "hear"], "joins tables of picture and of sound"),
    ("matrix__backbones__look__family", "colour", "found 'colour', expected one of published"),
    ("matrix__backbones__look__model", "x", "is of networks, and this backbone reads tables"),
    ("features__look__url", "http://example.org/x", "expected an https address"),
    ("features__look__sha256", "abc", "sha256 is 'abc'"),
    ("features__look__file", "look.xls", "file ends in '.xls', expected .csv"),
    ("features__look__modality", "text", "modality"),
    ("features__look__licence", None, "features.look.licence: missing"),
    ("features__more__rows", "several", "several rows a film"),
    ("matrix__late__late__picture", "look_attention", "found 'look_attention', expected one of"),
    ("matrix__approaches__hear_linear__with_left_out", False, "part hear_linear is not fitted so"),
]


@pytest.mark.parametrize(("key", "value", "said"), BAD, ids=[key for key, *_ in BAD])
def test_what_does_not_fit_is_told_with_its_line(tmp_path, key, value, said):
    with pytest.raises(BenchmarkError) as error:
        read(tmp_path, **{key: value})
    line = next(line for line in str(error.value).splitlines() if said in line)
    text = (tmp_path / "params.yaml").read_text(encoding="utf-8").splitlines()
    shown = text[int(line.split(":")[1]) - 1].partition(":")[0].strip()
    assert shown in (*key.split("__")[-2:], "tables"), "the line of the value, or of what lacks it"


def test_a_corpus_of_trailers_needs_its_sections(tmp_path):
    content = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    del content["frames"]
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(BenchmarkError, match="frames: missing"):
        load(tmp_path / "params.yaml")

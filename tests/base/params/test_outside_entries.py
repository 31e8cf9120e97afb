"""matrix.outside: entries whose code is not in stages/, beside all others."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stages.base import outside
from stages.base.errors import BenchmarkError
from stages.base.params import load, yaml12
from stages.base.params.matrix import cells
from stages.base.params.sets import matrix_text, read_set

ROOT = Path(__file__).resolve().parents[3]
NOTHING: dict[str, dict] = {"backbones": {}, "pretrained": {}, "approaches": {}, "early": {}}


@pytest.fixture(autouse=True)
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    for name in ("edges", "wide", "colour"):
        (tmp_path / f"{name}.py").write_text("class Head: pass\n")
    yield tmp_path
    outside.forget()


def params(matrix: dict, wide: bool = False):
    """The default parameters with these entries of the matrix."""
    content = yaml12.read((ROOT / "params.yaml").read_text())
    for section, entries in matrix.items():
        content["matrix"][section] |= entries
    if wide:
        content["training"]["heads"]["wide"] = content["training"]["heads"]["mlp"]
    Path("params.yaml").write_text(yaml12.block(content))
    return load(Path("params.yaml"))


EDGES = {"family": "edges", "code": "edges.py", "reads": "frames"}
WIDE = {"backbone": "colour", "context": "mean", "head": "wide", "code": "wide.py"}


def test_entries_from_outside_are_entries_like_any_other():
    linear = {"backbone": "edges", "context": "mean", "head": "linear"}
    brought = {"backbones": {"edges": EDGES}, "approaches": {"colour_wide": WIDE}}
    found = params({"outside": brought, "approaches": {"edges_linear": linear}}, wide=True)
    assert found.matrix.backbones["edges"].code == "edges.py"
    assert {"edges_linear", "colour_wide"} <= {cell.slug for cell in cells(found)}
    group = found.matrix.group
    assert group("embed", "backbones", "edges") == "embed_outside@edges"
    assert group("embed", "backbones", "colour") == "embed@colour"
    assert group("fit", "approaches", "colour_wide") == "fit_outside@colour_wide"


def test_reading_parameters_runs_no_code(mine):
    for name in ("edges", "wide"):
        (mine / f"{name}.py").write_text("class Head: pass\nopen('ran', 'w')\n")
    brought = {"backbones": {"edges": EDGES}, "approaches": {"colour_wide": WIDE}}
    assert params({"outside": brought}, wide=True).matrix.backbones["edges"]
    assert not (mine / "ran").exists()


@pytest.mark.parametrize(
    ("matrix", "said"),
    [
        ({"outside": {"backbones": {"edges": {**EDGES, "code": "no.py"}}}},
         r"params.yaml:\d+: matrix.outside.backbones.edges.code: there is no file no.py"),
        ({"outside": {"backbones": {"edges": {"family": "edges", "reads": "frames"}}}},
         r"matrix.outside.backbones.edges.code: missing"),
        ({"outside": {"backbones": {"edges": {**EDGES, "family": "colour"}}}},
         r"edges.code: stages/backbones/colour.py has the name 'colour'"),
        ({"outside": {"approaches": {"more": {**WIDE, "head": "linear"}}}},
         r"outside.approaches.more.code: head and context are both of stages/"),
        ({"outside": {"approaches": {"more": WIDE}}},
         r"outside.approaches.more.head: training.heads lacks 'wide'"),
        ({"backbones": {"edges": EDGES}},
         r"matrix.backbones.edges.code: an entry with code belongs under matrix.outside.backbones"),
        ({"outside": {"backbones": {"colour": EDGES}}},
         r"colour is both under backbones and under outside.backbones"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_entry_is_told_where_it_stands(matrix, said):
    with pytest.raises(BenchmarkError, match=said):
        params(matrix)


def test_a_set_may_hold_them_and_always_has_every_section(tmp_path):
    assert read_set(ROOT / "sets", "everything").matrix["outside"] == NOTHING
    (tmp_path / "scratch.yaml").write_text((ROOT / "sets/scratch.yaml").read_text())
    (tmp_path / "mine.yaml").write_text(
        "extends: scratch\noutside:\n  backbones:\n    edges: {family: edges, code: edges.py}\n"
    )
    found = read_set(tmp_path, "mine").matrix
    edges = {"family": "edges", "code": "edges.py"}
    assert found["outside"] == NOTHING | {"backbones": {"edges": edges}}
    assert yaml12.read(matrix_text(found))["matrix"]["outside"] == found["outside"]

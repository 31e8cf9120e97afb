"""Sets in files of their own: what they hold together, how one is chosen, what is wrong in one."""

import shutil
import subprocess
import sys
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import pytest

from stages.base.errors import BenchmarkError
from stages.base.params import load, yaml12
from stages.base.params.reading import load_sets
from stages.base.params.sets import SECTIONS, SetFile, matrix_text, read_set, set_names

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = ("scratch", "light", "pretrained", "everything")  # each with the one before in it
CONTENT = yaml12.read((ROOT / "params.yaml").read_text())


@pytest.fixture
def project(tmp_path, monkeypatch):
    shutil.copy(ROOT / "params.yaml", tmp_path)
    shutil.copytree(ROOT / "sets", tmp_path / "sets")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def choose(name: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "stages.choose", name],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )


def test_the_matrix_is_the_set_scratch_written_out():
    assert set(set_names(ROOT / "sets")) >= set(SHIPPED)
    assert CONTENT["matrix"] == read_set(ROOT / "sets", "scratch").matrix
    assert "sets" not in CONTENT


def test_each_set_holds_the_one_before():
    matrices = [read_set(ROOT / "sets", name).matrix for name in SHIPPED]
    for less, more in pairwise(matrices):
        for section in ("backbones", "pretrained", "approaches", "early", "late", "zero_shot"):
            assert less[section].items() <= more[section].items()
        assert sum(map(len, less.values())) < sum(map(len, more.values()))
    assert {*load_sets(ROOT / "params.yaml")[0]} >= {*SHIPPED}


def test_every_section_of_a_set_is_named_where_one_is_none():
    assert {*SECTIONS, "extends"} == {each.name for each in fields(SetFile)}


@pytest.mark.parametrize("path", [ROOT / "params.yaml", *sorted((ROOT / "sets").glob("*.yaml"))])
def test_no_value_is_shared_by_anchors_or_merge_keys(path):
    import yaml

    events = list(yaml.parse(path.read_text()))
    assert not [each for each in events if getattr(each, "anchor", None)]
    assert not [each for each in events if getattr(each, "value", None) == "<<"]


def test_dvc_would_write_the_file_as_it_is(tmp_path):
    """So that `git diff` after `-S` shows what was changed, and nothing else."""
    from dvc.utils.hydra import apply_overrides

    path = Path(shutil.copy(ROOT / "params.yaml", tmp_path))
    for name in SHIPPED:
        text = matrix_text(read_set(ROOT / "sets", name).matrix)
        path.write_text(load_text().replace(matrix_of_params(), text))
        before = path.read_text()
        apply_overrides(path, ["sample.seed=7"])
        assert path.read_text() == before
        apply_overrides(path, ["sample.seed=8"])
        assert path.read_text() == before.replace("seed: 7", "seed: 8")


def load_text() -> str:
    return (ROOT / "params.yaml").read_text()


def matrix_of_params() -> str:
    text = load_text()
    return text[text.index("matrix:\n") : text.index("\ntraining:\n")]


def test_a_set_is_chosen_and_all_else_stays(project):
    path = project / "params.yaml"
    edited = load_text().replace("folds: 5", "folds: 4 # by hand")
    path.write_text(edited)
    said = choose("light")
    assert said.returncode == 0, said.stderr
    assert yaml12.read(path.read_text()) == yaml12.read(edited) | {
        "matrix": read_set(project / "sets", "light").matrix
    }
    assert "dvc repro" in said.stderr and "stages.plan" in said.stderr
    assert "no set holds" not in said.stderr
    assert choose("scratch").returncode == 0
    assert path.read_text() == edited  # every comment and blank line, too


def test_what_only_the_matrix_held_is_printed_before_it_goes(project):
    path = project / "params.yaml"
    changed = load_text().replace("    colour_max: {b", "    own: {b", 1)
    path.write_text(changed)
    said = choose("scratch")
    assert "approaches: {own: {backbone: colour, context: max, head: linear}}" in said.stderr
    assert path.read_text() == load_text()


def test_what_was_sent_in_stays_whatever_set_is_chosen(project):
    path = project / "params.yaml"
    edited = load_text().replace("  submitted: []", "  submitted:\n    - theirs\n    - ours")
    path.write_text(edited)
    assert "no set holds" not in choose("light").stderr
    assert load(path).matrix.submitted == ("theirs", "ours")
    assert load(path, chosen="light").matrix.submitted == ("theirs", "ours")
    path.write_text(load_text().replace("  submitted: []\n", ""))  # a file of before
    assert load(path).matrix.submitted == ()
    assert choose("scratch").returncode == 0 and path.read_text() == load_text()


def test_a_matrix_that_is_beyond_repair_is_replaced(project):
    path = project / "params.yaml"
    path.write_text(load_text().replace(matrix_of_params(), "matrix:\n- 3\n"))
    assert choose("scratch").returncode == 0
    assert path.read_text() == load_text()


def test_a_set_of_ones_own_holds_what_it_adds_or_replaces(project):
    (project / "sets/mine.yaml").write_text(
        "extends: scratch\n"
        "approaches:\n"
        "  colour_max: {backbone: colour, context: max, head: mlp}\n"
        "  own: {backbone: pixels, context: each, head: conv}\n"
        "headline: {picture: own}\n"
    )
    assert choose("mine").returncode == 0
    matrix = yaml12.read((project / "params.yaml").read_text())["matrix"]
    before = CONTENT["matrix"]
    assert matrix["approaches"] == before["approaches"] | {
        "colour_max": {"backbone": "colour", "context": "max", "head": "mlp"},
        "own": {"backbone": "pixels", "context": "each", "head": "conv"},
    }
    assert matrix["headline"] == {"picture": "own"}  # as a whole
    assert matrix["late"] == before["late"]
    assert load().matrix.approaches["own"].backbone == "pixels"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "extends: scratch\nlate:\n  own: {picture: colour, sound: mfcc_linear}\n",
            ["sets/mine.yaml:3: matrix.late.own.picture: found 'colour', expected one of"],
        ),
        (
            "extends: scratch\napproaches:\n  own: {backbone: colour, context: mean, hed: mlp}\n",
            ["sets/mine.yaml:3: matrix.approaches.own.hed: unknown parameter"],
        ),
        (
            "extends: scratch\nbackbones:\n  colour: {family: colour, reads: audio}\n",
            ["sets/scratch.yaml:", "matrix.late.late_linear.picture: found 'colour_linear'"],
        ),
        ("extends: skratch\n", ["sets/mine.yaml:1", "not there", "scratch"]),
        ("extends: mine\n", ["sets/mine.yaml:1", "extends itself"]),
        ("extends: yours\n", ["sets/yours.yaml:1", "extends itself", "'mine'"]),
        (
            "early: {}\nheads: {}\n",
            ["sets/mine.yaml:2: heads: unknown parameter, did you mean 'headline'?"],
        ),
        ("late: 3\n", ["sets/mine.yaml:1: late: should be a mapping (found: 3)"]),
        ("- late\n", ["sets/mine.yaml:1: should be a mapping", "mappings named backbones, pre"]),
        ("", ["sets/mine.yaml:1: should be a mapping", "mappings named backbones, pre"]),
        ("late: [", ["sets/mine.yaml: not valid YAML"]),
        ("late: {}\nlate: {}\n", ["sets/mine.yaml: not valid YAML", "a second time"]),
        ("late: &a {}\nearly: *a\n", ["sets/mine.yaml:2", "written out"]),
    ],
)
def test_a_bad_set_is_refused_with_file_and_line_and_changes_nothing(project, text, parts):
    (project / "sets/mine.yaml").write_text(text)
    (project / "sets/yours.yaml").write_text("extends: mine\n")
    said = choose("mine")
    assert said.returncode == 1
    for part in parts:
        assert part in said.stderr
    assert (project / "params.yaml").read_text() == load_text()


def test_an_unknown_set_names_the_known_ones(project):
    said = choose("sratch")
    assert said.returncode == 1
    assert "'sratch'" in said.stderr or "sratch" in said.stderr
    for name in SHIPPED:
        assert name in said.stderr


def test_a_set_that_does_not_run_stops_no_run_and_is_named(project):
    """`audio.windows: [end]` is a run's own affair as long as the sets that run hear the end."""
    path = project / "params.yaml"
    content = yaml12.read(load_text())
    content["audio"]["windows"] = ["end"]
    content["training"]["sound_window"] = "end"
    for slug in ("mfcc_linear_middle", "mfcc_linear_all"):
        del content["matrix"]["approaches"][slug]
    path.write_text(yaml12.block(content))
    (project / "sets/mine.yaml").write_text("late: [")
    assert load().audio.windows == ("end",)
    sets, faults = load_sets()
    assert not sets and len(faults) == len(SHIPPED) + 1
    assert any("mfcc_linear_middle.window: found 'middle', expected one of" in f for f in faults)
    with pytest.raises(BenchmarkError, match=r"sets/scratch.yaml:\d+: .*mfcc_linear_middle"):
        load(chosen="light")

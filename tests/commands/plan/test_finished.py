"""Finished is what DVC would not run again, with the parameters that are there or with others."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from stages.base.dvc_project import workspace_hashes
from stages.commands.plan.finished import Finished

pytestmark = pytest.mark.xdist_group("dvc")
STAGES = """
stages:
  frames:
    cmd: python write.py data/frames/one
    deps: [code]
    params: [frames]
    outs: [data/frames]
  embed:
    foreach: ${matrix.backbones}
    do:
      cmd: python write.py data/embeddings/${key}
      deps: [data/frames, code]
      params: ["matrix.backbones.${key}"]
      outs: ["data/embeddings/${key}"]
  evaluate:
    cmd: python write.py metrics/table
    deps: [data/embeddings]
    outs: [{metrics/table: {cache: false}}]
"""
WRITE = """
import pathlib, sys
path = pathlib.Path(sys.argv[1])
path.parent.mkdir(parents=True, exist_ok=True)
path.write_text(path.name)
"""
PARAMS = {"frames": {"count": 31}, "matrix": {"backbones": {"colour": {"by": 1}, "mfcc": {}}}}
ALL = {"frames", "embed@colour", "embed@mfcc", "evaluate"}


def dvc(*arguments: str) -> str:
    place = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    found = subprocess.run(
        ["dvc", *arguments], check=True, text=True, capture_output=True,
        env=os.environ | {"PATH": place},
    )  # fmt: skip
    return found.stdout


@pytest.fixture(scope="module")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a small pipeline."""
    folder = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        _run()
    return folder


@pytest.fixture
def project(finished_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, as the working folder."""
    monkeypatch.chdir(shutil.copytree(finished_run, tmp_path / "project"))
    return tmp_path / "project"


def _run() -> None:
    Path("code").mkdir()
    for name, text in (
        ("dvc.yaml", STAGES),
        ("write.py", WRITE),
        ("code/a.py", "a = 1"),
        ("code/__pycache__/a.pyc", "left out"),
        (".dvcignore", "__pycache__/\n"),
        ("params.yaml", yaml.safe_dump(PARAMS)),
    ):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text)
    dvc("init", "-q", "--no-scm")
    Path(".dvcignore").write_text("__pycache__/\n")
    dvc("repro", "-q")


def finished(params: dict | None = None) -> set[str]:
    lock = yaml.safe_load(Path("dvc.lock").read_text())
    with workspace_hashes() as hash_of:
        asked = Finished(lock, params or PARAMS, hash_of)
        return {name for name in (*ALL, "embed@new") if asked(name)}


def test_all_of_a_run_is_finished_and_nothing_that_never_ran(project):
    assert "up to date" in dvc("status")
    assert finished() == ALL
    Path("code/__pycache__/b.pyc").write_text("DVC does not look at these")
    assert finished() == ALL


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (lambda: Path("code/a.py").write_text("a = 2"), ALL),
        (lambda: Path("data/frames/one").unlink(), ALL),
        (lambda: Path("data/embeddings/mfcc").write_text("by hand"), {"embed@mfcc", "evaluate"}),
        (lambda: Path("metrics/table").unlink(), {"evaluate"}),
    ],
)
def test_what_dvc_would_run_again_is_left(project, change, left):
    change()
    assert finished() == ALL - left
    again = dvc("repro", "--dry")  # it does not tell what waits for a folder of others' outputs
    assert {name for name in ALL if f"Running stage '{name}'" in again} | {"evaluate"} == left


def test_other_parameters_leave_what_they_reach(project):
    """As `plan <set>` asks: params.yaml is as it was."""
    backbones = {"colour": {"by": 1}, "mfcc": {"rate": 8000}, "new": {}}
    matrix = {"matrix": {"backbones": backbones}}
    assert finished(PARAMS | matrix) == {"frames", "embed@colour"}
    assert finished(PARAMS | {"frames": {"count": 10}}) == set()


def test_what_an_earlier_matrix_left_in_the_lock_is_nobodys_need(project):
    matrix = {"backbones": {"colour": {"by": 1}}}
    assert finished(PARAMS | {"matrix": matrix}) == ALL - {"embed@mfcc"}


def test_a_lock_of_another_machine_finishes_nothing(project):
    for path in Path("data").rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.unlink()
            path.write_text("this machine's last digits")
    assert finished() == set()


def test_outside_of_a_project_nothing_is_finished(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with workspace_hashes() as hash_of:
        assert hash_of(".") is None

"""One name for all commands: `trailer-genres`, and `python -m stages`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from stages.__main__ import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
BUILD = (
    "from setuptools.build_meta import prepare_metadata_for_build_editable as prepare; "
    "prepare('made')"
)
INSTALLED = f"""
import sys

sys.path.insert(0, {str(ROOT)!r})
from stages.__main__ import script

script()
"""


def call(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "stages", *arguments],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip


def test_help_names_every_command_and_every_stage():
    done = call("--help")
    files = {path.stem for path in (ROOT / "stages").glob("[!_]*.py")}
    assert done.returncode == 0 and set(COMMANDS) < files
    assert files <= set(done.stdout.split())
    assert all(what in done.stdout for what in COMMANDS.values())


def test_without_a_command_it_shows_its_help_under_the_name_it_was_called_by():
    done = call()
    assert done.returncode == 0 and done.stdout == call("--help").stdout
    assert done.stdout.startswith("usage: python -m stages [-h] COMMAND")
    asked = INSTALLED.replace("import sys\n", "import sys\nsys.argv[0] = 'bin/trailer-genres'\n", 1)
    done = subprocess.run(
        [sys.executable, "-c", asked, "--help"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.startswith("usage: trailer-genres [-h] COMMAND"), done.stderr


def test_a_command_gets_its_arguments_and_its_exit_status():
    assert call("diff", "--help").stdout.startswith("usage: python -m stages.diff")
    assert call("choose", "no_such_set").returncode == 1
    assert "invalid choice: 'plant'" in call("plant").stderr


def test_outside_a_project_folder_it_says_what_one_is(tmp_path):
    (tmp_path / "dvc.yaml").touch()
    done = call("plan", folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {tmp_path}: this is not a project folder\n")
    assert "no params.yaml" in done.stderr and "change into your clone" in done.stderr


def test_the_code_that_runs_is_that_of_the_folder(tmp_path):
    for name in ("params.yaml", "dvc.yaml"):
        (tmp_path / name).touch()
    (tmp_path / "stages").mkdir()
    (tmp_path / "stages/__init__.py").touch()
    (tmp_path / "stages/plan.py").write_text("import sys; print(sys.argv[1:])")
    done = subprocess.run(
        [sys.executable, "-c", INSTALLED, "plan", "--x", "1"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout == "['--x', '1']\n", done.stderr


def test_an_editable_install_has_the_command_and_no_other_packages(tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ("stages", "report", "tests", "benchmarks"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "made").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", BUILD], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    (made,) = tmp_path.glob("made/*.dist-info")
    assert "trailer-genres = stages.__main__:script" in (made / "entry_points.txt").read_text()
    assert set((made / "top_level.txt").read_text().split()) == {"stages", "report"}

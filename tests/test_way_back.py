"""The guide's way back to the committed results, in a clone whose lock another machine wrote."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.xdist_group("dvc")
STAGES = """
stages:
  obtain:  # as download: an output that DVC keeps, and a table that git keeps
    cmd: python write.py data/obtained metrics/obtained.json
    params: [obtain]
    outs: [data/obtained, {metrics/obtained.json: {cache: false}}]
  fit:
    cmd: python write.py data/fitted
    deps: [data/obtained]
    params: [fit]
    outs: [data/fitted]
"""
WRITE = """
import os, pathlib, sys
for name in sys.argv[1:]:
    path = pathlib.Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(os.environ["MACHINE"] + pathlib.Path("params.yaml").read_text())
"""


def call(command: str, folder: Path, machine: str) -> str:
    """Standard output of a shell command there."""
    environment = os.environ | {
        "MACHINE": machine,  # two processors' last digits differ
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        **{f"GIT_{who}_NAME": "test" for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_EMAIL": "test@example.org" for who in ("AUTHOR", "COMMITTER")},
    }
    found = subprocess.run(
        command, shell=True, cwd=folder, env=environment, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout
    return found.stdout


def way_back() -> str:
    """The command as docs/films.md gives it."""
    text = re.sub(r"\s+", " ", (ROOT / "docs/films.md").read_text(encoding="utf-8"))
    (command,) = re.findall(r"To go back to the committed results: `([^`]+)`", text)
    return command


def test_the_way_back_leads_back_where_another_machine_made_what_the_lock_names(tmp_path):
    published, clone = tmp_path / "published", tmp_path / "clone"
    published.mkdir()
    for name, text in (
        ("dvc.yaml", STAGES),
        ("write.py", WRITE),
        ("params.yaml", "obtain: 1\nfit: 1\n"),
        (".gitignore", "/data/\n"),
    ):
        (published / name).write_text(text)
    call("git init -q -b main && dvc init -q", published, "theirs")
    (published / ".dvc/config").write_text((ROOT / ".dvc/config").read_text())
    call("dvc repro && git add -A && git commit -qm run", published, "theirs")
    call("git clone -q published clone", tmp_path, "ours")
    call("dvc repro", clone, "ours")
    call("dvc exp run -S fit=2", clone, "ours")
    assert "fit: 2" in (clone / "data/fitted").read_text()

    said = call(way_back(), clone, "ours")

    assert (clone / "params.yaml").read_text() == "obtain: 1\nfit: 1\n"
    for name in ("data/obtained", "data/fitted", "metrics/obtained.json"):
        assert (clone / name).read_text() == "oursobtain: 1\nfit: 1\n", name
    assert "Stage 'fit' is cached" in said, "what was trained is not trained again"
    assert "Running stage 'obtain'" in said, "what writes a table for git runs again"


@pytest.mark.parametrize("name", ["docs/films.md"])
def test_who_is_told_the_way_back_is_warned_what_it_discards(name):
    text = re.sub(r"[\s*]+", " ", (ROOT / name).read_text(encoding="utf-8"))
    _, after = text.split("To go back to the committed results:")
    assert "It discards every uncommitted change" in after[:200]

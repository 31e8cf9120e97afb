"""What is said of a commit where git can say it, and where the program is not installed."""

import json
import subprocess

import pytest

from stages.base import git
from stages.base.dvc_project import commit_of
from stages.base.errors import BenchmarkError
from stages.base.provenance import record_stage
from stages.commands.diff.revisions import committed_scores
from stages.rendering import footers


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone of somewhere, with one commit."""
    monkeypatch.chdir(tmp_path)
    who = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    for command in (
        ["init", "-q"],
        [*who, "commit", "-q", "--allow-empty", "-m", "first"],
        ["remote", "add", "origin", "https://example.org/a/b.git"],
    ):
        subprocess.run(["git", *command], check=True)
    return tmp_path


def test_a_clone_names_its_commit_and_where_it_came_from(clone):
    full = (clone / ".git/logs/HEAD").read_text().split()[1]  # before, after, who
    assert commit_of("HEAD") == full
    record_stage("fit", 1.0, clone / "provenance.json")
    said = json.loads((clone / "provenance.json").read_text())["commit"]
    assert full.startswith(said.removesuffix("-dirty")) and len(said) >= 10
    assert footers.repository(clone) == "https://example.org/a/b"
    assert git.ask("config", "--get", "no.such") == ""


def test_without_the_program_no_commit_is_known_and_nothing_stops(clone, monkeypatch):
    monkeypatch.setenv("PATH", str(clone / "nothing_is_here"))
    record_stage("fit", 1.0, clone / "provenance.json")
    assert json.loads((clone / "provenance.json").read_text())["commit"] == ""
    assert footers.results("Films", clone) == "Films: no commit is recorded."
    assert footers.repository(clone) == ""


def test_what_cannot_be_done_without_the_program_says_so(clone, monkeypatch):
    monkeypatch.setenv("PATH", str(clone / "nothing_is_here"))
    with pytest.raises(BenchmarkError, match="commits are read with git"):
        committed_scores("HEAD", clone)

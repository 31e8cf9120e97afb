"""What each stage took is kept, whichever stages end at the same time."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stages.base import git, provenance
from stages.base.errors import BenchmarkError
from stages.base.provenance import forget_other_cells, record_stage

NOBODY = 65534


@pytest.fixture(autouse=True)
def no_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "ask", lambda *_: "")


def test_stages_that_end_together_are_all_recorded(tmp_path):
    path = tmp_path / "metrics/provenance.json"
    names = [f"fit@{n}" for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: record_stage(name, 1.0, path), names))
    assert sorted(json.loads(path.read_text())["stages"]) == sorted(names)


def test_cells_of_an_earlier_matrix_are_forgotten(tmp_path):
    path = tmp_path / "provenance.json"
    for name in ("splits", "fit@a", "fit@b"):
        record_stage(name, 1.0, path)
    forget_other_cells(["b"], path)
    assert list(json.loads(path.read_text())["stages"]) == ["fit@b", "splits"]


def test_a_stage_that_is_killed_while_it_records_leaves_a_file_that_can_be_read(
    tmp_path, monkeypatch
):
    seen = []

    def killed(_: object) -> None:
        seen.append((tmp_path / "provenance.json").read_text())
        raise KeyboardInterrupt

    monkeypatch.setattr(provenance, "describe_machine", killed)
    with pytest.raises(KeyboardInterrupt):
        record_stage("splits", 1.0, tmp_path / "provenance.json")
    assert [json.loads(text) for text in seen] == [{}]


def test_where_it_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "metrics").write_text("no folder")
    with pytest.raises(BenchmarkError, match=r"metrics/provenance\.json: cannot be written"):
        record_stage("splits", 1.0, tmp_path / "metrics/provenance.json")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make a file of another's")
def test_another_users_file_is_replaced_where_the_folder_is_ours(tmp_path, monkeypatch):
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    path = Path("metrics/provenance.json")
    record_stage("splits", 1.0, path)
    os.chown("metrics", NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        record_stage("leaks", 1.0, path)
        with pytest.raises(BenchmarkError, match="found: Permission"):
            record_stage("leaks", 1.0, Path("provenance.json"))
    finally:
        os.seteuid(0)
    assert sorted(json.loads(path.read_text())["stages"]) == ["leaks", "splits"]

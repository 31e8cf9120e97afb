"""What each stage took is kept, whichever stages end at the same time."""

import json
from concurrent.futures import ThreadPoolExecutor

from stages.base import git
from stages.base.provenance import forget_other_cells, record_stage


def test_stages_that_end_together_are_all_recorded(tmp_path, monkeypatch):
    monkeypatch.setattr(git, "ask", lambda *_: "")
    path = tmp_path / "metrics/provenance.json"
    names = [f"fit@{n}" for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: record_stage(name, 1.0, path), names))
    assert sorted(json.loads(path.read_text())["stages"]) == sorted(names)


def test_cells_of_an_earlier_matrix_are_forgotten(tmp_path, monkeypatch):
    monkeypatch.setattr(git, "ask", lambda *_: "")
    path = tmp_path / "provenance.json"
    for name in ("splits", "fit@a", "fit@b"):
        record_stage(name, 1.0, path)
    forget_other_cells(["b"], path)
    assert list(json.loads(path.read_text())["stages"]) == ["fit@b", "splits"]

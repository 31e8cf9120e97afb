import subprocess
import sys
from pathlib import Path

import pytest

from stages.errors import BenchmarkError
from stages.rendering.results import read

ROOT = Path(__file__).parents[2]


def test_results_are_sorted_and_said(made_up: Path) -> None:
    results = read(made_up)
    scores = [float(row[2]) for row in results.rows]
    assert len(scores) == 11 and scores == sorted(scores, reverse=True)
    assert results.sample
    assert results.lines[0].startswith("picture − sound: ")
    assert "clear of zero" in results.lines[1]


def test_results_before_a_run(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"no approaches\.csv"):
        read(tmp_path)


def test_command_prints_a_table(made_up: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "stages.results"],
        cwd=made_up.parent,
        env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert "window_cnn" in ran.stdout and "these are not films" in ran.stdout
    assert ran.stderr == ""

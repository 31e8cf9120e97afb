import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from stages.base.errors import BenchmarkError
from stages.judging.exports import DIFFERENCES
from stages.rendering.summary import read

ROOT = Path(__file__).parents[2]


def test_results_are_sorted_and_said(made_up: Path) -> None:
    results = read(made_up)
    scores = [float(row[2]) for row in results.rows]
    assert len(scores) == 11 and scores == sorted(scores, reverse=True)
    assert results.sample
    assert results.lines[0].startswith("picture − sound: ")
    assert "Holm's p 0.001, clear of zero" in results.lines[1]
    assert "chosen on training films" in results.lines[1]


def test_the_judges_verdict_is_said_whatever_the_numbers_look_like(
    made_up: Path, tmp_path: Path
) -> None:
    shutil.copytree(made_up, tmp_path / "metrics")
    table = tmp_path / "metrics" / "comparisons.csv"
    rows = pd.read_csv(table)
    assert (rows.loc[1, ["lo", "difference"]] > 0).all()
    rows.assign(p_holm=0.05, verdict="undecided").to_csv(table, index=False)
    assert "Holm's p 0.050, undecided" in read(tmp_path / "metrics").lines[1]


def test_every_difference_that_a_headline_may_name_is_said(made_up: Path, tmp_path: Path) -> None:
    shutil.copytree(made_up, tmp_path / "metrics")
    path = tmp_path / "metrics" / "headline.json"
    named = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(named | dict.fromkeys(DIFFERENCES.values(), named["fusion_gain"])))
    said = [line.partition(":")[0] for line in read(tmp_path / "metrics").lines]
    assert len(said) == len(DIFFERENCES) and {"picture − words", "sound − words"} < {*said}


def test_results_before_a_run(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"no approaches\.csv"):
        read(tmp_path)


def test_command_prints_a_table(made_up: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "stages.results"],
        cwd=made_up.parent.parent,
        env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert "window_cnn" in ran.stdout and "these are not films" in ran.stdout
    assert ran.stderr == ""

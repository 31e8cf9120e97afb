"""Rows, goals and tables on made-up timings; the command."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import running, showing
from benchmarks.__main__ import main
from benchmarks.rows import Row, compared
from benchmarks.timing import Cost
from stages.base.errors import BenchmarkError

ROOT = Path(__file__).resolve().parents[2]
OURS, THEIRS = [Cost(2, 1), Cost(2, 1), Cost(2, 2)], [Cost(2, 4), Cost(3, 5), Cost(8, 6)]


def row(**changes):
    values = {"case": "made", "what": "up", "input": "files", "against": "others"}
    return compared(ours=OURS, theirs=THEIRS, **(values | changes))


def test_a_goal_is_about_the_middle_ratio():
    assert row().met is None
    assert row(goal=4.0).met is True  # of 4, 5 and 3
    assert row(goal=4.01).met is False
    assert row(goal=1.5, by="wall").met is True  # of 1, 1.5 and 4
    assert row(goal=1.6, by="wall").met is False
    assert Row(case="a", what="b", input="c", against="d", goal=4.0).met is None


def test_what_is_kept_of_a_row():
    kept = json.loads(json.dumps(row(goal=4.0, note="n", facts={"exact": 31.0}).as_json()))
    assert kept["ratio"] == kept["cpu_ratio"] == {"median": 4, "min": 3, "max": 5}
    assert kept["wall_ratio"] == {"median": 1.5, "min": 1, "max": 4}
    assert (kept["rounds"], kept["goal"], kept["met"], kept["by"]) == (3, 4.0, True, "cpu")
    assert kept["facts"] == {
        "our_cpu_seconds": 1, "our_wall_seconds": 2,
        "their_cpu_seconds": 5, "their_wall_seconds": 3, "exact": 31,
    }  # fmt: skip
    empty = Row(case="a", what="b", input="c", against="d", note="not run: no decoder").as_json()
    assert empty["ratio"] is None and empty["met"] is None


@pytest.fixture
def bench():
    rows = [row(goal=4.0), row(goal=9.0, note="because | of [it]"), row(input="<b>x")]
    rows.append(Row(case="a", what="b", input="c", against="d", note="not run: no decoder"))
    return {
        "machine": {"system": "Linux", "processor": "Fast", "cores": 2},
        "versions": {"python": "3.11"},
        "commit": "abc",
        "seconds": 600.0,
        "cases": {"made": {"seconds": 1.0, "failed": ""}},
        "rows": [row.as_json() for row in rows],
    }


def test_a_case_that_is_renewed_takes_the_place_of_its_old_rows(bench):
    bench["cases"]["other"] = {"seconds": 5.0, "failed": ""}
    bench["rows"] = [*bench["rows"][:3], {"case": "other", "what": "kept"}]
    again = {
        "commit": "bcd",
        "cases": {"made": {"seconds": 2.0, "failed": ""}},
        "rows": [{"case": "made", "what": "new"}],
    }
    found = running.renewed(bench, again)
    assert [row["what"] for row in found["rows"]] == ["new", "kept"]
    assert found["cases"]["made"] == {"seconds": 2.0, "failed": "", "commit": "bcd"}
    assert found["seconds"] == 7.0 and showing.commits(found) == "abc (made bcd)"


def test_the_table_in_a_terminal(bench):
    console = Console(width=200, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    console.print(showing.table(bench["rows"]))
    shown = console.export_text()
    assert "4 (3 to 5)" in shown and "≥ 4" in shown and "yes" in shown
    assert "≥ 9" in shown and "no" in shown and "because | of [it]" in shown


def test_the_table_in_the_guide(bench, tmp_path):
    path = tmp_path / "benchmarks.md"
    path.write_text("before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n")
    showing.write_page(bench, path)
    lines = path.read_text().splitlines()
    assert lines[:2] == ["before", "<!-- bench -->"] and lines[-2:] == ["<!-- /bench -->", "after"]
    assert "| made | up | files | others | 4 (3 to 5) | CPU time | ≥ 4 | yes |  |" in lines
    assert "| a | b | c | d | – |  |  |  | 2 |" in lines
    assert r"1. because \| of [it]" in lines and "2. not run: no decoder" in lines
    assert "old" not in lines and not any("<b>" in line for line in lines)
    assert "2 cores of Fast" in lines[-3] and "10 minutes" in lines[-3]
    path.write_text("no marks")
    with pytest.raises(BenchmarkError, match="no place for the table"):
        showing.write_page(bench, path)


def test_results_are_kept_and_read_again(bench, tmp_path):
    path = tmp_path / "results" / "bench.json"
    running.write_bench(bench, path)
    assert running.read_bench(path) == bench
    with pytest.raises(BenchmarkError, match="no results"):
        running.read_bench(tmp_path / "none.json")


def test_cases_by_name():
    names = running.case_names()
    assert names == sorted(names) and {"frames", "fit", "judging", "pipeline"} <= set(names)
    assert running.check_names([]) == names
    assert running.check_names(["fit"]) == ["fit"]
    with pytest.raises(BenchmarkError, match="unknown case"):
        running.check_names(["fits"])


class Failing:
    BUDGET = 1.0

    @staticmethod
    def rows(folder, budget):
        (folder / "file").write_text("x")
        yield row(case="first")
        raise OSError("disk [gone]")


def test_a_case_that_fails_keeps_its_rows_and_says_why(monkeypatch):
    monkeypatch.setattr(running, "import_module", lambda name: Failing)
    rows, why = running.run_case("failing")
    assert [found.case for found in rows] == ["first", "failing"]
    assert why == "OSError: disk [gone]" and rows[1].note == f"failed: {why}"


def test_the_command():
    """As a process; what it does then is the next test's."""
    call = [sys.executable, "-m", "benchmarks", "nothing"]
    wrong = subprocess.run(call, cwd=ROOT, capture_output=True, text=True)
    assert wrong.returncode == 1 and "unknown case" in wrong.stderr


def test_what_the_command_does(tmp_path, bench, monkeypatch, capsys):
    def command(*arguments) -> str:
        monkeypatch.setattr("sys.argv", ["benchmarks", *map(str, arguments)])
        main()
        return capsys.readouterr().out

    with pytest.raises(SystemExit, match="0"):
        command("--help")
    assert "15 minutes" in capsys.readouterr().out
    assert command("--list").split() == running.case_names()
    running.write_bench(bench, tmp_path / "bench.json")
    (tmp_path / "a.md").write_text("<!-- bench -->\n<!-- /bench -->\n")
    command("--results", tmp_path / "bench.json", "--write", tmp_path / "a.md")
    assert "4 (3 to 5)" in (tmp_path / "a.md").read_text()

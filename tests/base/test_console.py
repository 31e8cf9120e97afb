import json
import subprocess
import sys
from pathlib import Path

import pytest

from stages.base.console import progress, run_command
from stages.base.errors import REASONS, BenchmarkError, TrailerError
from stages.base.provenance import forget_other_cells, record_stage

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = sorted(
    p.stem for p in (ROOT / "stages").glob("[!_]*.py") if "def main()" in p.read_text()
)


@pytest.mark.parametrize("entry", ENTRIES)
def test_help_helps_and_is_quick_because_nothing_heavy_is_imported(entry):
    code = (
        f"import runpy, sys; sys.argv = ['x', '--help']\n"
        f"try: runpy.run_module('stages.{entry}', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'pandas', 'pyarrow', 'av', 'cv2', 'yt_dlp', 'sklearn', 'altair'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f"python -m stages.{entry}" in done.stdout and len(done.stdout) > 150


def test_an_error_is_a_message_and_an_interrupt_is_a_failure(capsys):
    def stop():
        raise BenchmarkError("too few", where="here", found="1", expected="2", do="add one")

    def interrupt():
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as caught:
        run_command(stop)
    assert caught.value.code == 1
    said = capsys.readouterr().err
    for part in ("here: too few", "found: 1", "expected: 2", "what to do: add one"):
        assert part in said
    with pytest.raises(SystemExit) as caught:
        run_command(interrupt)
    assert caught.value.code == 130


PRINTING = """
import sys
from stages.base.console import run_command
def main():
    print("a line")
    sys.stdin.read()
    print("a line")
run_command(main)
"""


def test_a_reader_that_has_enough_is_no_traceback():
    with subprocess.Popen(
        [sys.executable, "-c", PRINTING], cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin and process.stdout and process.stderr
        process.stdout.close()
        process.stdin.close()
        assert process.stderr.read() == b"" and process.wait() == 1


def test_another_broken_pipe_is_a_bug_that_is_shown(capfd):
    def stop():
        raise BrokenPipeError("of a worker")

    with pytest.raises(BrokenPipeError, match="of a worker"):
        run_command(stop)


def test_progress_is_said_where_there_is_no_terminal(capsys):
    assert list(progress(iter("abc"), "letters", 3)) == ["a", "b", "c"]
    assert "letters: 3 of 3" in capsys.readouterr().err


def test_reasons_are_a_closed_list():
    assert TrailerError("gone", "404").reason in REASONS
    with pytest.raises(ValueError, match="not one of"):
        TrailerError("tired")


def test_provenance_gathers_stages_and_survives_rubbish(tmp_path):
    path = tmp_path / "provenance.json"
    path.write_text("{")
    record_stage("a", 1.23, path)
    record_stage("b", 2.0, path)
    found = json.loads(path.read_text())
    assert set(found["stages"]) == {"a", "b"}
    assert found["stages"]["a"]["seconds"] == 1.2 and found["stages"]["a"]["peak_megabytes"] > 1
    assert found["versions"]["torch"].startswith("2.11.0")


def test_provenance_forgets_what_the_matrix_no_longer_has(tmp_path):
    path = tmp_path / "provenance.json"
    for name in ("audio", "fit@old", "fit@kept", "embed@colour"):
        record_stage(name, 1.0, path)
    forget_other_cells({"kept", "colour"}, path)
    assert sorted(json.loads(path.read_text())["stages"]) == ["audio", "embed@colour", "fit@kept"]


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_a_stage_is_as_large_as_itself_and_not_as_who_started_it(tmp_path):
    path = tmp_path / "provenance.json"
    record = f"record_stage('small', 1, Path({str(path)!r}))"
    child = f"from pathlib import Path; from stages.base.provenance import record_stage; {record}"
    parent = f"""
import subprocess, sys
ballast = b"x" * 400_000_000
subprocess.run([sys.executable, "-c", {child!r}], check=True)
"""
    subprocess.run([sys.executable, "-c", parent], cwd=Path(__file__).parents[2], check=True)
    assert json.loads(path.read_text())["stages"]["small"]["peak_megabytes"] < 200


def test_seconds_of_processors_are_of_the_stage_and_of_its_workers(tmp_path):
    path = tmp_path / "provenance.json"
    burn = "import time\nwhile time.process_time() < {}: pass\n"
    stage = f"""
import subprocess, sys
from pathlib import Path
from stages.base.provenance import record_stage
subprocess.run([sys.executable, "-c", {burn.format(1)!r}], check=True)
{burn.format(1.5)}
time.sleep(1)
record_stage("busy", 9, Path({str(path)!r}))
"""
    subprocess.run([sys.executable, "-c", stage], cwd=Path(__file__).parents[2], check=True)
    found = json.loads(path.read_text())["stages"]["busy"]
    assert 2.5 <= found["cpu_seconds"] < 3.4  # a worker's 1, its own 1.5; sleeping takes none

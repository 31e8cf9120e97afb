"""Stages and commands run by hand before what they need is there: a sentence, never a traceback."""

import os
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stages.base.console import run_command, run_stage
from stages.base.files import write
from tests.base.test_console import ENTRIES

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534
ARGUMENTS = {
    "embed": ["colour", "pixels", "mfcc"],
    "fit": ["prior", "colour_linear", "early_linear", "late_linear"],
    "weights": ["none"],
    "diff": ["main"],
    "predict": ["trailer.mp4"],
    "check_scores": ["mine.csv"],
    "features": ["table"],
    "__main__": ["results"],
}
NEEDS_NOTHING = {
    *("catalogue", "check_family", "choose", "collect", "corpora", "describe", "plan"),
    *("store", "submitted", "transcribe", "weights"),
}
OF_OTHERS = {
    "cards",
    "clips",
    "features",
    "layers",
    "left_out",
    "speech",
    "texts",
}  # which the default corpus does not have
CALLS = [
    (entry, argument)
    for entry in ENTRIES
    for argument in ARGUMENTS.get(entry, [""])
    if entry not in NEEDS_NOTHING
]
STAGES = {
    entry for entry in ENTRIES if "run_stage(main)" in (ROOT / f"stages/{entry}.py").read_text()
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the parameters and a catalogue, where nothing has run."""
    folder = tmp_path_factory.mktemp("empty")
    for name in ("params.yaml", "sample.txt", "second_source.txt"):
        shutil.copy(ROOT / name, folder)
    return folder


def call(folder: Path, entry: str, *arguments: str) -> tuple[int, str]:
    """Exit status and standard error of a process."""
    done = subprocess.run(
        [sys.executable, "-m", f"stages.{entry}", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.fixture
def called(empty, monkeypatch, capsys) -> Callable[..., tuple[int, str]]:
    """The same of the entry point's code run in this process, which spares imports."""

    def run(entry: str, *arguments: str) -> tuple[int, str]:
        monkeypatch.chdir(empty)
        monkeypatch.setattr(sys, "argv", [entry, *arguments])
        with pytest.raises(SystemExit) as ended:
            runpy.run_module(f"stages.{entry}", run_name="__main__", alter_sys=True)
        assert isinstance(ended.value.code, int)
        return ended.value.code, capsys.readouterr().err

    return run


@pytest.mark.parametrize(("entry", "argument"), CALLS)
def test_before_anything_ran_it_is_said_what_is_missing_and_what_to_run(
    entry, argument, empty, called
):
    status, said = called(entry, *filter(None, [argument]))
    assert status == 1 and "Traceback" not in said
    if entry in OF_OTHERS:
        assert f"dvc.yaml: this corpus has no such stage\n  found: {entry}" in said
    elif entry in STAGES:
        assert re.search(r"needs what other stages make\n  found: no data/\w+", said)
        assert "what to do: run `dvc repro" in said
    assert not [path for path in empty.iterdir() if path.is_dir()], "something was written"


def test_who_makes_what_is_missing_is_named(empty, called):
    status, said = call(empty, "fit", "late_weighted")
    assert (status, said) == called("fit", "late_weighted")
    assert "stage late@late_weighted needs" in said and "`dvc repro late@late_weighted`" in said
    for part in (
        "data/sample/splits.parquet (of splits)",
        "data/sample/scores/colour_linear.npz (of fit)",
    ):
        assert f"no {part}" in said
    _, said = called("leaks")
    for part in ("data/sample/frames (of frames)", "data/sample/audio (of audio)"):
        assert f"no {part}" in said, "a folder that is not there has no leaks"


def test_an_argument_that_is_none_is_said_by_the_stage(called):
    assert "unknown approach" in called("fit", "nothing")[1]
    assert "usage" in called("fit")[1]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
def test_a_data_folder_of_another_user_is_one_sentence(empty, tmp_path, monkeypatch, capsys):
    import stages.base.params
    import stages.catalogue
    import stages.corpus.second_source
    import stages.corpus.table

    shutil.copytree(empty, tmp_path, dirs_exist_ok=True)
    write("{}", tmp_path / "data/sample/x")
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["stages/catalogue.py"])
    monkeypatch.setenv("DVC_STAGE", "catalogue")
    os.seteuid(NOBODY)
    try:
        with pytest.raises(SystemExit) as stopped:
            run_stage(stages.catalogue.main)
    finally:
        os.seteuid(0)
    assert stopped.value.code == 1
    said = capsys.readouterr().err
    assert (
        "error: data/sample/second_source.parquet: cannot be written\n  found: Permission" in said
    )


@pytest.mark.parametrize(("number", "words"), [(13, "Permission denied"), (30, "Read-only file")])
def test_what_the_system_does_not_allow_is_one_sentence(number, words, capsys):
    def main() -> None:
        raise OSError(number, os.strerror(number), "data/store")

    with pytest.raises(SystemExit):
        run_command(main)
    said = capsys.readouterr().err
    assert f"error: data/store: may not be read or written\n  found: {words}" in said
    assert "what to do: check whose" in said

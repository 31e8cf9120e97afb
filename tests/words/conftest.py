"""A store below a folder of the test's own, and a stand-in for Whisper that says what it heard."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.words import whisper

FILES = {"model.bin": "a" * 64, "config.json": "b" * 64}


class Listener:
    """Answers with the length and the loudness of what it hears."""

    def __init__(self) -> None:
        self.heard: list[np.ndarray] = []

    def __call__(self, waveform: np.ndarray, voice: float, around: float) -> list[dict[str, Any]]:
        self.heard.append(waveform)
        if np.abs(waveform).max() < 0.01:
            return []
        seconds = len(waveform) / whisper.RATE
        text = f"{seconds:.2f} seconds"
        said = {"language": "en", "log_probability": -0.2, "no_speech": 0.01}
        return [{"start": 0.0, "end": seconds, "text": text, **said}]


@pytest.fixture
def listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Listener:
    monkeypatch.chdir(tmp_path)  # the store lies below the working folder
    found = Listener()
    monkeypatch.setattr(whisper, "loaded", lambda files: found)
    return found

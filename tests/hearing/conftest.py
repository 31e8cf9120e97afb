"""Stand-ins for the two networks, which say what they heard, and a store of the test's own."""

from pathlib import Path

import numpy as np
import pytest

from stages.hearing import music, voice


class Ears:
    """Speech in the first second; music of score .4, then .8, in each other look."""

    def __init__(self) -> None:
        self.voices: list[float] = []
        self.heard: list[np.ndarray] = []

    def spans(self, waveform: np.ndarray, threshold: float) -> np.ndarray:
        self.voices.append(threshold)
        return np.array([[0.0, 1.0]])

    def scores(self, waveform: np.ndarray) -> np.ndarray:
        self.heard.append(waveform)
        count = 1 + int(np.ceil((len(waveform) / 16_000 - 0.975) / 0.48))
        return np.resize(np.array([0.4, 0.8], np.float32), count)


@pytest.fixture
def ears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ears:
    monkeypatch.chdir(tmp_path)  # the store lies below the working folder
    found = Ears()
    monkeypatch.setattr(voice, "spans", found.spans)
    monkeypatch.setattr(music, "loaded", lambda weights: found.scores)
    return found

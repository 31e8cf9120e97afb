"""When somebody speaks: Silero's own network on speech that is made here, between other sounds."""

import sys

import numpy as np
import pytest

from stages.base.errors import BenchmarkError
from stages.hearing import voice
from tests.words.test_real_weights import package, said

RATE = 16_000


def length(spans: np.ndarray) -> float:
    return float(np.diff(spans, axis=1).sum())


def overlap(spans: np.ndarray, start: float, end: float) -> float:
    inner = np.minimum(spans[:, 1], end) - np.maximum(spans[:, 0], start)
    return float(np.clip(inner, 0, None).sum())


def tune(seconds: float) -> np.ndarray:
    """A chord that changes every second, with overtones, (samples,) float32."""
    time = np.arange(round(seconds * RATE)) / RATE
    roots = np.array([220.0, 261.6, 196.0, 246.9])[(time.astype(int)) % 4]
    phase = 2 * np.pi * np.cumsum(roots) / RATE
    notes = sum(np.sin(k * phase * ratio) / k for k in (1, 2, 3) for ratio in (1, 1.26, 1.5))
    return (0.08 * notes * np.exp(-2 * (time % 1))).astype(np.float32)


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    package("faster_whisper")
    folder = tmp_path_factory.mktemp("said")
    return said("They said nobody could cross the mountain in winter.", folder / "said.wav")


def test_speech_is_found_between_silence_and_music(speech):
    """4 s of nothing, speech, 4 s of nothing, 6 s of music, speech again."""
    quiet, seconds = np.zeros(4 * RATE, np.float32), len(speech) / RATE
    waveform = np.concatenate([quiet, speech, quiet, tune(6), speech])
    spans = voice.spans(waveform, 0.5)
    first, second = (4, 4 + seconds), (14 + seconds, 14 + 2 * seconds)
    found = [overlap(spans, *where) for where in (first, second)]
    assert all(each > 0.75 * seconds for each in found), spans
    assert length(spans) - sum(found) < 0.5, spans
    assert (np.diff(spans.ravel()) >= 0).all() and spans[-1, 1] <= len(waveform) / RATE


def test_speech_over_music_is_speech(speech):
    seconds = len(speech) / RATE
    waveform = tune(seconds + 4)
    waveform[2 * RATE : 2 * RATE + len(speech)] += speech
    spans = voice.spans(waveform, 0.5)
    assert overlap(spans, 2, 2 + seconds) > 0.7 * seconds, spans
    assert length(spans) < seconds + 0.5


@pytest.mark.parametrize("kind", ["silence", "noise", "tune"])
def test_where_nobody_speaks_there_is_none(kind):
    package("faster_whisper")
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.05, 20 * RATE).astype(np.float32)
    waveform = {"silence": 0 * noise, "noise": noise, "tune": tune(20)}[kind]
    assert voice.spans(waveform, 0.5).shape == (0, 2)


def test_another_threshold_is_asked_of_the_network(speech):
    strict, loose = (length(voice.spans(speech, each)) for each in (0.95, 0.1))
    assert strict < loose


def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "faster_whisper.vad", None)
    with pytest.raises(BenchmarkError, match=r"needs faster-whisper.*\n.*install\.py core words`$"):
        voice.check()

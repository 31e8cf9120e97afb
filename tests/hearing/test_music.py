"""Scores of music along a sound, and between which times each counts."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from stages.backbones.yamnet import Family
from stages.base.flac import decode_flac
from stages.embedding.clips import resample
from stages.hearing import music, voice
from stages.hearing.shares import Heard, seconds_of, stretches
from tests.embedding.weights.conftest import config
from tests.hearing.test_voice import tune
from tests.words.test_real_weights import package, said

RATE = 16_000


@pytest.fixture(scope="module")
def network() -> music.MusicNetwork:
    return music.MusicNetwork(None)  # random weights


def sound(seconds: float) -> np.ndarray:
    rng = np.random.default_rng(1)
    return (0.1 * rng.standard_normal(round(seconds * RATE))).astype(np.float32)


def test_a_network_is_read_again_where_its_path_has_other_weights(tmp_path, monkeypatch):
    """As where a worker goes to another folder, which has the same relative path."""
    monkeypatch.setattr(music, "MusicNetwork", lambda weights: weights.read_bytes())
    path = Path("weights.safetensors")
    for each in (b"a", b"b"):
        (tmp_path / each.decode()).mkdir()
        monkeypatch.chdir(tmp_path / each.decode())
        path.write_bytes(each)
        assert music.loaded(path) == each
        assert music.loaded(path) is music.loaded(path)


@pytest.mark.parametrize("seconds", [0.2, 0.975, 2.0, 75.0])
def test_a_block_at_a_time_is_what_the_whole_would_give(network, seconds, monkeypatch):
    """75 s are more looks than a block has."""
    waveform = sound(seconds)
    found = network(waveform)
    whole = network._family(waveform, RATE).max(axis=1)
    assert len(found) == 1 + max(int(np.ceil((seconds - 0.975) / 0.48)), 0)
    np.testing.assert_allclose(found, whole, atol=1e-6)


def test_the_highest_class_of_music_counts_and_no_other():
    """AudioSet's classes 27 to 37 sing, 137 to 282 are music; YAMNet lacks six of the 527."""
    kept = [number for number in range(527) if number not in {1, 2, 12, 32, 33, 277}]
    of_music = [n in range(27, 38) or n in range(137, 283) for n in kept]
    family = Family(music.MODEL, layer=music.LAYER)
    assert family.columns.tolist() == np.flatnonzero(of_music).tolist()


def test_each_look_counts_where_its_middle_is_nearest():
    # looks at 0 to .975, .48 to 1.455 and .96 to 1.935: middles .4875, .9675, 1.4475
    np.testing.assert_allclose(music.edges(3, 2.5), [0, 0.7275, 1.2075, 2.5])
    np.testing.assert_allclose(music.edges(1, 0.3), [0, 0.3])
    assert (np.diff(music.edges(4, 1.5)) >= 0).all()


def test_where_its_weights_are_is_said_without_bringing_them(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    known = config(tmp_path, music.MODEL, folder=folder)
    assert music.where(known) == ""
    (folder / "yamnet.h5").write_bytes(b"as published")
    assert music.where(known) == "in WEIGHTS_DIR"
    assert {path.name for path in tmp_path.iterdir()} == {"mine"}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> music.MusicNetwork:
    """YAMNet's own weights, taken as a person would take them: from WEIGHTS_DIR."""
    beside = Path(__file__).resolve().parents[3] / "shared"
    folder = Path(os.environ.get("TRAILER_SHARED", beside)) / "weights/reference"
    published = folder / "yamnet_dequantised.safetensors"
    if not published.exists():
        pytest.skip(f"no real weights in {folder}: set TRAILER_SHARED to the folder shared")
    root = tmp_path_factory.mktemp("yamnet")
    (root / "weights").mkdir()
    shutil.copyfile(published, root / "weights/yamnet_scores.safetensors")
    target = root / "layers.safetensors"
    music.fetch(config(root, music.MODEL, folder=root / "weights"), target)
    return music.MusicNetwork(target)


def clip(name: str) -> np.ndarray:
    beside = Path(__file__).resolve().parents[3] / "shared"
    folder = Path(os.environ.get("TRAILER_SHARED", beside)) / "weights/reference"
    samples, rate = decode_flac((folder / f"{name}.flac").read_bytes())
    return resample(samples, rate, RATE).numpy()


def played(scores: np.ndarray, waveform: np.ndarray, start: float, end: float) -> float:
    """Seconds of music between two times, by the score of the guide."""
    found = stretches(scores >= 0.3, music.edges(len(scores), len(waveform) / RATE))
    inner = np.minimum(found[:, 1], end) - np.maximum(found[:, 0], start)
    return float(np.clip(inner, 0, None).sum())


def test_music_is_found_when_it_plays(real):
    """Ten seconds each of typing, music, and speech, one after another."""
    waveform = np.concatenate([clip(name) for name in ("typing", "music", "speech")])
    scores = real(waveform)
    assert played(scores, waveform, 10, 20) > 6
    assert played(scores, waveform, 0, 9.5) == played(scores, waveform, 20.5, 30) == 0


def test_speech_and_music_are_told_apart_and_found_together(real, tmp_path):
    """4 s of nothing, speech, 4 s of nothing, 8 s of a tune, and speech over a tune as loud."""
    package("faster_whisper")
    speech = said("They said nobody could cross the mountain in winter.", tmp_path / "said.wav")
    over = tune(len(speech) / RATE + 1)[: len(speech)]
    over *= np.sqrt(np.mean(speech**2) / np.mean(over**2))
    quiet, seconds = np.zeros(4 * RATE, np.float32), len(speech) / RATE
    waveform = np.concatenate([quiet, speech, quiet, tune(8), speech + over])
    scores, whole = real(waveform), len(waveform) / RATE
    assert played(scores, waveform, 8 + seconds, 16 + seconds) > 7
    assert played(scores, waveform, 16 + seconds, whole) > 0.6 * seconds
    assert played(scores, waveform, 0, 7.5 + seconds) == 0
    found = stretches(scores >= 0.3, music.edges(len(scores), whole))
    shares = seconds_of(Heard(whole, voice.spans(waveform, 0.5), found))
    # each a little early or late: a look is 0.975 s, and nobody speaks between two words
    assert shares["speech"] == pytest.approx(2 * seconds, abs=0.3 * seconds)
    assert shares["music"] == pytest.approx(8 + seconds, abs=0.4 * seconds)
    assert shares["both"] == pytest.approx(seconds, abs=0.5 * seconds)
    assert shares["neither"] == pytest.approx(8, abs=0.4 * seconds)

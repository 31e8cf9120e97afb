from itertools import pairwise

import numpy as np
import pytest

from stages.base.genres import GENRES
from stages.sample.plan import plan_trailer, stream
from stages.sample.sound import music_bed, sound_event, synthesise
from stages.sample.sound_cues import CUES
from stages.sample.synth import RATE, noise, tone


def loudest_fifth(signal: np.ndarray) -> float:
    """RMS of the loudest 0.2 s."""
    blocks = signal[: len(signal) // 8820 * 8820].reshape(-1, 8820)
    return float(np.sqrt((blocks**2).mean(axis=1)).max())


def spectrum(signal: np.ndarray) -> np.ndarray:
    """Log energy in 24 bands, less its mean: shape without level."""
    power = np.abs(np.fft.rfft(signal)) ** 2
    edges = np.geomspace(40, 16_000, 25) * len(signal) / RATE
    bands = [power[int(low) : int(high) + 1].mean() for low, high in pairwise(edges)]
    level = np.log10(np.array(bands) + 1e-6)
    return level - level.mean()


def test_every_genre_has_a_cue():
    assert list(CUES) == list(GENRES)


@pytest.mark.parametrize("cue", ["", *GENRES])
def test_events_are_heard_over_the_bed(cue):
    for number in range(4):
        bed = music_bed(stream("key", number), 10 * RATE)
        event = sound_event("key", number, int(1.6 * RATE), cue)
        assert event.shape == (int(1.6 * RATE),)
        assert np.isfinite(event).all()
        assert 20 * np.log10(loudest_fifth(event) / bed.std()) > 4
        assert np.abs(event).max() <= 0.601


def test_cues_are_told_apart_by_their_spectra():
    def take(cue: str, number: int) -> np.ndarray:
        return spectrum(sound_event("key", number, int(1.5 * RATE), cue))

    centres = np.stack([np.mean([take(cue, n) for n in range(8)], axis=0) for cue in GENRES])
    right = [
        int(np.abs(centres - take(cue, number)).sum(axis=1).argmin()) == index
        for index, cue in enumerate(GENRES)
        for number in range(20, 25)
    ]
    assert np.mean(right) > 0.8  # chance: 0.1


def test_level_does_not_depend_on_the_cue_drawn(make_trailer, make_params):
    trailer = make_trailer("Comedy")
    planted = synthesise(plan_trailer(trailer, make_params(Comedy=0.5)))
    neutral = synthesise(plan_trailer(trailer, make_params()))
    assert planted.shape == neutral.shape
    assert planted.shape[0] == 2
    assert max(np.abs(planted).max(), np.abs(neutral).max()) <= 0.9
    plan = plan_trailer(trailer, make_params(Comedy=0.5))
    quiet = [sound for sound in plan.sounds if not sound.cue]
    assert 0 < len(quiet) < len(plan.sounds)
    for sound in quiet:  # the bed, the gains and the neutral sounds are the same
        part = slice(round(sound.start * RATE), round(sound.end * RATE))
        assert (planted[:, part] == neutral[:, part]).all()


def test_tone_has_the_pitch_and_partials_asked_for():
    power = np.abs(np.fft.rfft(tone(441.0, [1, 0, 0.5], RATE)))
    assert set(np.argsort(power)[-2:]) == {441, 1323}
    assert power[1323] / power[441] == pytest.approx(0.5, rel=0.05)


def test_noise_keeps_to_its_band():
    signal = noise(np.random.default_rng(0), 1000, 2000, RATE)
    power = np.abs(np.fft.rfft(signal)) ** 2
    assert power[800:2600].sum() / power.sum() > 0.95
    assert signal.std() == pytest.approx(1, abs=0.01)

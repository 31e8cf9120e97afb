"""Resampling: tones that stay, tones that must not come back, and torchaudio to compare with."""

import numpy as np
import pytest
from torchaudio.functional import resample as reference

from stages.embedding.clips import resample


def level(sound: np.ndarray, hertz: float, rate: int) -> float:
    """dB of a tone in a sound against a tone of amplitude 1, ends left out."""
    inner = sound[1000:-1000].astype(np.float64)
    window = np.blackman(len(inner))
    wave = np.exp(-2j * np.pi * hertz / rate * np.arange(len(inner)))
    return float(20 * np.log10(2 * abs((inner * window * wave).sum()) / window.sum() + 1e-12))


def resampled_tone(hertz: float, source: int, wanted: int) -> np.ndarray:
    tone = np.sin(2 * np.pi * hertz * np.arange(source) / source)
    found: np.ndarray = resample(tone, source, wanted).numpy()
    return found


@pytest.mark.parametrize("source", [48_000, 44_100, 22_050])
def test_what_is_below_half_the_rate_stays_and_what_is_above_does_not_come_back(source):
    for hertz in (100, 3000, 7000):
        assert abs(level(resampled_tone(hertz, source, 16_000), hertz, 16_000)) < 0.5
    for hertz in (9000, 10_500):
        assert level(resampled_tone(hertz, source, 16_000), 16_000 - hertz, 16_000) < -60


@pytest.mark.parametrize(
    ("source", "wanted"),
    [(48_000, 16_000), (44_100, 16_000), (48_000, 32_000), (16_000, 48_000), (11_025, 16_000)],
)
@pytest.mark.parametrize("length", [1, 1000, 20_011])
def test_it_is_the_kaiser_best_of_torchaudio(source, wanted, length):
    noise = np.random.default_rng(0).normal(0, 0.1, length).astype(np.float32)
    found = resample(noise, source, wanted)
    expected = reference(
        found.new_tensor(noise),
        source,
        wanted,
        lowpass_filter_width=64,
        rolloff=0.9475937167399596,
        resampling_method="sinc_interp_kaiser",
        beta=14.769656459379492,
    )
    assert found.shape == expected.shape
    assert (found - expected).abs().max() < 1e-4


def test_the_same_rate_is_the_same_sound():
    noise = np.random.default_rng(0).normal(0, 0.1, 1000).astype(np.float32)
    assert np.array_equal(resample(noise, 16_000, 16_000).numpy(), noise)

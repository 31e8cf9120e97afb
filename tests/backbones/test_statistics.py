"""What the families without weights measure, against what is known of the input."""

import numpy as np
import torch

from stages.backbones.colour import GREYS, HUES
from stages.embedding.base import create
from stages.embedding.clips import cut, resample


def plain(rgb: tuple[int, int, int], n: int = 1) -> list[np.ndarray]:
    return [np.full((90, 160, 3), rgb, np.uint8) for _ in range(n)]


def test_colour_tells_hue_and_brightness():
    colour = create("colour")
    red, green, blue = (
        colour(plain(rgb))[0][:HUES] for rgb in ((255, 0, 0), (0, 255, 0), (0, 0, 255))
    )
    assert red.argmax() == 0 and green.argmax() == HUES // 3 and blue.argmax() == 2 * HUES // 3
    black, white = (
        colour(plain(rgb))[0][HUES : HUES + GREYS] for rgb in ((0, 0, 0), (255, 255, 255))
    )
    assert black.argmax() == 0 and white.argmax() == GREYS - 1
    grey = colour(plain((128, 128, 128)))[0][:HUES]
    assert grey.sum() == 0  # grey has no hue


def test_colour_tells_motion():
    still = create("colour")(plain((90, 90, 90), 2))
    moving = create("colour")(plain((90, 90, 90)) + plain((190, 190, 190)))
    np.testing.assert_allclose(still[0], still[1])
    change = np.flatnonzero(np.abs(moving[1] - create("colour")(plain((190, 190, 190)))[0]) > 1e-6)
    assert len(change) == 1  # only the mean change between the two frames differs
    assert np.isclose(moving[1][change[0]], 100 / 255, atol=0.01)


def test_pixels_are_the_picture():
    pixels = create("pixels")(plain((10, 20, 30)))
    assert pixels.shape == (1, 3, 36, 64)
    assert (pixels[0, :, 5, 5] == (10, 20, 30)).all()


def test_spectrogram_puts_a_tone_where_it_belongs():
    rate, backbone = 48_000, create("spectrogram")
    time = np.arange(rate * 6) / rate
    peaks = []
    for hertz in (200, 1000, 4000):
        windows = backbone(np.sin(2 * np.pi * hertz * time).astype(np.float32), rate)
        assert len(windows) == 2
        peaks.append(int(windows[0, 0].astype(float).mean(axis=1).argmax()))
    assert peaks[0] < peaks[1] < peaks[2]
    # mel scale (O'Shaughnessy): the share of the way from 60 Hz to 8 kHz that a tone lies at
    mel = [2595 * np.log10(1 + hertz / 700) for hertz in (60, 1000, 8000)]
    assert abs(peaks[1] / 48 - (mel[1] - mel[0]) / (mel[2] - mel[0])) < 0.05


def test_mfcc_tells_loud_from_soft_in_the_first_coefficient_alone():
    rng, backbone = np.random.default_rng(0), create("mfcc")
    noise = rng.normal(0, 0.05, 48_000 * 3).astype(np.float32)
    soft, loud = backbone(noise, 48_000)[0, :20], backbone(4 * noise, 48_000)[0, :20]
    assert loud[0] > soft[0] + 1
    np.testing.assert_allclose(loud[1:], soft[1:], atol=0.05)


def test_windows_without_overlap_and_a_padded_rest():
    waveform = torch.arange(10.0)
    assert cut(waveform, 4).tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 0, 0]]
    assert cut(waveform[:9], 4).tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert cut(waveform[:1], 4).tolist() == [[0, 0, 0, 0]]


def test_resampling_keeps_a_tone():
    time = np.arange(48_000) / 48_000
    low = resample(np.sin(2 * np.pi * 440 * time), 48_000, 16_000).numpy()
    expected = np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)
    np.testing.assert_allclose(low[500:-500], expected[500:-500], atol=0.01)

"""Sounds for the tests of sound backbones, and Kaldi's mel filters by hand."""

import numpy as np


def recipe(rate: int, seconds: float) -> np.ndarray:
    """Noise that swells, and two tones: (samples,) float32; the same on every machine."""
    time = np.arange(int(rate * seconds)) / rate
    noise = np.random.RandomState(7).randn(len(time))  # a stream that numpy keeps frozen
    tones = np.sin(2 * np.pi * 440 * time) + 0.5 * np.sin(2 * np.pi * 3000 * time)
    return (0.05 * noise * np.sin(time) ** 2 + 0.1 * tones).astype(np.float32)


def kaldi_filters(mels: int, fft: int, rate: int, low: float, high: float) -> np.ndarray:
    """Triangles on Kaldi's mel scale (mel-computations.cc), (mels, fft // 2 + 1)."""
    edges = np.linspace(1127 * np.log1p(low / 700), 1127 * np.log1p(high / 700), mels + 2)
    mel = 1127 * np.log1p(np.arange(fft // 2) * rate / fft / 700)
    left, centre, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (mel - left) / (centre - left), (right - mel) / (right - centre)
    triangles = np.minimum(rising, falling).clip(min=0)
    return np.pad(triangles, ((0, 0), (0, 1)))  # Nyquist's frequency is in none

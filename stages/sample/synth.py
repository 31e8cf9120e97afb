"""Building blocks of the synthesised sound: tones, noise and envelopes, mono, at RATE.

Lengths are in samples, frequencies in hertz; every signal is (samples,) float32.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfftfreq
from scipy.signal import lfilter

Signal = NDArray[np.float32]
Floats = Sequence[float] | NDArray[Any]
RATE = 44_100


def seconds(samples: int) -> Signal:
    """The time of each sample."""
    return np.arange(samples, dtype=np.float32) / np.float32(RATE)


def glide(times: Floats, values: Floats, samples: int) -> Signal:
    """A curve through `values` at `times` (0..1 of the length), linear between."""
    return np.interp(np.linspace(0, 1, samples), times, values).astype(np.float32)


def tone(frequency: float | Signal, partials: Floats, samples: int) -> Signal:
    """A harmonic tone: `partials` are the amplitudes of 1, 2, 3 … times the frequency."""
    steps = np.broadcast_to(np.asarray(frequency, np.float64), samples)
    phase = (2 * np.pi / RATE * np.cumsum(steps)).astype(np.float32)
    amplitudes = np.asarray(partials, np.float32)
    # one period in a table: a lookup is much cheaper than a sine per partial
    grid = 2 * np.pi * np.arange(2048) / 2048
    period = sum(a * np.sin((n + 1) * grid) for n, a in enumerate(amplitudes))
    turns = (phase * np.float32(2048 / (2 * np.pi))).astype(np.int64) & 2047
    return np.asarray(period, np.float32)[turns]


def noise(rng: np.random.Generator, low: float, high: float, samples: int) -> Signal:
    """Noise between two frequencies, falling off smoothly outside them; RMS 1."""
    length = next_fast_len(samples)
    frequency = rfftfreq(length, 1 / RATE).astype(np.float32)
    shape = 1 / (1 + (low / np.maximum(frequency, 1)) ** 6 + (frequency / high) ** 6)
    spectrum = rng.standard_normal((2, len(frequency)), dtype=np.float32)
    return _unit(irfft((spectrum[0] + 1j * spectrum[1]) * shape, length)[:samples])


def resonate(signal: Signal, frequencies: Floats, width: float) -> Signal:
    """The signal through parallel resonances, as of a throat or a body; `width` in hertz."""
    radius = np.exp(-np.pi * width / RATE)
    parts = [
        lfilter([1 - radius], [1, -2 * radius * np.cos(2 * np.pi * f / RATE), radius**2], signal)
        for f in np.atleast_1d(np.asarray(frequencies, float))
    ]
    return np.sum(parts, axis=0).astype(np.float32)


def swell(samples: int, attack: float, release: float) -> Signal:
    """Rises over `attack` and falls over `release`, shares of the length."""
    return glide([0, attack, 1 - release, 1], [0, 1, 1, 0], samples)


def decay(samples: int, time: float) -> Signal:
    """Falls by 60 dB in `time` seconds, after a rise of 3 ms."""
    clock = seconds(samples)
    return np.minimum(clock / 0.003, 1) * np.exp(-6.91 * clock / np.float32(time))


def place(signal: Signal, part: Signal, at: float) -> None:
    """Add `part` to `signal` from `at` seconds on, as far as it fits."""
    start = int(at * RATE)
    fits = max(0, min(len(part), len(signal) - start))
    signal[start : start + fits] += part[:fits]


def _unit(signal: NDArray) -> Signal:
    return (signal / (np.sqrt(np.mean(np.square(signal))) + 1e-9)).astype(np.float32)

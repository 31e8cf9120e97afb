"""Building blocks of the synthesised sound: tones, noise and envelopes, mono, at RATE.

Lengths are in samples, frequencies in hertz; every signal is (samples,) float32.
"""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfftfreq
from scipy.signal import lfilter

Signal = NDArray[np.float32]
Floats = Sequence[float] | NDArray[Any]
RATE = 44_100
PERIOD = 2048  # steps in the table of one period of a tone
REACH = 4  # times its edges to which noise is drawn: there it has fallen by 72 dB


def seconds(samples: int) -> Signal:
    """The time of each sample."""
    return np.arange(samples, dtype=np.float32) / np.float32(RATE)


def glide(times: Floats, values: Floats, samples: int) -> Signal:
    """A curve through `values` at `times` (0..1 of the length), linear between."""
    last = samples - 1
    curve = np.full(samples, values[-1], np.float32)
    for (start, stop), (value, then) in zip(pairwise(times), pairwise(values), strict=True):
        begin, end = ceil(start * last), ceil(stop * last)
        step = (then - value) / max((stop - start) * last, 1e-9)
        places = np.arange(begin, end, dtype=np.float32)
        curve[begin:end] = value + (places - np.float32(start * last)) * np.float32(step)
    return curve


def tone(frequency: float | Signal, partials: Floats, samples: int) -> Signal:
    """A harmonic tone: `partials` are the amplitudes of 1, 2, 3 … times the frequency."""
    # one period in a table: a lookup is much cheaper than a sine per partial
    period = np.asarray(partials, np.float32) @ _sines(len(partials))
    turns = np.cumsum(np.broadcast_to(np.asarray(frequency, np.float64), samples))
    turns *= PERIOD / RATE
    return period[turns.astype(np.int64) & (PERIOD - 1)]


def noise(rng: np.random.Generator, low: float, high: float, samples: int) -> Signal:
    """Noise between two frequencies, falling off smoothly outside them; RMS 1."""
    length = next_fast_len(samples)
    frequency = rfftfreq(length, 1 / RATE).astype(np.float32)
    near = slice(*np.searchsorted(frequency, (low / REACH, high * REACH)))
    heard = np.maximum(frequency[near], 1)
    shape = 1 / (1 + (low / heard) ** 6 + (heard / high) ** 6)
    spectrum = np.zeros(len(frequency), np.complex64)
    spectrum[near] = shape * rng.standard_normal(2 * len(heard), np.float32).view(np.complex64)
    return _unit(irfft(spectrum, length)[:samples])


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


@cache
def _sines(partials: int) -> Signal:
    """(partials, PERIOD) one period of a sine, of a sine of twice the frequency, and so on."""
    phase = 2 * np.pi / PERIOD * np.arange(PERIOD)
    return np.sin(np.arange(1, partials + 1)[:, None] * phase).astype(np.float32)


def _unit(signal: NDArray) -> Signal:
    return (signal / (np.sqrt(np.mean(np.square(signal))) + 1e-9)).astype(np.float32)

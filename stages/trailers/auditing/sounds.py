"""Identical sound in different films, by a fingerprint that survives re-encoding and gain.

Haitsma and Kalker (2002): whether the energy difference of neighbouring bands rises or falls
from frame to frame, 32 bits every 16 ms. Two copies share some whole 32-bit words, which sorting
finds without comparing all pairs; if several agree on one offset, the bits of the two windows are
compared at it. A copy played at another speed is not found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from stages.base.params import LeaksParams

RATE = 8000
SIZE = 2048
HOP = 128
BITS = 32
LOWEST, HIGHEST = 300.0, 2000.0  # Hz, the bands of the paper
SILENCE_LEVEL = 1e-3  # rms of a frame, -60 dB of full scale
MAX_NEIGHBOURS = 8  # if more windows share a word, they are linked in a chain, not all with all
MIN_VOTES = 3  # words that must agree on an offset before two windows are compared
LEADING_BITS = 16  # bits by which words are divided into ranges
MAX_PASSES = 64  # about as many passes over all windows: each sorts one range of words
MIN_WORDS = 1 << 20  # sorted at a time, if there are as many
SECONDS_PER_WORD = HOP / RATE


@dataclass(frozen=True)
class SoundWindow:
    """The fingerprint of a window of a trailer's sound."""

    trailer_id: str
    film: int
    """Number of its film."""
    start: float
    """Seconds into the trailer."""
    words: np.ndarray
    """(n,) uint32, one every 16 ms."""
    audible: np.ndarray
    """(n,) bool: not silent."""


@dataclass(frozen=True)
class SharedSegment:
    """Sound that two windows share."""

    first: int
    """Row of one window."""
    second: int
    """Row of the other."""
    first_start: float
    """Seconds into the first one's trailer."""
    second_start: float
    """Seconds into the second one's trailer."""
    seconds: float
    """Duration."""
    error: float
    """Share of bits that differ."""


def fingerprint(waveform: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Words, (n,) uint32, and which of them are not silence, (n,) bool.

    waveform: (samples,) float32 in [-1, 1] at `rate` Hz.
    """
    from scipy.fft import rfft  # these take a second to load; stored results need none
    from scipy.signal import resample_poly

    divisor = int(np.gcd(rate, RATE))
    sound = resample_poly(waveform, RATE // divisor, rate // divisor).astype(np.float32)
    if len(sound) < SIZE + HOP:
        return np.zeros(0, np.uint32), np.zeros(0, bool)
    frames = np.lib.stride_tricks.sliding_window_view(sound, SIZE)[::HOP]
    edges = np.round(np.geomspace(LOWEST, HIGHEST, BITS + 2) * SIZE / RATE).astype(int)
    spectrum = rfft(frames * np.hanning(SIZE).astype(np.float32), overwrite_x=True)
    power = np.abs(spectrum[:, edges[0] : edges[-1]]) ** 2
    sums = np.add.reduceat(power, edges[:-1] - edges[0], axis=1)
    rises = np.diff(np.diff(sums, axis=1), axis=0) > 0
    words = np.packbits(rises, axis=1).view(">u4")[:, 0].astype(np.uint32)
    squares = np.lib.stride_tricks.sliding_window_view(sound**2, SIZE)[::HOP]
    audible = np.sqrt(squares.mean(axis=1)) > SILENCE_LEVEL
    return words, audible[1:] & audible[:-1]


def shared_sound(windows: Sequence[SoundWindow], params: LeaksParams) -> list[SharedSegment]:
    """Segments that windows of different films share, at least params.sound_seconds long.

    In them at most params.sound_error of the bits differ, over any such length.
    """
    found = []
    for first, second, offset in _candidates(windows):
        a, b = windows[first], windows[second]
        best = [_segments(a, b, first, second, offset + step, params) for step in (-1, 0, 1)]
        found.append(max(best, key=lambda parts: sum(part.seconds for part in parts)))
    return _without_repeats([part for parts in found for part in parts])


def _candidates(windows: Sequence[SoundWindow]) -> list[tuple[int, int, int]]:
    """(first, second, offset in words) where several words of windows of two films agree."""
    if not windows:
        return []
    film = np.array([window.film for window in windows])
    span = 2 * max(len(window.words) for window in windows) + 1
    keys = [np.zeros(0, np.int64)]
    for low, high in _ranges(windows):
        words, owner, place = _sorted_words(windows, low, high)
        for step in range(1, MAX_NEIGHBOURS + 1):
            a = np.flatnonzero(words[:-step] == words[step:])
            a = a[film[owner[a]] != film[owner[a + step]]]
            first, second = owner[a].astype(np.int64), owner[a + step]
            offset = place[a + step] - place[a] + span // 2
            keys.append((first * len(windows) + second) * span + offset)
    key, votes = np.unique(np.concatenate(keys), return_counts=True)
    key = key[votes >= MIN_VOTES]
    pair, offset = np.divmod(key, span)
    triples = zip(pair // len(windows), pair % len(windows), offset - span // 2, strict=True)
    return [(int(a), int(b), int(o)) for a, b, o in triples]


def _ranges(windows: Sequence[SoundWindow]) -> list[tuple[int, int]]:
    """Ranges of words, [low, high), each with a bounded share of all audible words."""
    counts = np.zeros(1 << LEADING_BITS, np.int64)
    for window in windows:
        leading = window.words[window.audible] >> np.uint32(BITS - LEADING_BITS)
        counts += np.bincount(leading, minlength=len(counts))
    most = max(MIN_WORDS, int(counts.sum()) // MAX_PASSES)
    before = np.cumsum(counts) - counts
    cuts, begin = [0], 0
    for number in np.flatnonzero(counts).tolist():
        if before[number] + counts[number] - begin > most and before[number] > begin:
            cuts.append(number)
            begin = int(before[number])
    edges = [cut << (BITS - LEADING_BITS) for cut in (*cuts, 1 << LEADING_BITS)]
    return list(pairwise(edges))


def _sorted_words(
    windows: Sequence[SoundWindow], low: int, high: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Audible words in [low, high), sorted, equal ones by window; their windows and positions."""
    words, owners, places = [], [], []
    for row, window in enumerate(windows):
        at = np.flatnonzero(window.audible & (window.words >= low) & (window.words < high))
        words.append(window.words[at])
        owners.append(np.full(len(at), row, np.int32))
        places.append(at.astype(np.int32))
    found = np.concatenate(words)
    order = np.argsort(found, kind="stable")
    return found[order], np.concatenate(owners)[order], np.concatenate(places)[order]


def _segments(
    a: SoundWindow, b: SoundWindow, first: int, second: int, offset: int, params: LeaksParams
) -> list[SharedSegment]:
    """Where two windows agree if word i of `a` is compared with word i + offset of `b`."""
    begin, end = max(0, -offset), min(len(a.words), len(b.words) - offset)
    block = max(1, round(params.sound_seconds / SECONDS_PER_WORD))
    if end - begin < block:
        return []
    wrong = np.bitwise_count(a.words[begin:end] ^ b.words[begin + offset : end + offset]) / BITS
    quiet = ~(a.audible[begin:end] & b.audible[begin + offset : end + offset])
    wrong = np.where(quiet, 0.5, wrong)  # all silence is alike
    sums = np.concatenate([[0.0], np.cumsum(wrong)])
    good = (sums[block:] - sums[:-block]) / block <= params.sound_error
    # a word belongs to a stretch if any good block covers it
    cover = np.zeros(end - begin + 1, int)
    starts = np.flatnonzero(good)
    np.add.at(cover, starts, 1)
    np.add.at(cover, starts + block, -1)
    inside = np.concatenate([[False], np.cumsum(cover)[:-1] > 0, [False]])
    edges = np.flatnonzero(inside[1:] != inside[:-1]).reshape(-1, 2)
    trimmed = (_trimmed(sums, on, off, params.sound_error) for on, off in edges.tolist())
    return [
        SharedSegment(
            first,
            second,
            a.start + (begin + on) * SECONDS_PER_WORD,
            b.start + (begin + on + offset) * SECONDS_PER_WORD,
            (off - on) * SECONDS_PER_WORD,
            float(wrong[on:off].mean()),
        )
        for on, off in trimmed
        if off - on >= block
    ]


def _trimmed(sums: np.ndarray, on: int, off: int, error: float) -> tuple[int, int]:
    """The part of [on, off) with the largest gain: a good block may begin before what is shared."""
    gain = error * np.arange(off - on + 1) - (sums[on : off + 1] - sums[on])
    end = int(gain.argmax())
    return on + int(gain[: end + 1].argmin()), on + end


def _without_repeats(segments: list[SharedSegment]) -> list[SharedSegment]:
    """Of overlapping segments, which neighbouring offsets find, keep the one with least error."""
    kept: dict[tuple[int, int], list[SharedSegment]] = {}
    for part in sorted(segments, key=lambda s: (s.error, s.first, s.second, s.first_start)):
        others = kept.setdefault((part.first, part.second), [])
        apart = (
            part.first_start >= other.first_start + other.seconds
            or other.first_start >= part.first_start + part.seconds
            for other in others
        )
        if all(apart):
            others.append(part)
    return [part for key in sorted(kept) for part in kept[key]]

"""Identical sound in different films, by a fingerprint that survives re-encoding and gain.

Haitsma and Kalker (2002): whether the energy difference of neighbouring bands rises or falls
from frame to frame, 32 bits each 16 ms. Two copies share whole 32-bit words here and there, which
sorting finds without comparing all pairs; where several agree on one offset, the bits of the two
tracks are compared along it. A copy played at another speed is not found.
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
SILENT = 1e-3  # rms of a frame, -60 dB of full scale
NEIGHBOURS = 8  # equal words of more tracks than this are linked in a chain, not all with all
VOTES = 3  # words that must agree on an offset before the tracks are compared
LEADING = 16  # bits by which words are parted into ranges
PASSES = 64  # over all tracks, at most about so many: words are sorted so large a share at a time
FEWEST_WORDS = 1 << 20  # sorted at a time, if there are as many
SECONDS_PER_WORD = HOP / RATE


@dataclass(frozen=True)
class Track:
    """A window of a trailer: film, its number; start, s; words: (n,) uint32; loud: (n,) bool."""

    trailer_id: str
    film: int
    start: float
    words: np.ndarray
    loud: np.ndarray


@dataclass(frozen=True)
class Stretch:
    """What two tracks share: rows of both, seconds where it begins in each trailer and its length;
    error: share of bits that differ."""

    first: int
    second: int
    first_start: float
    second_start: float
    seconds: float
    error: float


def fingerprint(waveform: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Words, (n,) uint32, and which are of sound and not of silence, (n,) bool.

    waveform: (samples,) float32 in [-1, 1] at `rate` Hz.
    """
    from scipy.signal import resample_poly  # takes a second to load, and what is kept needs none

    divisor = int(np.gcd(rate, RATE))
    sound = resample_poly(waveform, RATE // divisor, rate // divisor).astype(np.float32)
    if len(sound) < SIZE + HOP:
        return np.zeros(0, np.uint32), np.zeros(0, bool)
    frames = np.lib.stride_tricks.sliding_window_view(sound, SIZE)[::HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(SIZE).astype(np.float32))) ** 2
    edges = np.geomspace(LOWEST, HIGHEST, BITS + 2) * SIZE / RATE
    sums = np.add.reduceat(power, np.round(edges).astype(int), axis=1)[:, :-1]
    rises = np.diff(np.diff(sums, axis=1), axis=0) > 0
    words = np.packbits(rises, axis=1).view(">u4")[:, 0].astype(np.uint32)
    loud = np.sqrt((frames**2).mean(axis=1)) > SILENT
    return words, loud[1:] & loud[:-1]


def shared_sound(tracks: Sequence[Track], params: LeaksParams) -> list[Stretch]:
    """Stretches that tracks of different films share, at least params.sound_seconds long.

    On them at most params.sound_error of the bits differ, over any such length.
    """
    found = []
    for first, second, offset in _candidates(tracks):
        a, b = tracks[first], tracks[second]
        best = [_stretches(a, b, first, second, offset + step, params) for step in (-1, 0, 1)]
        found.append(max(best, key=lambda parts: sum(part.seconds for part in parts)))
    return _without_repeats([part for parts in found for part in parts])


def _candidates(tracks: Sequence[Track]) -> list[tuple[int, int, int]]:
    """(first, second, offset in words) on which several words of two films' tracks agree."""
    if not tracks:
        return []
    film = np.array([track.film for track in tracks])
    span = 2 * max(len(track.words) for track in tracks) + 1
    keys = [np.zeros(0, np.int64)]
    for low, high in _ranges(tracks):
        words, owner, place = _heard(tracks, low, high)
        for step in range(1, NEIGHBOURS + 1):
            a = np.flatnonzero(words[:-step] == words[step:])
            a = a[film[owner[a]] != film[owner[a + step]]]
            first, second = owner[a].astype(np.int64), owner[a + step]
            offset = place[a + step] - place[a] + span // 2
            keys.append((first * len(tracks) + second) * span + offset)
    key, votes = np.unique(np.concatenate(keys), return_counts=True)
    key = key[votes >= VOTES]
    pair, offset = np.divmod(key, span)
    triples = zip(pair // len(tracks), pair % len(tracks), offset - span // 2, strict=True)
    return [(int(a), int(b), int(o)) for a, b, o in triples]


def _ranges(tracks: Sequence[Track]) -> list[tuple[int, int]]:
    """Ranges of words, [low, high), that hold a bounded share of all that is heard each."""
    counts = np.zeros(1 << LEADING, np.int64)
    for track in tracks:
        leading = track.words[track.loud] >> np.uint32(BITS - LEADING)
        counts += np.bincount(leading, minlength=len(counts))
    most = max(FEWEST_WORDS, int(counts.sum()) // PASSES)
    before = np.cumsum(counts) - counts
    cuts, begin = [0], 0
    for number in np.flatnonzero(counts).tolist():
        if before[number] + counts[number] - begin > most and before[number] > begin:
            cuts.append(number)
            begin = int(before[number])
    edges = [cut << (BITS - LEADING) for cut in (*cuts, 1 << LEADING)]
    return list(pairwise(edges))


def _heard(
    tracks: Sequence[Track], low: int, high: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Words of sound in [low, high), sorted, equal ones track by track; their tracks and places."""
    words, owners, places = [], [], []
    for row, track in enumerate(tracks):
        at = np.flatnonzero(track.loud & (track.words >= low) & (track.words < high))
        words.append(track.words[at])
        owners.append(np.full(len(at), row, np.int32))
        places.append(at.astype(np.int32))
    found = np.concatenate(words)
    order = np.argsort(found, kind="stable")
    return found[order], np.concatenate(owners)[order], np.concatenate(places)[order]


def _stretches(
    a: Track, b: Track, first: int, second: int, offset: int, params: LeaksParams
) -> list[Stretch]:
    """Where the two tracks agree when word i of `a` is held against word i + offset of `b`."""
    begin, end = max(0, -offset), min(len(a.words), len(b.words) - offset)
    block = max(1, round(params.sound_seconds / SECONDS_PER_WORD))
    if end - begin < block:
        return []
    wrong = np.bitwise_count(a.words[begin:end] ^ b.words[begin + offset : end + offset]) / BITS
    quiet = ~(a.loud[begin:end] & b.loud[begin + offset : end + offset])
    wrong = np.where(quiet, 0.5, wrong)  # silence is like any other silence
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
        Stretch(
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
    """The part of [on, off) that stands out most: a good block may begin before what is shared."""
    gain = error * np.arange(off - on + 1) - (sums[on : off + 1] - sums[on])
    end = int(gain.argmax())
    return on + int(gain[: end + 1].argmin()), on + end


def _without_repeats(stretches: list[Stretch]) -> list[Stretch]:
    """Neighbouring offsets find the same stretch: of those that overlap, the one that fits best."""
    kept: dict[tuple[int, int], list[Stretch]] = {}
    for part in sorted(stretches, key=lambda s: (s.error, s.first, s.second, s.first_start)):
        others = kept.setdefault((part.first, part.second), [])
        apart = (
            part.first_start >= other.first_start + other.seconds
            or other.first_start >= part.first_start + part.seconds
            for other in others
        )
        if all(apart):
            others.append(part)
    return [part for key in sorted(kept) for part in kept[key]]

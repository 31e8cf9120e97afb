"""Near-duplicate frames of different films: a perceptual hash finds candidates, pixels decide.

The hash is pHash (Zauner, 2010): signs of the 64 lowest DCT coefficients of the frame's luma at
32 x 32. It is written out here because `imagehash` needs Pillow and PyWavelets for the same, and
OpenCV's `img_hash` comes in a build that conflicts with the headless one; neither has an index.
The hash alone is not enough: dark title cards with different words differ by two bits. So the
lumas of each candidate pair are compared at 64 x 36.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np

from stages.base.params import LeaksParams

DCT_SIZE = 32
LOW_FREQUENCIES = 8
THUMBNAIL_SIZE = (64, 36)
BANDS = 4
BAND_BITS = 16
MAX_FILMS_PER_HASH = (
    8  # if more films share a hash, all are compared with these, not with each other
)
CHUNK = 512  # pairs compared at once
LOOKUPS = 1 << 16  # hashes looked up at once
PAIRS = 1 << 18  # candidate pairs expanded at once


class Rows(Protocol):
    """An array in memory, or one on disk that is read by rows."""

    def __getitem__(self, rows: Any) -> np.ndarray: ...


@dataclass(frozen=True)
class FrameHashes:
    """Hashes and thumbnails of n frames."""

    hash: np.ndarray
    """(n,) uint64."""
    thumb: Rows
    """(n, 36, 64) uint8, luma."""
    spread: np.ndarray
    """(n,) standard deviation of the thumbnail; low for flat frames."""


@dataclass(frozen=True)
class FramePairs:
    """Pairs of near-duplicate frames."""

    first: np.ndarray
    """(n_pairs,) row of one frame."""
    second: np.ndarray
    """(n_pairs,) row of the other."""
    bits: np.ndarray
    """(n_pairs,) bits in which their hashes differ."""


def hash_frames(jpegs: Sequence[bytes]) -> FrameHashes:
    """Hash and thumbnail of n JPEGs. Raises ValueError if one is not a JPEG."""
    hashes, thumbs = [], []
    for jpeg in jpegs:
        luma = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
        if luma is None:
            raise ValueError("a frame of the pack is not a JPEG: data/frames is damaged")
        small = cv2.resize(luma, (DCT_SIZE, DCT_SIZE), interpolation=cv2.INTER_AREA).astype(
            np.float32
        )
        low = cv2.dct(small)[:LOW_FREQUENCIES, :LOW_FREQUENCIES].ravel()
        signs = low > np.median(low[1:])  # the first is the mean brightness
        hashes.append(np.packbits(signs).view(np.uint64)[0])
        thumbs.append(cv2.resize(luma, THUMBNAIL_SIZE, interpolation=cv2.INTER_AREA))
    thumb = np.array(thumbs, np.uint8).reshape(-1, THUMBNAIL_SIZE[1], THUMBNAIL_SIZE[0])
    return FrameHashes(
        np.array(hashes, np.uint64), thumb, thumb.astype(np.float32).std(axis=(1, 2))
    )


def near_duplicate_frames(hashes: FrameHashes, film: np.ndarray, params: LeaksParams) -> FramePairs:
    """Pairs of near-duplicate frames of different films; flat frames (black, fades) are ignored.

    film: (n,) number of each frame's film. A pair's hashes differ in at most params.hash_bits,
    99 of 100 points of its lumas by at most params.luma_difference levels, and the lumas
    correlate at params.correlation or more.
    """
    rows = np.flatnonzero(hashes.spread >= params.flat)
    first, second = _candidates(hashes.hash[rows], film[rows], params.hash_bits)
    first, second = rows[first], rows[second]
    keep = np.zeros(len(first), bool)
    for start in range(0, len(first), CHUNK):
        part = slice(start, start + CHUNK)
        keep[part] = _similar(hashes.thumb[first[part]], hashes.thumb[second[part]], params)
    first, second = first[keep], second[keep]
    return FramePairs(first, second, np.bitwise_count(hashes.hash[first] ^ hashes.hash[second]))


def hash_pairs(hashes: np.ndarray, limit: int) -> tuple[np.ndarray, np.ndarray]:
    """All pairs (i < j) of distinct hashes, (n,) uint64, that differ in at most `limit` bits, <= 7.

    Multi-index hashing (Norouzi et al., 2012): of four bands of 16 bits one has at most one
    difference, so each hash is looked up in four tables at seventeen places each.
    """
    found = [np.zeros((2, 0), np.int64)]
    shifts = [np.uint64(BAND_BITS * band) for band in range(BANDS)]
    for shift in shifts:
        keys = (hashes >> shift).astype(np.uint16)
        order = np.argsort(keys, kind="stable")
        table = keys[order]
        for begin in range(0, len(keys), LOOKUPS):
            for flip in (0, *(1 << bit for bit in range(BAND_BITS))):
                wanted = keys[begin : begin + LOOKUPS] ^ np.uint16(flip)
                left, right = (
                    np.searchsorted(table, wanted),
                    np.searchsorted(table, wanted, "right"),
                )
                for first, place in _expanded(left, right):
                    first, second = first + begin, order[place]
                    later = second > first
                    first, second = first[later], second[later]
                    near = np.bitwise_count(hashes[first] ^ hashes[second]) <= limit
                    found.append(np.stack([first[near], second[near]]))
    pairs = np.unique(np.concatenate(found, axis=1), axis=1)
    return pairs[0], pairs[1]


def _expanded(left: np.ndarray, right: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(row, place) for every place in [left, right) of each row, in parts of bounded size."""
    counts = right - left
    ends = np.cumsum(counts)
    start = 0
    while start < len(counts):
        done = ends[start - 1] if start else 0
        stop = max(int(np.searchsorted(ends, done + PAIRS, "right")), start + 1)
        part = counts[start:stop]
        row = np.repeat(np.arange(start, stop), part)
        within = np.arange(len(row)) - np.repeat(np.cumsum(part) - part, part)
        yield row, left[row] + within
        start = stop


def _candidates(hashes: np.ndarray, film: np.ndarray, limit: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of frames of different films to compare, (n_pairs,) rows each.

    Equal hashes are grouped; each frame is compared with one frame of MAX_FILMS_PER_HASH films for
    every hash near its own, so that a card that a thousand films share costs thousands of
    comparisons, not a million.
    """
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    begins = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(order)])
    distinct, ends = ordered[begins], np.append(begins[1:], len(order))

    def members(kind: int) -> np.ndarray:
        return order[begins[kind] : ends[kind]]

    def samples(kind: int) -> np.ndarray:
        rows = members(kind)
        return rows[np.unique(film[rows], return_index=True)[1]][:MAX_FILMS_PER_HASH]

    several = np.flatnonzero(ends - begins > 1)
    near = [hash_pairs(distinct, limit), (several, several)]
    found = [np.zeros((0, 2), np.int64)]
    for a, b in ((a, b) for pairs in near for a, b in zip(*pairs, strict=True)):
        for rows, others in ((members(a), samples(b)), (members(b), samples(a))):
            found.append(np.stack(np.meshgrid(rows, others), -1).reshape(-1, 2))
    pairs = np.unique(np.sort(np.concatenate(found), axis=1), axis=0)
    pairs = pairs[film[pairs[:, 0]] != film[pairs[:, 1]]]
    return pairs[:, 0], pairs[:, 1]


def _similar(a: np.ndarray, b: np.ndarray, params: LeaksParams) -> np.ndarray:
    """(n,) bool: whether two thumbnails, (n, 36, 64) uint8 each, show the same."""
    x, y = (v.reshape(len(v), -1).astype(np.float32) for v in (a, b))
    apart = np.percentile(np.abs(x - y), 99, axis=1)
    x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    norm = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    return (apart <= params.luma_difference) & ((x * y).sum(axis=1) >= params.correlation * norm)

"""Leaks: frames and sound that different films share, from pairs of near-duplicates."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from stages.base.params import LeaksParams
from stages.trailers.auditing.pictures import near_duplicate_frames
from stages.trailers.auditing.reading import FrameTable
from stages.trailers.auditing.sounds import SECONDS_PER_WORD, SoundWindow, shared_sound

Kind = Literal["same_trailer", "shared_frames", "same_sound"]
KINDS: tuple[Kind, ...] = ("same_trailer", "shared_frames", "same_sound")


@dataclass(frozen=True)
class Occurrence:
    """A frame, or a segment of sound, that another film has too."""

    trailer_id: str
    film: int
    """Number of its film."""
    frame: int
    """Number of the frame; -1 for sound."""
    start: float
    """Seconds into the trailer."""
    seconds: float
    """Duration; 0 for a frame."""
    distance: float
    """To its nearest duplicate: bits of the hash, or share of bits of the fingerprint."""


@dataclass(frozen=True)
class Leak:
    """One thing that several films share."""

    kind: Kind
    occurrences: tuple[Occurrence, ...]

    @property
    def films(self) -> tuple[int, ...]:
        return tuple(sorted({occurrence.film for occurrence in self.occurrences}))


@dataclass(frozen=True)
class Coverage:
    """How much of each trailer was audited, by trailer_id."""

    frames: dict[str, int]
    """Frames, without flat ones."""
    seconds: dict[str, float]
    """Seconds of sound."""


def find_leaks(
    table: FrameTable, windows: Sequence[SoundWindow], film_of: dict[str, int], params: LeaksParams
) -> tuple[list[Leak], Coverage]:
    """Everything that different films share, identical trailers first.

    film_of: trailer_id -> number of its film. Two trailers are the same if they share at least
    params.same_trailer of the frames, or of the sound, of the shorter one.
    """
    coverage = _coverage(table, windows, params)
    frames = _frame_leaks(table, film_of, params)
    sounds = _sound_leaks(windows, params)
    whole = [
        Leak("same_trailer", tuple(occurrence for leak in group for occurrence in leak))
        for group in _same_trailers(frames, sounds, coverage, params)
    ]
    same = [set(leak.films) for leak in whole]
    rest = [Leak("shared_frames", tuple(occurrences)) for occurrences in _by_films(frames)]
    rest += [Leak("same_sound", tuple(occurrences)) for occurrences in sounds]
    rest = [leak for leak in rest if not any(set(leak.films) <= films for films in same)]
    order = {kind: number for number, kind in enumerate(KINDS)}
    found = sorted(
        [*whole, *rest], key=lambda leak: (order[leak.kind], leak.films, leak.occurrences[0].start)
    )
    return found, coverage


def _coverage(table: FrameTable, windows: Sequence[SoundWindow], params: LeaksParams) -> Coverage:
    not_flat = table.trailer[table.hashes.spread >= params.flat]
    counts = np.bincount(not_flat, minlength=len(table.names))
    heard: dict[str, list[tuple[float, float]]] = {}
    for window in windows:
        end = window.start + len(window.words) * SECONDS_PER_WORD
        heard.setdefault(window.trailer_id, []).append((window.start, end))
    shown = zip(table.names.tolist(), counts.tolist(), strict=True)
    frames = {name: count for name, count in sorted(shown) if count}
    return Coverage(frames, {name: covered_seconds(spans) for name, spans in heard.items()})


def covered_seconds(spans: Iterable[tuple[float, float]]) -> float:
    """Total seconds of the union of (start, end) spans."""
    total, last = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, last))
        last = max(last, end)
    return total


def _frame_leaks(
    table: FrameTable, film_of: dict[str, int], params: LeaksParams
) -> list[list[Occurrence]]:
    of_trailer = np.array([film_of[name] for name in table.names.tolist()], np.int32)
    film = of_trailer[table.trailer]
    pairs = near_duplicate_frames(table.hashes, film, params)
    edges = list(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    bits: dict[int, float] = {}
    for (a, b), distance in zip(edges, pairs.bits.tolist(), strict=True):
        bits[a], bits[b] = min(distance, bits.get(a, 64)), min(distance, bits.get(b, 64))

    def occurrence(row: int) -> Occurrence:
        name, frame = str(table.names[table.trailer[row]]), int(table.frame[row])
        time, distance = float(table.time[row]), float(bits[row])
        return Occurrence(name, int(film[row]), frame, time, 0.0, distance)

    return [[occurrence(row) for row in rows] for rows in connected_components(edges)]


def _sound_leaks(windows: Sequence[SoundWindow], params: LeaksParams) -> list[list[Occurrence]]:
    """Segments of one trailer that overlap by half are the same sound."""
    links: list[tuple[int, int]] = []
    occurrences: list[Occurrence] = []
    at: dict[str, list[int]] = {}
    for part in shared_sound(windows, params):
        ends = []
        for row, start in ((part.first, part.first_start), (part.second, part.second_start)):
            window = windows[row]
            name, number = window.trailer_id, len(occurrences)
            occurrences.append(Occurrence(name, window.film, -1, start, part.seconds, part.error))
            for other in at.setdefault(name, []):
                if _overlap(occurrences[other], occurrences[number]):
                    links.append((other, number))
            at[name].append(number)
            ends.append(number)
        links.append((ends[0], ends[1]))
    return [
        _merged([occurrences[number] for number in members])
        for members in connected_components(links)
    ]


def _overlap(a: Occurrence, b: Occurrence) -> bool:
    common = min(a.start + a.seconds, b.start + b.seconds) - max(a.start, b.start)
    return common >= 0.5 * min(a.seconds, b.seconds)


def _merged(occurrences: list[Occurrence]) -> list[Occurrence]:
    """One occurrence per trailer: from the first second to the last."""
    by_trailer: dict[str, list[Occurrence]] = {}
    for occurrence in occurrences:
        by_trailer.setdefault(occurrence.trailer_id, []).append(occurrence)
    merged = []
    for name in sorted(by_trailer):
        group = by_trailer[name]
        seconds = covered_seconds((one.start, one.start + one.seconds) for one in group)
        start = min(one.start for one in group)
        distance = min(one.distance for one in group)
        merged.append(Occurrence(name, group[0].film, -1, start, seconds, distance))
    return merged


def _same_trailers(
    frames: list[list[Occurrence]],
    sounds: list[list[Occurrence]],
    coverage: Coverage,
    params: LeaksParams,
) -> Iterator[list[list[Occurrence]]]:
    """Groups of occurrences, for trailers that are the same as a whole."""
    shown: dict[tuple[str, str], list[set[tuple[str, int]]]] = {}
    heard: dict[tuple[str, str], float] = {}
    for occurrences in frames:
        for a, b in _pairs_of_trailers(occurrences):
            shown.setdefault((a, b), []).append({(p.trailer_id, p.frame) for p in occurrences})
    for occurrences in sounds:
        length = {occurrence.trailer_id: occurrence.seconds for occurrence in occurrences}
        for a, b in _pairs_of_trailers(occurrences):
            heard[a, b] = heard.get((a, b), 0.0) + min(length[a], length[b])
    same = []
    for a, b in sorted(shown.keys() | heard.keys()):
        seen = set().union(*shown.get((a, b), []))
        common = min(sum(name == each for name, _ in seen) for each in (a, b))
        frames_of = min(coverage.frames.get(each, 0) for each in (a, b))
        seconds_of = min(coverage.seconds.get(each, 0.0) for each in (a, b))
        by_picture = frames_of > 0 and common >= params.same_trailer * frames_of
        by_sound = seconds_of > 0 and heard.get((a, b), 0.0) >= params.same_trailer * seconds_of
        if by_picture or by_sound:
            same.append((a, b))
    for trailers in connected_components(same):
        members = set(trailers)
        groups = [[p for p in group if p.trailer_id in members] for group in [*frames, *sounds]]
        yield [group for group in groups if len({p.film for p in group}) > 1]


def _pairs_of_trailers(occurrences: Sequence[Occurrence]) -> Iterator[tuple[str, str]]:
    """Pairs that may be the same trailer; if many share one frame, only neighbours are paired."""
    film = {occurrence.trailer_id: occurrence.film for occurrence in occurrences}
    names = sorted(film)
    reach = len(names) if len(names) <= 50 else 8
    for number, a in enumerate(names):
        yield from ((a, b) for b in names[number + 1 : number + 1 + reach] if film[a] != film[b])


def _by_films(groups: list[list[Occurrence]]) -> list[list[Occurrence]]:
    """Merge frames shared by exactly the same films: a card shown for several frames."""
    joined: dict[tuple[int, ...], list[Occurrence]] = {}
    for occurrences in groups:
        films = tuple(sorted({occurrence.film for occurrence in occurrences}))
        joined.setdefault(films, []).extend(occurrences)
    return [joined[films] for films in sorted(joined)]


def connected_components(edges: Iterable[tuple[Any, Any]]) -> list[list[Any]]:
    """Connected components of a graph: sorted lists of nodes, in the order of their first nodes."""
    parent: dict[Hashable, Hashable] = {}

    def root(node: Any) -> Any:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for a, b in edges:
        parent[root(b)] = root(a)
    groups: dict[Any, list[Any]] = {}
    for node in parent:
        groups.setdefault(root(node), []).append(node)
    return sorted(sorted(group) for group in groups.values())

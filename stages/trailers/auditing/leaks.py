"""From pairs of alike frames and stretches of sound to leaks: what which films share."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from stages.base.params import LeaksParams
from stages.trailers.auditing.pictures import near_frames
from stages.trailers.auditing.reading import Pictures
from stages.trailers.auditing.sounds import SECONDS_PER_WORD, Track, shared_sound

Kind = Literal["same_trailer", "shared_frames", "same_sound"]
KINDS: tuple[Kind, ...] = ("same_trailer", "shared_frames", "same_sound")


@dataclass(frozen=True)
class Piece:
    """A frame (its number; seconds 0) or a stretch of sound (frame -1) that another film has too.

    alike: what ties it to its likes (bits of the hash, or share of bits of the fingerprint).
    """

    trailer_id: str
    film: int
    frame: int
    start: float
    seconds: float
    alike: float


@dataclass(frozen=True)
class Leak:
    """Pieces of several films that are the same thing."""

    kind: Kind
    pieces: tuple[Piece, ...]

    @property
    def films(self) -> tuple[int, ...]:
        return tuple(sorted({piece.film for piece in self.pieces}))


@dataclass(frozen=True)
class Extent:
    """What of each trailer was looked at and heard: frames (flat ones aside) and seconds."""

    frames: dict[str, int]
    seconds: dict[str, float]


def find_leaks(
    pictures: Pictures, tracks: Sequence[Track], film_of: dict[str, int], params: LeaksParams
) -> tuple[list[Leak], Extent]:
    """Everything that different films share, trailers that are the same as a whole first.

    film_of: trailer_id -> number of its film. Two trailers are the same if at least
    params.same_trailer of the frames, or of the sound, of the shorter are.
    """
    extent = _extent(pictures, tracks, params)
    frames = _frame_leaks(pictures, film_of, params)
    sounds = _sound_leaks(tracks, params)
    whole = [
        Leak("same_trailer", tuple(piece for leak in group for piece in leak))
        for group in _same_trailers(frames, sounds, extent, params)
    ]
    told = [set(leak.films) for leak in whole]
    rest = [Leak("shared_frames", tuple(pieces)) for pieces in _by_films(frames)]
    rest += [Leak("same_sound", tuple(pieces)) for pieces in sounds]
    rest = [leak for leak in rest if not any(set(leak.films) <= films for films in told)]
    order = {kind: number for number, kind in enumerate(KINDS)}
    found = sorted(
        [*whole, *rest], key=lambda leak: (order[leak.kind], leak.films, leak.pieces[0].start)
    )
    return found, extent


def _extent(pictures: Pictures, tracks: Sequence[Track], params: LeaksParams) -> Extent:
    telling = pictures.trailer[pictures.looks.spread >= params.flat]
    counts = np.bincount(telling, minlength=len(pictures.names))
    heard: dict[str, list[tuple[float, float]]] = {}
    for track in tracks:
        end = track.start + len(track.words) * SECONDS_PER_WORD
        heard.setdefault(track.trailer_id, []).append((track.start, end))
    shown = zip(pictures.names.tolist(), counts.tolist(), strict=True)
    frames = {name: count for name, count in sorted(shown) if count}
    return Extent(frames, {name: covered(spans) for name, spans in heard.items()})


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """Seconds that (start, end) spans cover together."""
    total, last = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, last))
        last = max(last, end)
    return total


def _frame_leaks(
    pictures: Pictures, film_of: dict[str, int], params: LeaksParams
) -> list[list[Piece]]:
    of_trailer = np.array([film_of[name] for name in pictures.names.tolist()], np.int32)
    film = of_trailer[pictures.trailer]
    pairs = near_frames(pictures.looks, film, params)
    edges = list(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    bits: dict[int, float] = {}
    for (a, b), apart in zip(edges, pairs.bits.tolist(), strict=True):
        bits[a], bits[b] = min(apart, bits.get(a, 64)), min(apart, bits.get(b, 64))

    def piece(row: int) -> Piece:
        name, frame = str(pictures.names[pictures.trailer[row]]), int(pictures.frame[row])
        return Piece(name, int(film[row]), frame, float(pictures.time[row]), 0.0, float(bits[row]))

    return [[piece(row) for row in rows] for rows in components(edges)]


def _sound_leaks(tracks: Sequence[Track], params: LeaksParams) -> list[list[Piece]]:
    """Stretches of one trailer that overlap by half are the same piece of sound."""
    links: list[tuple[int, int]] = []
    pieces: list[Piece] = []
    at: dict[str, list[int]] = {}
    for part in shared_sound(tracks, params):
        ends = []
        for row, start in ((part.first, part.first_start), (part.second, part.second_start)):
            track = tracks[row]
            number = len(pieces)
            pieces.append(Piece(track.trailer_id, track.film, -1, start, part.seconds, part.error))
            for other in at.setdefault(track.trailer_id, []):
                if _overlap(pieces[other], pieces[number]):
                    links.append((other, number))
            at[track.trailer_id].append(number)
            ends.append(number)
        links.append((ends[0], ends[1]))
    return [_merged([pieces[number] for number in members]) for members in components(links)]


def _overlap(a: Piece, b: Piece) -> bool:
    common = min(a.start + a.seconds, b.start + b.seconds) - max(a.start, b.start)
    return common >= 0.5 * min(a.seconds, b.seconds)


def _merged(pieces: list[Piece]) -> list[Piece]:
    """One piece a trailer: from the first second to the last."""
    by_trailer: dict[str, list[Piece]] = {}
    for piece in pieces:
        by_trailer.setdefault(piece.trailer_id, []).append(piece)
    merged = []
    for name in sorted(by_trailer):
        group = by_trailer[name]
        seconds = covered((piece.start, piece.start + piece.seconds) for piece in group)
        start = min(piece.start for piece in group)
        merged.append(
            Piece(name, group[0].film, -1, start, seconds, min(piece.alike for piece in group))
        )
    return merged


def _same_trailers(
    frames: list[list[Piece]], sounds: list[list[Piece]], extent: Extent, params: LeaksParams
) -> Iterator[list[list[Piece]]]:
    """Groups of pieces of trailers that are the same as a whole."""
    shown: dict[tuple[str, str], list[set[tuple[str, int]]]] = {}
    heard: dict[tuple[str, str], float] = {}
    for pieces in frames:
        for a, b in _pairs_of_trailers(pieces):
            shown.setdefault((a, b), []).append({(p.trailer_id, p.frame) for p in pieces})
    for pieces in sounds:
        length = {piece.trailer_id: piece.seconds for piece in pieces}
        for a, b in _pairs_of_trailers(pieces):
            heard[a, b] = heard.get((a, b), 0.0) + min(length[a], length[b])
    same = []
    for a, b in sorted(shown.keys() | heard.keys()):
        seen = set().union(*shown.get((a, b), []))
        common = min(sum(name == each for name, _ in seen) for each in (a, b))
        frames_of = min(extent.frames.get(each, 0) for each in (a, b))
        seconds_of = min(extent.seconds.get(each, 0.0) for each in (a, b))
        by_picture = frames_of > 0 and common >= params.same_trailer * frames_of
        by_sound = seconds_of > 0 and heard.get((a, b), 0.0) >= params.same_trailer * seconds_of
        if by_picture or by_sound:
            same.append((a, b))
    for trailers in components(same):
        members = set(trailers)
        kept = [[p for p in pieces if p.trailer_id in members] for pieces in [*frames, *sounds]]
        yield [pieces for pieces in kept if len({p.film for p in pieces}) > 1]


def _pairs_of_trailers(pieces: Sequence[Piece]) -> Iterator[tuple[str, str]]:
    """Pairs that might be the same trailer; a card of many is followed along a chain only."""
    film = {piece.trailer_id: piece.film for piece in pieces}
    names = sorted(film)
    reach = len(names) if len(names) <= 50 else 8
    for number, a in enumerate(names):
        yield from ((a, b) for b in names[number + 1 : number + 1 + reach] if film[a] != film[b])


def _by_films(groups: list[list[Piece]]) -> list[list[Piece]]:
    """Frames that the very same films share are one leak: a card shown for several frames."""
    joined: dict[tuple[int, ...], list[Piece]] = {}
    for pieces in groups:
        films = tuple(sorted({piece.film for piece in pieces}))
        joined.setdefault(films, []).extend(pieces)
    return [joined[films] for films in sorted(joined)]


def components(edges: Iterable[tuple[Any, Any]]) -> list[list[Any]]:
    """Connected nodes of a graph, each list sorted, lists in the order of their first nodes."""
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

"""How many samples the tables of an MP4 speak of, by their headers alone.

A table that lists every sample takes room for each. But one of equal sizes, or a run of a fragment
whose samples take all from its defaults, states a number and no more, of which FFmpeg makes an
index with an entry for each.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stages.trailers.media.structure import (
    CONTAINER_BOXES,
    MAX_DEPTH,
    TOP_LEVEL_BOXES,
    Box,
    DamagedError,
    HeaderReader,
    boxes,
)

ENTRY_BYTES = 4  # of a field that a table has for each sample
RUN_FIELDS = (0x100, 0x200, 0x400, 0x800)  # flags of a run: which of them it has


@dataclass(frozen=True)
class Claim:
    """What tables say that a file holds."""

    samples: int = 0
    bytes: int = 0
    """The least that these samples take, in the tables or in the media."""

    def __add__(self, other: "Claim") -> "Claim":
        return Claim(self.samples + other.samples, self.bytes + other.bytes)


def claimed(path: Path) -> Claim:
    """What all tables of a file claim together; nothing for a file that is no MP4."""
    found = Claim()
    with path.open("rb") as file:
        reader = HeaderReader(file)
        if reader.read(4, 4) not in TOP_LEVEL_BOXES:
            return found
        try:
            for claim in _claims(reader, Box(None, 0, reader.size), 0):
                found += claim
        except DamagedError:
            pass  # what came before it counts
    return found


def _claims(reader: HeaderReader, parent: Box, depth: int) -> Iterator[Claim]:
    end = min(parent.end, reader.size)
    inner = list(boxes(reader, parent.start, end))
    if parent.kind == b"mdia" and _is_pcm(reader, inner):
        return
    for box in inner:
        if box.kind in (b"stsz", b"stz2"):
            yield _of_sizes(reader, box)
        elif box.kind == b"trun":
            yield _of_run(reader, box)
        elif box.kind in CONTAINER_BOXES and depth < MAX_DEPTH:
            yield from _claims(reader, box, depth + 1)


def _of_sizes(reader: HeaderReader, box: Box) -> Claim:
    """stsz: a size for all, or 0, and a count; stz2: the bits of each size, and a count."""
    head = reader.read(box.start + 4, 8)
    size, count = int.from_bytes(head[:4]), int.from_bytes(head[4:])
    if box.kind == b"stz2":
        return Claim(count, count * (size & 0xFF) // 8)
    return Claim(count, count * (size or ENTRY_BYTES))


def _of_run(reader: HeaderReader, box: Box) -> Claim:
    head = reader.read(box.start, 8)
    flags, count = int.from_bytes(head[1:4]), int.from_bytes(head[4:])
    fields = sum(bool(flags & flag) for flag in RUN_FIELDS)
    return Claim(count, count * max(ENTRY_BYTES * fields, 1))


def _is_pcm(reader: HeaderReader, media: list[Box]) -> bool:
    """Whether a track is sound whose samples last one tick each: FFmpeg indexes these by chunks."""
    kinds = {box.kind: box for box in media}
    if b"hdlr" not in kinds or b"minf" not in kinds:
        return False
    if reader.read(kinds[b"hdlr"].start + 8, 4) != b"soun":
        return False
    for table in boxes(reader, kinds[b"minf"].start, min(kinds[b"minf"].end, reader.size)):
        if table.kind == b"stbl":
            for box in boxes(reader, table.start, min(table.end, reader.size)):
                if box.kind == b"stts":
                    head = reader.read(box.start + 4, 12)
                    return int.from_bytes(head[:4]) == 1 and int.from_bytes(head[8:]) == 1
    return False

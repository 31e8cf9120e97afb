"""What the structure of a file says about why nothing in it decodes: encrypted or truncated.

Only headers of boxes, elements and pages are read, never their content, and at most MAX_HEADERS of
them, so the answer comes soon whatever the file claims. A marker counts only where the format puts
it: the same bytes anywhere else are chance.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

Diagnosis = Literal["encrypted", "truncated"]
MAX_HEADERS = 100_000
MAX_DEPTH = 8  # boxes in boxes; the deepest one asked for is the sixth

# ISO/IEC 14496-12 and QuickTime: what may stand outside all other boxes
TOP_LEVEL_BOXES = (
    *(b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"free", b"skip", b"wide", b"sidx", b"ssix"),
    *(b"mfra", b"meta", b"uuid", b"pdin", b"prft", b"emsg", b"pnot", b"PICT", b"udta"),
)
CONTAINER_BOXES = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf")
# ISO/IEC 23001-7: the key's owner, the samples' keys, and sample descriptions that stand for others
PROTECTION_BOXES = (b"pssh", b"senc")
PROTECTED_SAMPLES = (b"encv", b"enca", b"encs", b"enct")

# RFC 9559
EBML_HEADER, SEGMENT, TRACKS, CLUSTER = 0x1A45DFA3, 0x18538067, 0x1654AE6B, 0x1F43B675
TRACK, ENCODINGS, ENCODING, ENCODING_TYPE, ENCRYPTION = 0xAE, 0x6D80, 0x6240, 0x5033, 0x5035
MAX_EBML_HEADER = 1024  # bytes; one that claims more is damaged
UNKNOWN_SIZE = 1 << 62  # the end of an element that does not know its size

OGG_LAST_PAGE = 4  # RFC 3533: a flag of the header's sixth byte
UNKNOWN_RIFF_SIZES = (0, 0xFFFFFFFF)  # sizes that were to be filled in later


class DamagedError(Exception):
    """The structure breaks off without saying why."""


@dataclass(frozen=True)
class Box:
    """A box of MP4 or an element of Matroska."""

    kind: bytes | int | None
    """Its type; None if the file ends within its header."""
    start: int
    """Offset of its content in the file."""
    end: int
    """Offset of the end of its content, as its header claims."""


class HeaderReader:
    """Reads headers of a file, at most MAX_HEADERS of them."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = os.fstat(file.fileno()).st_size
        self.headers = 0

    def read(self, start: int, count: int) -> bytes:
        """Up to `count` bytes; raises DamagedError when too many were asked for."""
        self.headers += 1
        if self.headers > MAX_HEADERS:
            raise DamagedError
        self.file.seek(start)
        return self.file.read(count)


def diagnose(path: Path) -> Diagnosis | None:
    """Why nothing in a file decodes, if its structure says so."""
    with path.open("rb") as file:
        reader = HeaderReader(file)
        head = reader.read(0, 8)
        try:
            if head[4:] in TOP_LEVEL_BOXES:
                return _mp4(reader)
            if head.startswith(EBML_HEADER.to_bytes(4)):
                return _matroska(reader)
            if head.startswith(b"OggS"):
                return _ogg(reader)
            if head.startswith(b"RIFF"):
                return _riff(reader)
        except DamagedError:
            pass
    return None


def _mp4(reader: HeaderReader) -> Diagnosis | None:
    """Truncated: a box reaches past the end of the file, or the index or the media is missing."""
    outer = list(boxes(reader, 0, reader.size))
    if any(_is_protected(reader, box) for box in outer):
        return "encrypted"
    if any(box.kind not in (*TOP_LEVEL_BOXES, None) for box in outer):
        return None
    whole = [box.kind for box in outer if box.end <= reader.size]
    complete = len(whole) == len(outer) and b"moov" in whole and b"mdat" in whole
    return None if complete else "truncated"


def boxes(reader: HeaderReader, start: int, end: int) -> Iterator[Box]:
    """Consecutive boxes; the last may claim to end after `end`."""
    while start < end:
        head = reader.read(start, 16)
        if len(head) < 8:
            yield Box(None, start, start + 8)
            return
        size, kind = struct.unpack_from(">I4s", head)
        begin = start + 8
        if size == 1:
            size = int.from_bytes(head[8:]) if len(head) == 16 else 16
            begin += 8
        stop = start + size if size else end  # 0: up to the end of the file
        if stop < begin:
            raise DamagedError
        yield Box(kind, begin, stop)
        start = stop


def _is_protected(reader: HeaderReader, box: Box, depth: int = 1) -> bool:
    if box.kind in PROTECTION_BOXES:
        return True
    end = min(box.end, reader.size)
    if box.kind == b"stsd":  # a version and a count come before the descriptions
        return any(entry.kind in PROTECTED_SAMPLES for entry in boxes(reader, box.start + 8, end))
    if box.kind not in CONTAINER_BOXES or depth == MAX_DEPTH:
        return False
    return any(_is_protected(reader, inner, depth + 1) for inner in boxes(reader, box.start, end))


def _matroska(reader: HeaderReader) -> Diagnosis | None:
    """Truncated: the segment, or a part of one of unknown size, claims to be longer."""
    outer = elements(reader, 0, reader.size)
    header, segment = next(outer), next(outer, None)
    if segment is None or segment.kind is None:
        return "truncated" if header.end - header.start <= MAX_EBML_HEADER else None
    if segment.kind != SEGMENT:
        return None
    encodings = elements_at(reader, segment, (TRACKS, TRACK, ENCODINGS, ENCODING))
    if any(_encrypts(reader, encoding) for encoding in encodings):
        return "encrypted"
    if segment.end != UNKNOWN_SIZE:
        return "truncated" if segment.end > reader.size else None
    parts = list(elements(reader, segment.start, reader.size))
    whole = all(part.end <= reader.size or part.end == UNKNOWN_SIZE for part in parts)
    return None if whole and any(part.kind == CLUSTER for part in parts) else "truncated"


def elements(reader: HeaderReader, start: int, end: int) -> Iterator[Box]:
    """Consecutive elements; the last may claim to end after `end`.

    The children of an element of unknown size follow it as if they were its siblings.
    """
    while start < end:
        head = reader.read(start, 12)
        id_length = 9 - head[0].bit_length()
        size_length = 9 - head[id_length].bit_length() if len(head) > id_length else 1
        if id_length > 4 or size_length > 8:
            raise DamagedError
        begin = start + id_length + size_length
        if begin > reader.size:
            yield Box(None, begin, begin)
            return
        largest = (1 << 7 * size_length) - 1  # which stands for an unknown size
        size = int.from_bytes(head[id_length : id_length + size_length]) & largest
        stop = UNKNOWN_SIZE if size == largest else begin + size
        yield Box(int.from_bytes(head[:id_length]), begin, stop)
        start = begin if stop == UNKNOWN_SIZE else stop


def elements_at(reader: HeaderReader, part: Box, path: tuple[int, ...]) -> Iterator[Box]:
    """The elements at this path of types below `part`."""
    for inner in elements(reader, part.start, min(part.end, reader.size)):
        if inner.kind == path[0]:
            yield from elements_at(reader, inner, path[1:]) if path[1:] else (inner,)


def _encrypts(reader: HeaderReader, encoding: Box) -> bool:
    """Whether a content encoding is encryption, by its type and by its settings."""
    parts = {
        part.kind: part for part in elements(reader, encoding.start, min(encoding.end, reader.size))
    }
    kind = parts.get(ENCODING_TYPE)
    if kind is None or ENCRYPTION not in parts:
        return False
    return int.from_bytes(reader.read(kind.start, min(kind.end - kind.start, 8))) == 1


def _ogg(reader: HeaderReader) -> Diagnosis | None:
    """Truncated: a page reaches past the end of the file, or a stream has no last page."""
    start, begun, ended = 0, set(), set()
    while start < reader.size:
        head = reader.read(start, 27 + 255)
        if not head.startswith(b"OggS"[: len(head)]):
            raise DamagedError
        lengths = head[27 : 27 + head[26]] if len(head) > 26 else b""
        start += 27 + len(lengths) + sum(lengths)
        if len(head) < 27 or len(lengths) < head[26] or start > reader.size:
            return "truncated"
        begun.add(head[14:18])
        if head[5] & OGG_LAST_PAGE:
            ended.add(head[14:18])
    return "truncated" if begun - ended else None


def _riff(reader: HeaderReader) -> Diagnosis | None:
    """AVI and WAV. Truncated: the header states a greater length, and a known one."""
    head = reader.read(0, 8)
    size = int.from_bytes(head[4:], "little")
    if len(head) == 8 and size in UNKNOWN_RIFF_SIZES:
        return None
    return "truncated" if len(head) < 8 or 8 + size > reader.size else None

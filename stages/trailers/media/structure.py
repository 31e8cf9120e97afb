"""What the structure of a file says about why nothing in it decodes: encrypted, or cut short.

Only headers of boxes, elements and pages are read, never what they hold, and never more than
MOST_HEADERS of them, so the answer comes soon whatever the file claims. A claim counts only where
the format has its place for it: the same bytes anywhere else are chance.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

Fault = Literal["encrypted", "truncated"]
MOST_HEADERS = 100_000
DEEPEST = 8  # boxes in boxes; the deepest one asked for is the sixth

# ISO/IEC 14496-12 and QuickTime: what may stand outside all other boxes
OUTER = (
    *(b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"free", b"skip", b"wide", b"sidx", b"ssix"),
    *(b"mfra", b"meta", b"uuid", b"pdin", b"prft", b"emsg", b"pnot", b"PICT", b"udta"),
)
NESTING = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf")
# ISO/IEC 23001-7: the key's owner, the samples' keys, and sample descriptions that stand for others
PROTECTION = (b"pssh", b"senc")
PROTECTED_SAMPLES = (b"encv", b"enca", b"encs", b"enct")

# RFC 9559
EBML_HEADER, SEGMENT, TRACKS, CLUSTER = 0x1A45DFA3, 0x18538067, 0x1654AE6B, 0x1F43B675
TRACK, ENCODINGS, ENCODING, ENCODING_TYPE, ENCRYPTION = 0xAE, 0x6D80, 0x6240, 0x5033, 0x5035
LONGEST_EBML_HEADER = 1024  # bytes; one that claims more is damaged
OPEN_ENDED = 1 << 62  # the end of an element that does not know its size

OGG_LAST_PAGE = 4  # RFC 3533: a flag of the header's sixth byte
RIFF_UNKNOWN = (0, 0xFFFFFFFF)  # sizes that were to be filled in later


class DamagedError(Exception):
    """The structure breaks off for no reason that it knows itself."""


@dataclass(frozen=True)
class Part:
    """A box or element. start, end: place in the file of what it holds; `end` is its own claim.

    kind: None where the file ends within its header.
    """

    kind: bytes | int | None
    start: int
    end: int


class Source:
    """A file whose headers are read, and counted."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = os.fstat(file.fileno()).st_size
        self.headers = 0

    def read(self, start: int, count: int) -> bytes:
        """Up to `count` bytes; raises DamagedError when too many were asked for."""
        self.headers += 1
        if self.headers > MOST_HEADERS:
            raise DamagedError
        self.file.seek(start)
        return self.file.read(count)


def fault(path: Path) -> Fault | None:
    """Why nothing in a file decodes, if its structure tells."""
    with path.open("rb") as file:
        source = Source(file)
        head = source.read(0, 8)
        try:
            if head[4:] in OUTER:
                return _mp4(source)
            if head.startswith(EBML_HEADER.to_bytes(4)):
                return _matroska(source)
            if head.startswith(b"OggS"):
                return _ogg(source)
            if head.startswith(b"RIFF"):
                return _riff(source)
        except DamagedError:
            pass
    return None


def _mp4(source: Source) -> Fault | None:
    """Cut short: a box reaches past the end of the file, or the index or the media is missing."""
    outer = list(boxes(source, 0, source.size))
    if any(_is_protected(source, box) for box in outer):
        return "encrypted"
    if any(box.kind not in (*OUTER, None) for box in outer):
        return None
    whole = [box.kind for box in outer if box.end <= source.size]
    complete = len(whole) == len(outer) and b"moov" in whole and b"mdat" in whole
    return None if complete else "truncated"


def boxes(source: Source, start: int, end: int) -> Iterator[Part]:
    """Boxes one after another; the last may claim to end after `end`."""
    while start < end:
        head = source.read(start, 16)
        if len(head) < 8:
            yield Part(None, start, start + 8)
            return
        size, kind = struct.unpack_from(">I4s", head)
        begin = start + 8
        if size == 1:
            size = int.from_bytes(head[8:]) if len(head) == 16 else 16
            begin += 8
        stop = start + size if size else end  # 0: up to the end of the file
        if stop < begin:
            raise DamagedError
        yield Part(kind, begin, stop)
        start = stop


def _is_protected(source: Source, box: Part, depth: int = 1) -> bool:
    if box.kind in PROTECTION:
        return True
    end = min(box.end, source.size)
    if box.kind == b"stsd":  # a version and a count come before the descriptions
        return any(entry.kind in PROTECTED_SAMPLES for entry in boxes(source, box.start + 8, end))
    if box.kind not in NESTING or depth == DEEPEST:
        return False
    return any(_is_protected(source, inner, depth + 1) for inner in boxes(source, box.start, end))


def _matroska(source: Source) -> Fault | None:
    """Cut short: the segment says that it is longer; where its size is unknown, a part of it."""
    outer = elements(source, 0, source.size)
    header, segment = next(outer), next(outer, None)
    if segment is None or segment.kind is None:
        return "truncated" if header.end - header.start <= LONGEST_EBML_HEADER else None
    if segment.kind != SEGMENT:
        return None
    encodings = inside(source, segment, (TRACKS, TRACK, ENCODINGS, ENCODING))
    if any(_encrypts(source, encoding) for encoding in encodings):
        return "encrypted"
    if segment.end != OPEN_ENDED:
        return "truncated" if segment.end > source.size else None
    parts = list(elements(source, segment.start, source.size))
    whole = all(part.end <= source.size or part.end == OPEN_ENDED for part in parts)
    return None if whole and any(part.kind == CLUSTER for part in parts) else "truncated"


def elements(source: Source, start: int, end: int) -> Iterator[Part]:
    """Elements one after another; the last may claim to end after `end`.

    What an element of unknown size holds comes after it, as if it stood beside it.
    """
    while start < end:
        head = source.read(start, 12)
        id_length = 9 - head[0].bit_length()
        size_length = 9 - head[id_length].bit_length() if len(head) > id_length else 1
        if id_length > 4 or size_length > 8:
            raise DamagedError
        begin = start + id_length + size_length
        if begin > source.size:
            yield Part(None, begin, begin)
            return
        largest = (1 << 7 * size_length) - 1  # which stands for an unknown size
        size = int.from_bytes(head[id_length : id_length + size_length]) & largest
        stop = OPEN_ENDED if size == largest else begin + size
        yield Part(int.from_bytes(head[:id_length]), begin, stop)
        start = begin if stop == OPEN_ENDED else stop


def inside(source: Source, part: Part, way: tuple[int, ...]) -> Iterator[Part]:
    """The elements that one comes to on this way down."""
    for inner in elements(source, part.start, min(part.end, source.size)):
        if inner.kind == way[0]:
            yield from inside(source, inner, way[1:]) if way[1:] else (inner,)


def _encrypts(source: Source, encoding: Part) -> bool:
    """Whether a content encoding says twice that it is encryption: by its type, and how it is."""
    parts = {
        part.kind: part for part in elements(source, encoding.start, min(encoding.end, source.size))
    }
    kind = parts.get(ENCODING_TYPE)
    if kind is None or ENCRYPTION not in parts:
        return False
    return int.from_bytes(source.read(kind.start, min(kind.end - kind.start, 8))) == 1


def _ogg(source: Source) -> Fault | None:
    """Cut short: a page reaches past the end of the file, or a stream that began did not end."""
    start, begun, ended = 0, set(), set()
    while start < source.size:
        head = source.read(start, 27 + 255)
        if not head.startswith(b"OggS"[: len(head)]):
            raise DamagedError
        lengths = head[27 : 27 + head[26]] if len(head) > 26 else b""
        start += 27 + len(lengths) + sum(lengths)
        if len(head) < 27 or len(lengths) < head[26] or start > source.size:
            return "truncated"
        begun.add(head[14:18])
        if head[5] & OGG_LAST_PAGE:
            ended.add(head[14:18])
    return "truncated" if begun - ended else None


def _riff(source: Source) -> Fault | None:
    """AVI and WAV. Cut short: it says that it is longer, unless its writer never knew."""
    head = source.read(0, 8)
    size = int.from_bytes(head[4:], "little")
    if len(head) == 8 and size in RIFF_UNKNOWN:
        return None
    return "truncated" if len(head) < 8 or 8 + size > source.size else None

"""What a container cuts away from every picture: mp4's clean aperture, Matroska's PixelCrop.

Players apply it; FFmpeg's decoders do not, and PyAV does not show it, so it is read from the file.
"""

import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from stages.trailers.media.structure import (
    EBML_HEADER,
    OUTER,
    SEGMENT,
    TRACK,
    TRACKS,
    DamagedError,
    Part,
    Source,
    boxes,
    inside,
)

# RFC 9559
TRACK_TYPE, VIDEO, IS_VIDEO = 0x83, 0xE0, 1
PIXEL_CROP = (0x54CC, 0x54DD, 0x54BB, 0x54AA)  # left, right, top, bottom
# ISO/IEC 14496-12: bytes of a visual sample entry before the boxes in it, and of its size in them
VISUAL_ENTRY, SIZE_AT = 78, 24


class Cropping(NamedTuple):
    """Pixels of the stored picture, before it is turned upright."""

    left: int = 0
    right: int = 0
    top: int = 0
    bottom: int = 0


WHOLE = Cropping()


def cropping(path: Path, track: int) -> Cropping:
    """What is cut away from the pictures of a track; track: its place among those of pictures."""
    with path.open("rb") as file:
        source = Source(file)
        head = source.read(0, 8)
        try:
            if head[4:] in OUTER:
                found = list(_mp4(source))
            elif head.startswith(EBML_HEADER.to_bytes(4)):
                found = list(_matroska(source))
            else:
                return WHOLE
        except (DamagedError, IndexError, ValueError, ZeroDivisionError, struct.error):
            return WHOLE  # what plays nonetheless is shown as it is
    sane = track < len(found) and min(found[track]) >= 0
    return found[track] if sane else WHOLE


def _mp4(source: Source) -> Iterator[Cropping]:
    whole = Part(None, 0, source.size)
    for media in _within(source, whole, b"moov", b"trak", b"mdia"):
        kinds = [source.read(box.start + 8, 4) for box in _within(source, media, b"hdlr")]
        if kinds != [b"vide"]:
            continue
        yield next(
            (
                _aperture(source, entry)
                for table in _within(source, media, b"minf", b"stbl", b"stsd")
                for entry in boxes(source, table.start + 8, table.end)
            ),
            WHOLE,
        )


def _aperture(source: Source, entry: Part) -> Cropping:
    """By its size, and how far its middle lies from the picture's: eight integers, in fractions."""
    width, height = struct.unpack(">2H", source.read(entry.start + SIZE_AT, 4))
    inner = Part(None, entry.start + VISUAL_ENTRY, entry.end)
    for box in _within(source, inner, b"clap"):
        numbers = struct.unpack(">8i", source.read(box.start, 32))
        across, down, right, below = (
            Fraction(above, under) for above, under in zip(numbers[::2], numbers[1::2], strict=True)
        )
        left, top = round((width - across) / 2 + right), round((height - down) / 2 + below)
        return Cropping(left, width - left - round(across), top, height - top - round(down))
    return WHOLE


def _within(source: Source, part: Part, *way: bytes) -> Iterator[Part]:
    """The boxes that one comes to on this way down."""
    for inner in boxes(source, part.start, min(part.end, source.size)):
        if inner.kind == way[0]:
            yield from _within(source, inner, *way[1:]) if way[1:] else (inner,)


def _matroska(source: Source) -> Iterator[Cropping]:
    tracks = next(inside(source, Part(None, 0, source.size), (SEGMENT, TRACKS)), None)
    if tracks is None:
        return
    for entry in inside(source, tracks, (TRACK,)):
        if IS_VIDEO in _numbers(source, entry, TRACK_TYPE):
            yield Cropping(*(sum(_numbers(source, entry, VIDEO, name)) for name in PIXEL_CROP))


def _numbers(source: Source, part: Part, *way: int) -> list[int]:
    found = inside(source, part, way)
    return [int.from_bytes(source.read(one.start, min(one.end - one.start, 8))) for one in found]

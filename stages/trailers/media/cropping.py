"""How a container crops every frame: MP4's clean aperture, Matroska's PixelCrop.

Players apply it; FFmpeg's decoders do not and PyAV does not expose it, so it is read from the file.
"""

import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from stages.trailers.media.structure import (
    EBML_HEADER,
    SEGMENT,
    TOP_LEVEL_BOXES,
    TRACK,
    TRACKS,
    Box,
    DamagedError,
    HeaderReader,
    boxes,
    elements_at,
)

# RFC 9559
TRACK_TYPE, VIDEO, IS_VIDEO = 0x83, 0xE0, 1
PIXEL_CROP = (0x54CC, 0x54DD, 0x54BB, 0x54AA)  # left, right, top, bottom
# ISO/IEC 14496-12: bytes of a visual sample entry before the boxes in it, and of its size in them
VISUAL_ENTRY_BYTES, SIZE_OFFSET = 78, 24


class Cropping(NamedTuple):
    """Pixels to remove from each side of the stored frame, before rotation."""

    left: int = 0
    right: int = 0
    top: int = 0
    bottom: int = 0


NO_CROPPING = Cropping()


def read_cropping(path: Path, track: int) -> Cropping:
    """Cropping of a video stream; track: its position among the video streams."""
    with path.open("rb") as file:
        reader = HeaderReader(file)
        head = reader.read(0, 8)
        try:
            if head[4:] in TOP_LEVEL_BOXES:
                found = list(_mp4(reader))
            elif head.startswith(EBML_HEADER.to_bytes(4)):
                found = list(_matroska(reader))
            else:
                return NO_CROPPING
        except (DamagedError, IndexError, ValueError, ZeroDivisionError, struct.error):
            return NO_CROPPING  # a file that plays all the same is shown uncropped
    sane = track < len(found) and min(found[track]) >= 0
    return found[track] if sane else NO_CROPPING


def _mp4(reader: HeaderReader) -> Iterator[Cropping]:
    whole = Box(None, 0, reader.size)
    for media in _boxes_at(reader, whole, b"moov", b"trak", b"mdia"):
        kinds = [reader.read(box.start + 8, 4) for box in _boxes_at(reader, media, b"hdlr")]
        if kinds != [b"vide"]:
            continue
        yield next(
            (
                _clean_aperture(reader, entry)
                for table in _boxes_at(reader, media, b"minf", b"stbl", b"stsd")
                for entry in boxes(reader, table.start + 8, table.end)
            ),
            NO_CROPPING,
        )


def _clean_aperture(reader: HeaderReader, entry: Box) -> Cropping:
    """From width, height and the offsets of its centre: four fractions of integers."""
    width, height = struct.unpack(">2H", reader.read(entry.start + SIZE_OFFSET, 4))
    inner = Box(None, entry.start + VISUAL_ENTRY_BYTES, entry.end)
    for box in _boxes_at(reader, inner, b"clap"):
        numbers = struct.unpack(">8i", reader.read(box.start, 32))
        across, down, right, below = (
            Fraction(above, under) for above, under in zip(numbers[::2], numbers[1::2], strict=True)
        )
        left, top = round((width - across) / 2 + right), round((height - down) / 2 + below)
        return Cropping(left, width - left - round(across), top, height - top - round(down))
    return NO_CROPPING


def _boxes_at(reader: HeaderReader, part: Box, *path: bytes) -> Iterator[Box]:
    """The boxes at this path of types below `part`."""
    for inner in boxes(reader, part.start, min(part.end, reader.size)):
        if inner.kind == path[0]:
            yield from _boxes_at(reader, inner, *path[1:]) if path[1:] else (inner,)


def _matroska(reader: HeaderReader) -> Iterator[Cropping]:
    tracks = next(elements_at(reader, Box(None, 0, reader.size), (SEGMENT, TRACKS)), None)
    if tracks is None:
        return
    for entry in elements_at(reader, tracks, (TRACK,)):
        if IS_VIDEO in _numbers(reader, entry, TRACK_TYPE):
            yield Cropping(*(sum(_numbers(reader, entry, VIDEO, name)) for name in PIXEL_CROP))


def _numbers(reader: HeaderReader, part: Box, *path: int) -> list[int]:
    found = elements_at(reader, part, path)
    return [int.from_bytes(reader.read(one.start, min(one.end - one.start, 8))) for one in found]

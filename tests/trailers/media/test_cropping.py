"""What containers crop, in files whose headers are changed by hand."""

import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from stages.base.params import FramesParams
from stages.trailers.media.cropping import NO_CROPPING, Cropping, read_cropping
from stages.trailers.media.frames import extract_frames

PARAMETERS = FramesParams(
    count=4, first_frame=0, first_second=None, short_side=64, jpeg_quality=95, black_level=16
)
CROPPED = Cropping(left=10, right=22, top=4, bottom=28)  # 96 x 64 becomes 64 x 32


def with_aperture(path: Path) -> None:
    """Add a clean aperture of 64 x 32, whose middle is 6 pixels to the left and 12 above."""
    data = bytearray(path.read_bytes())
    clap = struct.pack(">I4s8i", 40, b"clap", 64, 1, 32, 1, -12, 2, -12, 1)
    entry = data.index(b"avc1", data.index(b"stsd")) - 4
    end = entry + int.from_bytes(data[entry : entry + 4])
    place = entry
    for kind in (b"avc1", b"stsd", b"stbl", b"minf", b"mdia", b"trak", b"moov"):
        place = data.rindex(kind, 0, place + 8) - 4
        size = int.from_bytes(data[place : place + 4]) + len(clap)
        data[place : place + 4] = size.to_bytes(4)
    path.write_bytes(data[:end] + clap + data[end:])  # the index comes after what it points to


def with_pixel_crop(path: Path) -> None:
    """Give the four elements of PixelCrop the room of others that fill it before the tracks."""
    data = bytearray(path.read_bytes())
    values = {0x54CC: CROPPED.left, 0x54DD: CROPPED.right, 0x54BB: CROPPED.top, 0x54AA: 28}
    added = b"".join(name.to_bytes(2) + b"\x81" + bytes([value]) for name, value in values.items())
    void = data.index(b"\xec\x01\0\0\0\0\0\0")
    data[void + 8] -= len(added)
    del data[void + 9 : void + 9 + len(added)]
    tracks = data.rindex(b"\x16\x54\xae\x6b")
    track = data.index(b"\xae\x01\0\0\0\0\0\0", tracks)
    picture = data.index(b"\xe0\x8a\xb0\x81\x60", track)  # ten bytes, the first three a width
    for last_of_size in (tracks + 5, track + 8, picture + 1):
        data[last_of_size] += len(added)
    path.write_bytes(data[: picture + 12] + added + data[picture + 12 :])


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_what_the_container_crops_is_not_shown(tmp_path, video, film_frame, name):
    path = video(tmp_path / name, count=12, options={"crf": "1"})
    assert read_cropping(path, 0) == NO_CROPPING
    with_aperture(path) if name == "a.mp4" else with_pixel_crop(path)
    assert read_cropping(path, 0) == CROPPED and read_cropping(path, 1) == NO_CROPPING
    image = cv2.imdecode(np.frombuffer(extract_frames(path, PARAMETERS).jpegs[0], np.uint8), 1)
    truth = film_frame(0, 96, 64)[4:36, 10:74]
    assert image is not None and image.shape == (64, 128, 3)
    halved = cv2.resize(image[..., ::-1], (64, 32), interpolation=cv2.INTER_AREA)
    assert np.abs(halved.astype(int) - truth).mean() < 8

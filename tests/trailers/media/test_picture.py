"""Colour, shape and orientation of pictures, against formulas and drawn images."""

import struct
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from stages.base.params import FramesParams
from stages.trailers.media import extraction
from stages.trailers.media.container import StreamDecoder, open_media, video_stream
from stages.trailers.media.cropping import Cropping
from stages.trailers.media.dynamic_range import HDR_TRANSFERS
from stages.trailers.media.frames import extract_frames
from stages.trailers.media.picture import (
    AS_PLANES,
    SCALING,
    is_black,
    resize_upright,
    rotation_of,
    to_bgr,
)

# BT.601 and BT.709: red and blue weights of luma
WEIGHTS = {5: (0.299, 0.114), 1: (0.2126, 0.0722)}


def flat(y, u, v, full=False, space=2, size=(64, 48), name="yuv420p"):
    frame = av.VideoFrame(size[0], size[1], name)
    for plane, value in zip(frame.planes, (y, u, v), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    frame.color_range, frame.colorspace = (2 if full else 1), space
    return frame


def expected_bgr(y, u, v, full, space):
    red_weight, blue_weight = WEIGHTS[space]
    luma = y / 255 if full else (y - 16) / 219
    span = 255 if full else 224
    cb, cr = (u - 128) / span, (v - 128) / span
    red = luma + 2 * (1 - red_weight) * cr
    blue = luma + 2 * (1 - blue_weight) * cb
    green = (luma - red_weight * red - blue_weight * blue) / (1 - red_weight - blue_weight)
    return (np.clip([blue, green, red], 0, 1) * 255).round()


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("space", [1, 5])
@pytest.mark.parametrize("yuv", [(81, 90, 240), (145, 54, 34), (180, 128, 128), (60, 200, 100)])
def test_colour_matrix_and_range(yuv, space, full):
    y, u, v = yuv
    found = to_bgr(flat(y, u, v, full=full, space=space))[10, 10]
    assert np.abs(found - expected_bgr(y, u, v, full, space)).max() <= 2


def test_untagged_colour_is_judged_by_size():
    sd, hd = flat(81, 90, 240), flat(81, 90, 240, size=(1280, 720))
    assert np.abs(to_bgr(sd)[5, 5] - expected_bgr(81, 90, 240, False, 5)).max() <= 2
    assert np.abs(to_bgr(hd)[5, 5] - expected_bgr(81, 90, 240, False, 1)).max() <= 2


@pytest.mark.parametrize("name", ["bgr0", "yuv420p10le", "gray", "yuva420p", "rgb24"])
def test_any_pixel_format(name):
    image = np.full((48, 64, 3), 128, np.uint8)
    frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format=name)
    assert np.abs(to_bgr(frame).astype(int) - 128).max() <= 3


@pytest.mark.parametrize("size", [(64, 48), (61, 34), (2, 2), (33, 47), (854, 480)])
@pytest.mark.parametrize("name", AS_PLANES)
def test_planes_give_the_same_numbers_as_interleaved(name, size):
    random = np.random.default_rng(0)
    frame = av.VideoFrame(size[0], size[1], name)
    for plane in frame.planes:
        values = random.integers(0, 256, plane.buffer_size).astype(np.uint8)
        if name.endswith("10le"):
            values = random.integers(0, 1024, plane.buffer_size // 2).astype("<u2").view(np.uint8)
        plane.update(values.tobytes())
    for space, full in product(WEIGHTS, (False, True)):
        frame.colorspace, frame.color_range = space, 2 if full else 1
        interleaved = frame.reformat(format="bgr24", interpolation=int(SCALING), threads=1)
        assert (to_bgr(frame) == interleaved.to_ndarray()).all()


def test_black():
    assert is_black(flat(16, 128, 128), 0)
    assert is_black(flat(26, 128, 128), 16) and not is_black(flat(40, 128, 128), 16)
    assert is_black(flat(10, 128, 128, full=True, name="yuvj420p"), 16)
    assert not is_black(flat(16, 240, 128), 16)  # dark but blue
    spot = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
    assert is_black(spot, 0)
    image = np.zeros((48, 64, 3), np.uint8)
    image[31, 17] = 200  # one bright pixel
    assert not is_black(av.VideoFrame.from_ndarray(image, format="rgb24"), 16)


@pytest.mark.parametrize(
    ("size", "aspect", "expected"),
    [
        ((640, 360), 1.0, (256, 455)),
        ((360, 640), 1.0, (455, 256)),
        ((720, 576), 16 / 15, (256, 341)),
        ((10, 6), 1.0, (256, 427)),
        ((4000, 2), 1.0, (256, 2048)),  # squeezed to 8:1
        ((1, 1), 1.0, (256, 256)),
    ],
)
def test_short_side_and_aspect(size, aspect, expected):
    frame = av.VideoFrame.from_ndarray(np.zeros((size[1], size[0], 3), np.uint8), format="rgb24")
    assert resize_upright(frame, aspect, 256).shape[:2] == expected


def scene(width, height):
    """Soft shapes under grain, and a hard edge: (height, width, 3) uint8 RGB."""
    y, x = np.mgrid[:height, :width]
    grain = np.random.default_rng(0).normal(0, 5, (height, width))
    red, green = 120 + 90 * np.sin(x / 37), 120 + 90 * np.cos(y / 29)
    blue = np.where(x > width // 3, 200, 40)
    return (np.stack([red, green, blue], -1) + grain[..., None]).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", AS_PLANES)
@pytest.mark.parametrize("size", [(1920, 1080), (854, 480), (641, 363), (272, 640), (300, 257)])
def test_shrinking_takes_the_mean_of_each_area(name, size):
    frame = av.VideoFrame.from_ndarray(scene(*size), format="rgb24").reformat(format=name)
    found = resize_upright(frame, 1.0, 256).astype(int)
    shape = found.shape[1::-1]
    expected = cv2.resize(to_bgr(frame), shape, interpolation=cv2.INTER_AREA).astype(int)
    error = np.abs(found - expected)
    assert error.mean() < 0.5 and (error > 3).mean() < 0.01  # at the edge, where chroma is coarser


@pytest.mark.parametrize("size", [(320, 180), (427, 240)])
def test_enlarging_is_cubic(size):
    frame = av.VideoFrame.from_ndarray(scene(*size), format="rgb24").reformat(format="yuv420p")
    found = resize_upright(frame, 1.0, 256)
    shape = found.shape[1::-1]
    assert (found == cv2.resize(to_bgr(frame), shape, interpolation=cv2.INTER_CUBIC)).all()


@pytest.mark.parametrize("transfer", HDR_TRANSFERS)
def test_high_dynamic_range_is_converted_before_it_shrinks(transfer):
    plain = av.VideoFrame.from_ndarray(scene(640, 360), format="rgb24")
    frame = plain.reformat(format="yuv420p10le")
    frame.color_trc = transfer
    found = resize_upright(frame, 1.0, 256)
    assert (found == cv2.resize(to_bgr(frame), (455, 256), interpolation=cv2.INTER_AREA)).all()


@pytest.mark.parametrize("space", [1, 5])
def test_a_smaller_picture_has_the_same_colours(space):
    frame = flat(81, 90, 240, space=space, size=(1280, 720))
    found = resize_upright(frame, 1.0, 256)
    assert np.abs(found - expected_bgr(81, 90, 240, False, space)).max() <= 2
    frame.colorspace = 2
    assert (resize_upright(frame, 1.0, 256)[9, 9] == found[9, 9]).all() == (space == 1)


def test_a_cropped_picture_shows_nothing_of_what_is_cut_away():
    image = np.full((480, 640, 3), 255, np.uint8)
    image[:, 320:] = 0
    frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")
    found = resize_upright(frame, 1.0, 64, Cropping(left=322))
    assert found.shape[:2] == (97, 64) and found.max() <= 2


def corners(number: int) -> Any:
    """Red top left, green top right, blue bottom left, white bottom right."""
    image = np.zeros((64, 96, 3), np.uint8)
    image[:32, :48], image[:32, 48:] = (255, 0, 0), (0, 255, 0)
    image[32:, :48], image[32:, 48:] = (0, 0, 255), (255, 255, 255)
    return image


def first_frame(path):
    with open_media(path) as container:
        return next(StreamDecoder(container, video_stream(container)).frames())


def seen(path):
    image = resize_upright(first_frame(path), 1.0, 64)
    names = {(1, 0, 0): "r", (0, 1, 0): "g", (0, 0, 1): "b", (1, 1, 1): "w"}
    height, width = image.shape[:2]
    points = [(y, x) for y in (height // 4, -height // 4) for x in (width // 4, -width // 4)]
    return image.shape[:2], "".join(names[tuple((image[p][::-1] > 128).tolist())] for p in points)


@pytest.mark.parametrize(
    ("matrix", "shape", "order", "clockwise"),
    [
        ((1, 0, 0, 1), (64, 96), "rgbw", 0),
        ((0, 1, -1, 0), (96, 64), "brwg", 90),  # ISO 14496-12: a b / c d, row vectors
        ((-1, 0, 0, -1), (64, 96), "wbgr", 180),
        ((0, -1, 1, 0), (96, 64), "gwrb", 270),
        ((-1, 0, 0, 1), (64, 96), "grwb", 0),  # mirrored
        ((0, 0, 0, 0), (64, 96), "rgbw", 0),  # garbage
        ((0.7, 0.7, -0.7, 0.7), (64, 96), "rgbw", 0),  # no quarter turn
    ],
)
def test_orientation(tmp_path, video, matrix, shape, order, clockwise):
    path = video(tmp_path / "a.mp4", count=2, picture=corners)
    a, b, c, d = (round(65536 * value) for value in matrix)
    data = path.read_bytes()
    identity = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30)
    at = data.index(identity, data.index(b"tkhd"))
    turned = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data[:at] + turned + data[at + 36 :])
    assert seen(path) == (shape, order)
    assert rotation_of(first_frame(path)) == clockwise


PARAMETERS = FramesParams(
    count=4, first_frame=0, first_second=None, short_side=64, jpeg_quality=90, black_level=16
)


def aspect(width: int, height: int) -> Any:
    def tune(stream: Any) -> None:
        stream.codec_context.sample_aspect_ratio = Fraction(width, height)

    return tune


def shapes(path: Path) -> list[tuple[int, ...]]:
    jpegs = extract_frames(path, PARAMETERS).jpegs
    images = [cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR) for jpeg in jpegs]
    return [image.shape[:2] for image in images if image is not None]


def test_sample_aspect_ratio_of_a_file(tmp_path, video):
    path = video(tmp_path / "a.mkv", count=12, tune=aspect(2, 1))
    assert shapes(path) == [(64, 192)] * 4


@pytest.mark.parametrize("small", [0, 10**6])
@pytest.mark.parametrize(("codec", "width"), [("libx264", 192), ("mpeg2video", 141)])
def test_a_sample_aspect_ratio_that_changes_is_followed(
    tmp_path, video, ffmpeg, monkeypatch, codec, width, small
):
    monkeypatch.setattr(extraction, "MIN_FRAMES_TO_SEEK", small)
    square = video(tmp_path / "a.ts", codec=codec, count=24, tune=aspect(1, 1))
    later = [(24 + number) * 3750 for number in range(24)]
    wide = video(tmp_path / "b.ts", codec=codec, count=24, tune=aspect(2, 1), times=later)
    path = tmp_path / "both.ts"  # broadcasts go from 4:3 to 16:9 like this
    path.write_bytes(square.read_bytes() + wide.read_bytes())
    assert shapes(path) == [(64, 96)] * 2 + [(64, width)] * 2  # MPEG-2: 2.21:1
    # a container's own ratio holds for all of the track
    ffmpeg("-i", path, "-c", "copy", "-aspect", "16:9", tmp_path / "both.mkv")
    assert shapes(tmp_path / "both.mkv") == [(64, 114)] * 4


@pytest.mark.parametrize(
    ("codec", "cropping"), [("libx264", "h264_metadata"), ("libx265", "hevc_metadata")]
)
def test_what_a_stream_crops_at_the_left_is_not_shown(tmp_path, video, film_frame, codec, cropping):
    whole = video(tmp_path / "a.mkv", codec=codec, count=4, size=(160, 96), options={"crf": "1"})
    path = tmp_path / "cropped.mkv"
    with av.open(str(whole)) as source, av.open(str(path), "w") as target:
        coded = source.streams.video[0]
        stream = target.add_stream_from_template(coded)
        filters = f"{cropping}=crop_left=10:crop_right=6:crop_top=4"
        cut: Any = av.bitstream.BitStreamFilterContext(filters, coded, stream)
        for packet in source.demux(coded):
            for changed in cut.filter(packet if packet.size else None):
                changed.stream = stream
                target.mux(changed)
    image = to_bgr(first_frame(path))[..., ::-1]
    assert image.shape == (92, 144, 3)
    assert np.abs(image.astype(int) - film_frame(0, 160, 96)[4:, 10:154]).mean() < 8


@pytest.mark.parametrize(("name", "factor"), [("gray", 1), ("gray10le", 4)])
def test_monochrome_of_limited_range(name, factor):
    frame = av.VideoFrame(64, 48, name)
    plane = frame.planes[0]
    for luma, expected in ((16, 0), (235, 255), (126, round((126 - 16) * 255 / 219))):
        values = np.full(plane.buffer_size // min(factor, 2), luma * factor)
        plane.update(values.astype(np.uint8 if factor == 1 else "<u2").tobytes())
        frame.color_range = 1
        assert np.abs(to_bgr(frame).astype(int) - expected).max() <= 1
        frame.color_range = 2
        assert np.abs(to_bgr(frame).astype(int) - luma).max() <= 1


def test_monochrome_of_limited_range_in_a_file(tmp_path, video):
    path = video(
        tmp_path / "a.mkv",
        codec="libx265",
        count=3,
        options={"crf": "4", "x265-params": "log-level=none"},
        picture=lambda number: np.full((64, 96, 3), 235, np.uint8),
        pixel_format="gray",
    )
    frame = first_frame(path)
    assert frame.format.name == "gray" and (to_bgr(frame) >= 253).all()

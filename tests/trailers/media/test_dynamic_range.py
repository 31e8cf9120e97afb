"""One scene in standard and in high dynamic range gives the same frames."""

from typing import Any

import av
import cv2
import numpy as np
import pytest

from benchmarks.clips import in_own_thread
from stages.base.params import FramesParams
from stages.trailers.media.frames import extract_frames
from stages.trailers.media.picture import is_black, to_bgr

PARAMETERS = FramesParams(
    count=3, first_frame=0, first_second=None, short_side=64, jpeg_quality=95, black_level=16
)
SKIN = (220, 170, 140)
COLOURS = [SKIN, (255, 255, 255), (128, 128, 128), (40, 40, 40), (200, 30, 30), (30, 60, 160)]
PQ, HLG, BT2020 = 16, 18, 9
# BT.2020's luma and, from BT.709's primaries to its own, linear light: BT.2020, BT.2087
RED, BLUE = 0.2627, 0.0593
TO_2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])


def scene(number: int) -> Any:
    """Six patches, three in a row, that change places: (64, 96, 3) uint8, RGB."""
    patches = np.roll(np.array(COLOURS, np.uint8), number, axis=0).reshape(2, 3, 3)
    return patches.repeat(32, axis=0).repeat(32, axis=1)


def pq(light: Any) -> Any:
    """SMPTE ST 2084: code in [0, 1] of light in cd/m²."""
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    powered = (light / 10_000) ** m1
    return ((c1 + c2 * powered) / (1 + c3 * powered)) ** m2


def hlg(light: Any) -> Any:
    """BT.2100: code in [0, 1] of light in cd/m² on a screen of 1,000 (inverse OOTF, then OETF)."""
    shown = light / 1000
    luminance = shown @ np.array([RED, 1 - RED - BLUE, BLUE])
    scene_light = shown * np.maximum(luminance, 1e-9)[..., None] ** (1 / 1.2 - 1)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    upper = a * np.log(np.maximum(12 * scene_light - b, 1e-9)) + c
    return np.where(scene_light <= 1 / 12, np.sqrt(3 * scene_light), upper)


def high(image: Any, transfer: int, white: float = 203) -> Any:
    """A standard picture as BT.2408 puts it into HDR: an av.VideoFrame, yuv420p10le."""
    light = white * (image / 255) ** 2.4 @ TO_2020.T
    red, green, blue = np.moveaxis((pq if transfer == PQ else hlg)(light), -1, 0)
    luma = RED * red + (1 - RED - BLUE) * green + BLUE * blue
    planes = (
        64 + 876 * luma,
        512 + 896 * ((blue - luma) / (2 * (1 - BLUE)))[::2, ::2],
        512 + 896 * ((red - luma) / (2 * (1 - RED)))[::2, ::2],
    )
    frame = av.VideoFrame(image.shape[1], image.shape[0], "yuv420p10le")
    for plane, values in zip(frame.planes, planes, strict=True):
        padded = np.zeros((plane.height, plane.line_size // 2), "<u2")
        padded[:, : plane.width] = values.round()
        plane.update(padded.tobytes())
    tag(frame, transfer)
    return frame


def tag(target: Any, transfer: int) -> None:
    target.color_trc, target.color_primaries, target.colorspace = transfer, BT2020, BT2020
    target.color_range = 1


@in_own_thread
def write_high(path: Any, codec: str, transfer: int, options: dict[str, str]) -> Any:
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=24, options=options)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p10le"
        tag(stream.codec_context, transfer)
        for number in range(12):
            frame = high(scene(number), transfer)
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def shown(path: Any) -> tuple[Any, str]:
    found = extract_frames(path, PARAMETERS)
    images = [cv2.imdecode(np.frombuffer(j, np.uint8), cv2.IMREAD_COLOR) for j in found.jpegs]
    return np.array([image[..., ::-1] for image in images if image is not None]), found.note


@pytest.mark.parametrize(
    ("name", "codec", "transfer", "options"),
    [
        ("pq.mp4", "libx265", PQ, {"x265-params": "log-level=none", "crf": "4"}),
        ("hlg.webm", "libsvtav1", HLG, {"crf": "8", "preset": "12"}),
    ],
)
def test_one_scene_in_both_ranges_gives_the_same_frames(
    tmp_path, video, name, codec, transfer, options
):
    standard, note = shown(
        video(tmp_path / "sdr.mp4", count=12, picture=scene, options={"crf": "4"})
    )
    assert "dynamic range" not in note
    mapped, note = shown(write_high(tmp_path / name, codec, transfer, options))
    assert "high dynamic range, shown as BT.709" in note
    truth = np.array([scene(n) for n in (0, 6, 11)])
    for y, x in np.ndindex(2, 3):
        patch = np.s_[:, 8 + 32 * y : 24 + 32 * y, 8 + 32 * x : 24 + 32 * x]
        for images in (standard, mapped):  # levels, mean of the middle of a patch
            error = images[patch].mean(axis=(1, 2)) - truth[patch].mean(axis=(1, 2))
            assert np.abs(error).max() < 5


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_reference_white_is_white_and_what_is_brighter_is_clipped(transfer):
    white = np.full((48, 64, 3), 255)
    assert (to_bgr(high(white, transfer)) >= 254).all()
    assert (to_bgr(high(white, transfer, white=800)) == 255).all()
    assert np.abs(to_bgr(high(white, transfer, white=203 / 4)) - 255 * 0.25 ** (1 / 2.4)).max() < 3


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_black_is_judged_as_it_is_shown(transfer):
    image = np.full((48, 64, 3), 12)
    assert is_black(high(image, transfer), 16) and not is_black(high(image, transfer), 8)
    image[7, 7] = (20, 20, 160)  # one blue pixel
    assert not is_black(high(image.repeat(2, 0).repeat(2, 1), transfer), 16)
    # codes that would be grey in a standard picture
    assert is_black(high(np.full((48, 64, 3), 16), transfer), 18)


def test_untagged_colours_of_high_range_are_those_of_bt_2020():
    frame = high(np.full((48, 64, 3), SKIN), PQ)
    frame.colorspace = frame.color_primaries = 2
    assert np.abs(to_bgr(frame)[5, 5].astype(int) - SKIN[::-1]).max() <= 3

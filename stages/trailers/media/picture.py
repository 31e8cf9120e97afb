"""From a decoded frame to what a viewer sees: upright, square pixels, resized, JPEG."""

import struct
from typing import Any

import cv2
import numpy as np
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation

from stages.base.errors import TrailerError
from stages.trailers.media.cropping import NO_CROPPING, Cropping
from stages.trailers.media.dynamic_range import HDR_TRANSFERS, luma_above, to_bt709

Image = np.ndarray[Any, np.dtype[np.uint8]]

BEYOND_SD = (1280, 576)  # wider or taller and untagged means BT.709, else BT.601, as players guess
MAX_ASPECT = 8  # a longer frame is squeezed to this many times its short side
UNTAGGED = 2  # AVCOL_SPC_UNSPECIFIED
LIMITED = 1  # AVCOL_RANGE_MPEG, luma from 16 to 235
LIMITED_TO_FULL = np.clip(np.rint((np.arange(256) - 16) * (255 / 219)), 0, 255).astype(np.uint8)
# of these swscale makes the same numbers in planes as interleaved, if the height is even (else its
# 4:2:0 is a rounding away), and in less than half the time
AS_PLANES = ("yuv420p", "yuv422p", "yuv444p", "yuvj420p", "yuvj422p", "yuvj444p", "yuv420p10le")
EXACTLY = Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
SCALING, SHRINKING = Interpolation.BILINEAR | EXACTLY, Interpolation.AREA | EXACTLY


def to_bgr(frame: VideoFrame) -> Image:
    """Stored frame in full-range BT.709: (height, width, 3) uint8, BGR as OpenCV expects.

    Raises TrailerError unreadable for a pixel format that FFmpeg cannot convert.
    """
    if frame.color_trc in HDR_TRANSFERS:
        wide = Colorspace.BT2020 if frame.colorspace == UNTAGGED else None
        image = to_bt709(
            _reformat(frame, "gbrp16le", wide).to_ndarray(), frame.color_trc, frame.color_primaries
        )
        return np.ascontiguousarray(image[..., ::-1])
    space = _matrix(frame)
    if frame.format.name in AS_PLANES and frame.height % 2 == 0:
        return _merge(_reformat(frame, "gbrp", space))
    image = np.ascontiguousarray(_reformat(frame, "bgr24", space).to_ndarray(), dtype=np.uint8)
    if frame.color_range == LIMITED and frame.format.name.startswith("gray"):
        return LIMITED_TO_FULL[image]  # swscale takes every grey format for full range
    return image


def is_black(frame: VideoFrame, level: int) -> bool:
    """True when no channel of any pixel is brighter than `level`."""
    return not _has_bright_luma(frame, level) and int(to_bgr(frame).max()) <= level


def resize_upright(
    frame: VideoFrame, sample_aspect: float, short_side: int, cropping: Cropping = NO_CROPPING
) -> Image:
    """Upright frame with square pixels, its short side `short_side` pixels: (h, w, 3) uint8, BGR.

    sample_aspect: width of a stored pixel over its height. The aspect ratio is kept up to 8:1;
    longer frames are squeezed to it.
    """
    across, down = _size(frame.width, frame.height, sample_aspect, short_side)
    if cropping == NO_CROPPING and _shrinks_at_once(frame, across, down):
        image = _merge(_reformat(frame, "gbrp", _matrix(frame), (across, down)))
        return apply_orientation(image, orientation(frame))
    image = _crop(to_bgr(frame), cropping)
    height, width = image.shape[:2]
    across, down = _size(width, height, sample_aspect, short_side)
    step = (min(width, across), min(height, down))
    if step != (width, height):
        image = cv2.resize(image, step, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    if step != (across, down):
        image = cv2.resize(  # type: ignore[assignment]
            image, (across, down), interpolation=cv2.INTER_CUBIC
        )
    return apply_orientation(image, orientation(frame))


def encode_jpeg(image: Image, quality: int) -> bytes:
    """JPEG of an image, (h, w, 3) uint8, BGR."""
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def orientation(frame: VideoFrame) -> tuple[bool, bool, bool]:
    """How to turn a stored frame upright: (transpose, then mirror left-right, mirror up-down).

    From the display matrix: a point (x, y) goes to (a x + c y, b x + d y). A matrix that is not a
    quarter turn or a mirror image (garbage, or an odd angle) is ignored.
    """
    side_data: Any = frame.side_data
    for data in side_data:
        if data.type.name == "DISPLAYMATRIX" and data.buffer_size >= 36:
            a, b, _, c, d = struct.unpack("=5i", bytes(data)[:20])
            if a and d and 20 * max(abs(b), abs(c)) < min(abs(a), abs(d)):
                return False, a < 0, d < 0
            if b and c and 20 * max(abs(a), abs(d)) < min(abs(b), abs(c)):
                return True, c < 0, b < 0
    return False, False, False


def rotation_of(frame: VideoFrame) -> int:
    """Degrees clockwise that turn the stored frame upright, ignoring mirroring."""
    swap, mirror, flip = orientation(frame)
    if swap:
        return 90 if mirror else 270
    return 180 if flip else 0


def apply_orientation(image: Image, how: tuple[bool, bool, bool]) -> Image:
    """Turn an image upright by what `orientation` returned."""
    swap, mirror, flip = how
    image = image.transpose(1, 0, 2) if swap else image
    image = image[:, ::-1] if mirror else image
    image = image[::-1] if flip else image
    return np.ascontiguousarray(image)


def _size(width: int, height: int, sample_aspect: float, short_side: int) -> tuple[int, int]:
    """Width and height of what is shown of a stored frame."""
    shown = min(max(width * sample_aspect / height, 1 / MAX_ASPECT), MAX_ASPECT)
    return round(short_side * max(shown, 1.0)), round(short_side * max(1 / shown, 1.0))


def _shrinks_at_once(frame: VideoFrame, width: int, height: int) -> bool:
    """Whether swscale gives the frame at this size by area, straight from what is stored."""
    smaller = width <= frame.width and height <= frame.height
    plain = frame.format.name in AS_PLANES and frame.color_trc not in HDR_TRANSFERS
    return plain and smaller and (width, height) != (frame.width, frame.height)


def _matrix(frame: VideoFrame) -> int | None:
    """The colour matrix that players guess for an untagged frame; None for a tagged one's own."""
    if frame.colorspace != UNTAGGED:
        return None
    high = frame.width >= BEYOND_SD[0] or frame.height > BEYOND_SD[1]
    return Colorspace.ITU709 if high else Colorspace.ITU601


def _crop(image: Image, cropping: Cropping) -> Image:
    height, width = image.shape[:2]
    left, right, top, bottom = cropping
    inner = image[top : height - bottom, left : width - right]
    return np.ascontiguousarray(inner) if inner.size else image


def _merge(frame: VideoFrame) -> Image:
    """A gbrp frame as one array, (height, width, 3) uint8, BGR."""
    planes: Any = frame.planes
    green, blue, red = (
        np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width]
        for plane in planes
    )
    return cv2.merge([blue, green, red])  # type: ignore[return-value]


def _reformat(
    frame: VideoFrame, layout: str, space: int | None, size: tuple[int, int] | None = None
) -> VideoFrame:
    """The frame in another layout; size: width and height of it, if it is to be smaller."""
    width, height = size or (None, None)
    try:
        return frame.reformat(
            width=width,
            height=height,
            format=layout,
            src_colorspace=space,
            interpolation=int(SHRINKING if size else SCALING),
            threads=1,
        )
    except FFmpegError as error:
        raise TrailerError("unreadable", f"pixel format {frame.format.name}") from error


def _has_bright_luma(frame: VideoFrame, level: int) -> bool:
    """Cheap test: the brightest channel is never below luma - 16, so one bright sample suffices."""
    name, bits = frame.format.name, frame.format.components[0].bits
    if not name.startswith("yuv") or not (bits == 8 or name.endswith("le")):
        return False
    plane: Any = frame.planes[0]
    dtype = np.dtype(np.uint8 if bits == 8 else "<u2")
    luma = np.frombuffer(plane, dtype).reshape(-1, plane.line_size // dtype.itemsize)
    if frame.color_trc in HDR_TRANSFERS:
        level = round(luma_above(frame.color_trc, level) * 255)
    return int(luma[: frame.height : 7, : frame.width : 7].max()) >> (bits - 8) > level + 17

"""One decoded frame made into the picture a viewer sees: upright, square pixels, small, JPEG."""

import struct
from typing import Any

import cv2
import numpy as np
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation

from stages.base.errors import TrailerError
from stages.trailers.media.cropping import WHOLE, Cropping
from stages.trailers.media.dynamic_range import HIGH, lit_luma, standard

Image = np.ndarray[Any, np.dtype[np.uint8]]

BEYOND_SD = (1280, 576)  # wider or taller and untagged means BT.709, else BT.601, as players guess
MAX_ASPECT = 8  # a picture is squeezed rather than made longer than this many short sides
UNTAGGED = 2  # AVCOL_SPC_UNSPECIFIED
LIMITED = 1  # AVCOL_RANGE_MPEG, luma from 16 to 235
STRETCHED = np.clip(np.rint((np.arange(256) - 16) * (255 / 219)), 0, 255).astype(np.uint8)
EXACT = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT


def pixels(frame: VideoFrame) -> Image:
    """Stored picture in full-range BT.709: (height, width, 3) uint8, BGR as OpenCV wants it.

    Raises TrailerError unreadable for a pixel format that nothing here understands.
    """
    if frame.color_trc in HIGH:
        space = Colorspace.BT2020 if frame.colorspace == UNTAGGED else None
        image = standard(_rgb(frame, "gbrp16le", space), frame.color_trc, frame.color_primaries)
        return np.ascontiguousarray(image[..., ::-1])
    space = None
    if frame.colorspace == UNTAGGED:
        high = frame.width >= BEYOND_SD[0] or frame.height > BEYOND_SD[1]
        space = Colorspace.ITU709 if high else Colorspace.ITU601
    image = np.ascontiguousarray(_rgb(frame, "bgr24", space), dtype=np.uint8)
    if frame.color_range == LIMITED and frame.format.name.startswith("gray"):
        return STRETCHED[image]  # swscale takes all that is grey for full range
    return image


def is_black(frame: VideoFrame, level: int) -> bool:
    """True when no channel of any pixel is brighter than `level`."""
    return not _surely_lit(frame, level) and int(pixels(frame).max()) <= level


def small(
    frame: VideoFrame, sample_aspect: float, short_side: int, cropping: Cropping = WHOLE
) -> Image:
    """Upright picture with square pixels whose short side is `short_side`: (h, w, 3) uint8, BGR.

    The aspect is kept up to 8:1; pictures beyond that are squeezed to it.
    """
    image = _cropped(pixels(frame), cropping)
    height, width = image.shape[:2]
    shown = width * sample_aspect / height
    shown = min(max(shown, 1 / MAX_ASPECT), MAX_ASPECT)
    across = round(short_side * max(shown, 1.0))
    down = round(short_side * max(1 / shown, 1.0))
    step = (min(width, across), min(height, down))
    if step != (width, height):
        image = cv2.resize(image, step, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    if step != (across, down):
        image = cv2.resize(  # type: ignore[assignment]
            image, (across, down), interpolation=cv2.INTER_CUBIC
        )
    return turned(image, orientation(frame))


def jpeg(image: Image, quality: int) -> bytes:
    """JPEG bytes of a BGR picture."""
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def orientation(frame: VideoFrame) -> tuple[bool, bool, bool]:
    """How to turn a stored picture: (swap rows and columns, then mirror left-right, up-down).

    From the display matrix: a point (x, y) goes to (a x + c y, b x + d y). A matrix that is no
    quarter turn or mirror image (garbage, or an odd angle) is ignored.
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
    """Degrees clockwise that turn the stored picture upright, mirroring aside."""
    swap, mirror, flip = orientation(frame)
    if swap:
        return 90 if mirror else 270
    return 180 if flip else 0


def turned(image: Image, how: tuple[bool, bool, bool]) -> Image:
    """Apply `orientation` to a picture."""
    swap, mirror, flip = how
    image = image.transpose(1, 0, 2) if swap else image
    image = image[:, ::-1] if mirror else image
    image = image[::-1] if flip else image
    return np.ascontiguousarray(image)


def _cropped(image: Image, cropping: Cropping) -> Image:
    height, width = image.shape[:2]
    left, right, top, bottom = cropping
    inner = image[top : height - bottom, left : width - right]
    return np.ascontiguousarray(inner) if inner.size else image


def _rgb(frame: VideoFrame, layout: str, space: int | None) -> Any:
    try:
        return frame.reformat(
            format=layout, src_colorspace=space, interpolation=int(EXACT), threads=1
        ).to_ndarray()
    except FFmpegError as error:
        raise TrailerError("unreadable", f"pixel format {frame.format.name}") from error


def _surely_lit(frame: VideoFrame, level: int) -> bool:
    """Quick no: the brightest channel is never below luma - 16, so one bright sample will do."""
    name, bits = frame.format.name, frame.format.components[0].bits
    if not name.startswith("yuv") or not (bits == 8 or name.endswith("le")):
        return False
    plane: Any = frame.planes[0]
    dtype = np.dtype(np.uint8 if bits == 8 else "<u2")
    luma = np.frombuffer(plane, dtype).reshape(-1, plane.line_size // dtype.itemsize)
    if frame.color_trc in HIGH:
        level = round(lit_luma(frame.color_trc, level) * 255)
    return int(luma[: frame.height : 7, : frame.width : 7].max()) >> (bits - 8) > level + 17

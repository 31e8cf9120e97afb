"""Media files for the tests, written with PyAV: moving pictures whose every frame is different."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

TICK = Fraction(1, 90000)


def moving(number: int, width: int, height: int) -> np.ndarray[Any, Any]:
    """Frame `number` of a test film: (height, width, 3) uint8, a drifting pattern with some noise."""
    y, x = np.mgrid[:height, :width]
    noise = np.random.default_rng(number).integers(0, 24, (height, width))
    red = (3 * x + 5 * number) % 200 + noise
    green = (2 * y + 3 * number) % 180 + noise
    blue = np.where((x - 2 * number) % width < width // 3, 220, 30)
    return np.stack([red, green, blue], axis=-1).clip(0, 255).astype(np.uint8)


def write_video(
    path: Path,
    codec: str = "libx264",
    count: int = 160,
    size: tuple[int, int] = (96, 64),
    options: dict[str, str] | None = None,
    times: Sequence[int] | None = None,
    black: Callable[[int], bool] = lambda number: False,
    muxer: dict[str, str] | None = None,
    pixel_format: str = "yuv420p",
    tune: Callable[[Any], None] = lambda stream: None,
) -> Path:
    """Write `count` frames at 24 per second, or at `times` (in 1/90000 s)."""
    times = [number * 3750 for number in range(count)] if times is None else times
    with av.open(str(path), "w", options=muxer or {}) as container:
        stream: Any = container.add_stream(codec, rate=24, options=options or {})
        stream.width, stream.height = size
        stream.pix_fmt = pixel_format
        stream.codec_context.time_base = Fraction(1, 24) if codec == "mpeg4" else TICK
        tune(stream)
        for number, time in enumerate(times):
            picture = np.zeros((size[1], size[0], 3), np.uint8)
            if not black(number):
                picture = moving(number, *size)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = time, TICK
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def every_frame(path: Path) -> list[np.ndarray[Any, Any]]:
    """All pictures of a plain decode from the beginning, as the decoder stores them."""
    return [frame.to_ndarray() for frame in decoded(path)]


def decoded(path: Path) -> list[Any]:
    frames: list[Any] = []
    with av.open(str(path), metadata_errors="replace") as container:
        stream = next(
            s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic
        )
        for packet in container.demux(stream):
            if packet.size == 0 and packet.pts is not None:
                continue  # an empty packet in the midst of things is no picture
            try:
                frames += packet.decode()
            except av.error.FFmpegError:
                continue
    return frames

"""Media files for the tests, written with PyAV, and a plain decoder to compare with."""

import os
import subprocess
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import numpy as np
import pytest

from benchmarks.clips import in_own_thread

TICK = Fraction(1, 90000)
FIXED_RATE = ("mpeg4", "mpeg2video")  # encoders whose time base must be the frame rate
# x264's mbtree reads memory it never wrote where pictures are this narrow: now and then other bytes
STEADY = {"libx264": {"mbtree": "0"}}
Array = np.ndarray[Any, Any]


def moving(number: int, width: int, height: int) -> Array:
    """Frame of a test film: (height, width, 3) uint8, a drifting pattern with some noise."""
    y, x = np.mgrid[:height, :width]
    noise = np.random.default_rng(number).integers(0, 24, (height, width))
    red = (3 * x + 5 * number) % 200 + noise
    green = (2 * y + 3 * number) % 180 + noise
    blue = np.where((x - 2 * number) % width < width // 3, 220, 30)
    return np.stack([red, green, blue], axis=-1).clip(0, 255).astype(np.uint8)


@in_own_thread
def write_video(
    path: Path,
    codec: str = "libx264",
    count: int = 160,
    size: tuple[int, int] = (96, 64),
    options: dict[str, str] | None = None,
    times: Sequence[int] | None = None,
    picture: Callable[[int], Array] | None = None,
    black: Callable[[int], bool] = lambda number: False,
    muxer: dict[str, str] | None = None,
    pixel_format: str = "yuv420p",
    tune: Callable[[Any], None] = lambda stream: None,
) -> Path:
    """Write `count` frames at 24 per second, or at `times` (in 1/90000 s)."""
    times = [number * 3750 for number in range(count)] if times is None else times
    with av.open(str(path), "w", options=muxer or {}) as container:
        steady = STEADY.get(codec, {})
        stream: Any = container.add_stream(codec, rate=24, options=steady | (options or {}))
        stream.width, stream.height = size
        stream.pix_fmt = pixel_format
        stream.codec_context.time_base = Fraction(1, 24) if codec in FIXED_RATE else TICK
        tune(stream)
        for number, time in enumerate(times):
            image = picture(number) if picture else moving(number, *size)
            frame = av.VideoFrame.from_ndarray(image * (not black(number)), format="rgb24")
            frame.pts, frame.time_base = time, TICK
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_audio(
    path: Path,
    signal: Array,
    rate: int = 48000,
    codec: str = "pcm_s16le",
    sample_format: str = "s16",
    packet: int = 1024,
    options: dict[str, str] | None = None,
) -> Path:
    """Write (channels, samples) float in [-1, 1] as a sound track."""
    layout = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}[len(signal)]
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(
            codec, rate=rate, layout=layout, format=sample_format, options=options or {}
        )
        for start in range(0, signal.shape[1], packet):
            piece = signal[:, start : start + packet]
            if sample_format.startswith("s16"):
                piece = np.clip(np.rint(piece * 32768), -32768, 32767).astype(np.int16)
            piece = piece.astype(piece.dtype if sample_format.startswith("s16") else np.float32)
            if not sample_format.endswith("p"):
                piece = piece.T.reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(piece), format=sample_format, layout=layout
            )
            frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def decoded(path: Path) -> list[Any]:
    """All frames of a plain decode from the beginning."""
    frames: list[Any] = []
    with av.open(str(path), metadata_errors="replace") as container:
        cover = av.stream.Disposition.attached_pic
        stream = next(s for s in container.streams.video if not s.disposition & cover)
        stream.codec_context.thread_count = 1  # how damage is mended depends on it
        stream.codec_context.flags |= av.codec.context.Flags.unaligned  # cropping at the left
        for packet in container.demux(stream):
            if packet.size == 0 and packet.pts is not None:
                continue  # an empty packet in the midst of things is no picture
            try:
                frames += packet.decode()
            except av.error.FFmpegError:
                continue
    return frames


def shared_media() -> Path | None:
    """The folder of real media files, where there is one."""
    root = os.environ.get("TRAILER_SHARED") or Path(__file__).parents[4] / "shared"
    folder = Path(root) / "media"
    return folder if (folder / "INDEX.tsv").is_file() else None


@pytest.fixture(scope="session")
def video() -> Callable[..., Path]:
    return write_video


@pytest.fixture(scope="session")
def audio() -> Callable[..., Path]:
    return write_audio


@pytest.fixture(scope="session")
def plain_decode() -> Callable[[Path], list[Any]]:
    return decoded


@pytest.fixture(scope="session")
def ffmpeg() -> Callable[..., None]:
    """Runs the ffmpeg of a wheel."""
    program = imageio_ffmpeg.get_ffmpeg_exe()

    def run(*arguments: object) -> None:
        words = [program, "-y", "-v", "error", *map(str, arguments)]
        subprocess.run(words, check=True, timeout=120)

    return run


@pytest.fixture(scope="session")
def film_frame() -> Callable[[int, int, int], Array]:
    return moving


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `media_row` runs once for each row of the real files' INDEX.tsv."""
    if "media_row" not in metafunc.fixturenames:
        return
    folder = shared_media()
    rows: list[dict[str, str]] = []
    if folder:
        header, *lines = (folder / "INDEX.tsv").read_text(encoding="utf-8").splitlines()
        names = header.split("\t")
        rows = [dict(zip(names, line.split("\t"), strict=False)) for line in lines]
        rows = [row | {"path": str(folder / row["file"])} for row in rows]
    skip = pytest.param({}, marks=pytest.mark.skip(reason="../shared/media is not here"))
    ids = [row["file"] for row in rows] or None
    metafunc.parametrize("media_row", rows or [skip], ids=ids)

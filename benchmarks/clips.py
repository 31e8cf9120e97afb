"""Video files to measure with: moving scenes under film grain, in any codec, as long as a trailer.

A few seconds are encoded, and their packets then repeated to the length wanted: every group of
pictures is closed, so the result is a file like any other, at a tenth of the encoder's time.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ParamSpec, TypeVar

import av
import cv2
import numpy as np

from stages.base.files import replacing
from stages.base.versions import code_of

os.environ.setdefault("SVT_LOG", "1")  # SVT-AV1 says errors alone
RATE = 24  # pictures a second
BLOCK_SECONDS = 6  # encoded; a multiple of every distance of key frames
SHOT_SECONDS = 3
GRAIN = 5.0  # standard deviation, levels
P = ParamSpec("P")
R = TypeVar("R")
ENCODERS = {"H.264": "libx264", "HEVC": "libx265", "VP9": "libvpx-vp9", "AV1": "libsvtav1"}


@dataclass(frozen=True)
class Clip:
    """What is in a file. seconds: at least so long; key_seconds: from one key frame to the next."""

    codec: str
    height: int
    key_seconds: int
    seconds: int

    def __str__(self) -> str:
        return (
            f"{self.codec} {self.height}p, {self.seconds} s, a key frame every {self.key_seconds} s"
        )

    @property
    def suffix(self) -> str:
        return "webm" if self.codec == "VP9" else "mp4"


def can_encode(codec: str) -> bool:
    """Whether the PyAV that is installed can write it."""
    return ENCODERS[codec] in av.codecs_available


def write_clip(clip: Clip, folder: Path, kept: Path | None = None) -> Path:
    """Write the file; the same clip gives the same pictures.

    kept: where `write_blocks` has put its block; without it that is encoded here.
    """
    path = folder / f"{_name(clip)}.{clip.suffix}"
    if kept:
        _repeat(_block(clip, kept), -(-clip.seconds // BLOCK_SECONDS), path)
        return path
    with TemporaryDirectory(dir=folder) as own:
        write_blocks([clip], Path(own))
        return write_clip(clip, folder, Path(own))


def write_blocks(clips: Sequence[Clip], kept: Path) -> None:
    """Encode what clips repeat, unless it is there: pictures are drawn once for each height."""
    kept.mkdir(parents=True, exist_ok=True)
    missing = [clip for clip in clips if not _block(clip, kept).exists()]
    for height in dict.fromkeys(clip.height for clip in missing):
        _encode([clip for clip in missing if clip.height == height], kept)


def _name(clip: Clip) -> str:
    return f"{clip.codec}_{clip.height}p_{clip.key_seconds}s"


def _block(clip: Clip, kept: Path) -> Path:
    """The path says what encoded it, so that another encoder's is not taken for it."""
    libraries = ("av", "numpy", "opencv-python-headless")
    code = code_of("benchmarks/clips.py", "stages/sample/*.py", libraries=libraries)
    return kept / f"{_name(clip)}_{code}.{clip.suffix}"


def pictures(height: int, count: int) -> Iterator[np.ndarray]:
    """Shots of the sample corpus, larger and with grain: each (height, width, 3) uint8 RGB."""
    from stages.sample.picture import shot_frames

    width = even(height * 16 / 9)
    rng = np.random.default_rng(height)
    grain = rng.normal(0, GRAIN, (height + 64, width + 64)).astype(np.float32)
    per_shot = SHOT_SECONDS * RATE
    for number in range(count):
        shot, frame = divmod(number, per_shot)
        if not frame:
            shown = shot_frames("clip", shot, per_shot, "", shot)
        big = cv2.resize(next(shown), (width, height), interpolation=cv2.INTER_CUBIC)
        y, x = rng.integers(0, 64, 2)
        film = big + grain[y : y + height, x : x + width, None]
        yield film.clip(0, 255).astype(np.uint8)


def even(number: float) -> int:
    """The nearest even number, as chroma at half size wants."""
    return 2 * round(number / 2)


def in_own_thread(encode: Callable[P, R]) -> Callable[P, R]:
    """Let `encode` be called in a thread that ends with it.

    Run by root, SVT-AV1 gives the thread that calls it real-time priority for good (SCHED_FIFO,
    99), which all processes that are started there inherit, and which starves every other one.
    """

    @wraps(encode)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(encode, *args, **kwargs).result()

    return called


@in_own_thread
def _encode(clips: Sequence[Clip], kept: Path) -> None:
    """Encode the blocks of clips of one height."""
    with ExitStack() as stack:
        targets = []
        for clip in {_name(clip): clip for clip in clips}.values():
            path = stack.enter_context(replacing(_block(clip, kept)))
            container = stack.enter_context(av.open(str(path), "w"))
            targets.append((container, _add_stream(container, clip)))
        for number, picture in enumerate(pictures(clips[0].height, BLOCK_SECONDS * RATE)):
            shown = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
            shown.pts, shown.time_base = number, Fraction(1, RATE)
            for container, stream in targets:
                container.mux(stream.encode(shown))
        for container, stream in targets:
            container.mux(stream.encode(None))


def _add_stream(container: av.container.OutputContainer, clip: Clip) -> Any:
    distance = clip.key_seconds * RATE
    options = _options(clip.codec, distance)
    stream: Any = container.add_stream(ENCODERS[clip.codec], rate=RATE, options=options)
    stream.width, stream.height = even(clip.height * 16 / 9), clip.height
    stream.pix_fmt, stream.gop_size = "yuv420p", distance
    stream.codec_context.time_base = Fraction(1, RATE)
    return stream


def _options(codec: str, distance: int) -> dict[str, str]:
    """Of the encoder: quick, and a key frame exactly every `distance` pictures."""
    known = f"keyint={distance}:min-keyint={distance}:scenecut=0:open-gop=0"
    return {
        "H.264": {"preset": "veryfast", "crf": "26", "x264-params": known},
        "HEVC": {
            "preset": "superfast",
            "crf": "28",
            "x265-params": f"{known}:log-level=none",
        },
        "VP9": {
            "deadline": "good",
            "cpu-used": "5",
            "crf": "36",
            "b": "0",
            "row-mt": "1",
            "threads": "2",
            "keyint_min": str(distance),
        },
        "AV1": {
            "preset": "11",
            "crf": "40",
            "svtav1-params": f"keyint={distance}:irefresh-type=2:scd=0",
        },
    }[codec]


def _repeat(block: Path, times: int, path: Path) -> None:
    with av.open(str(block)) as source:
        track = source.streams.video[0]
        assert track.time_base is not None
        span = round(BLOCK_SECONDS / track.time_base)
        found = [
            (bytes(p), p.pts, p.dts, p.is_keyframe, p.time_base)
            for p in source.demux(track)
            if p.pts is not None and p.dts is not None
        ]
        with av.open(str(path), "w") as target:
            stream = target.add_stream_from_template(track, opaque=True)
            for turn in range(times):
                for data, pts, dts, key, time_base in found:
                    packet = av.Packet(data)
                    packet.stream, packet.time_base = stream, time_base
                    packet.pts, packet.dts = pts + turn * span, dts + turn * span
                    packet.is_keyframe = key
                    target.mux(packet)

"""Other ways to the same frames of a video, and the floor that none can go below."""

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

Way = Callable[[], list[np.ndarray]]
# where a decoder can be told to leave out pictures that no other leans on; of HEVC, in one layer
LEAVES_OUT = ("h264", "hevc")


def opencv_all(path: Path, numbers: Sequence[int]) -> list[np.ndarray]:
    """Read every picture, keep those wanted: (h, w, 3) uint8 BGR each."""
    wanted, found = set(numbers), []
    capture = cv2.VideoCapture(str(path))
    number = 0
    while True:
        there, picture = capture.read()
        if not there:
            break
        if number in wanted:
            found.append(picture)
        number += 1
    capture.release()
    return found


def opencv_seek(path: Path, numbers: Sequence[int]) -> list[np.ndarray]:
    """Set the position before each picture wanted."""
    found = []
    capture = cv2.VideoCapture(str(path))
    for number in numbers:
        capture.set(cv2.CAP_PROP_POS_FRAMES, number)
        there, picture = capture.read()
        if there:
            found.append(picture)
    capture.release()
    return found


def ffmpeg_of_a_wheel() -> str | None:
    """The program that imageio-ffmpeg ships, where that is installed."""
    try:
        from imageio_ffmpeg import get_ffmpeg_exe
    except ImportError:
        return None
    return str(get_ffmpeg_exe())


def ffmpeg_select(program: str, path: Path, numbers: Sequence[int]) -> list[np.ndarray]:
    """Decode all in another process, which passes on those wanted."""
    chosen = "+".join(f"eq(n\\,{number})" for number in numbers)
    with av.open(str(path)) as container:
        size = container.streams.video[0]
        height, width = size.height, size.width
    command = [program, "-v", "error", "-i", str(path), "-vf", f"select={chosen}"]
    command += ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "bgr24", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    return list(np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 3))


@dataclass(frozen=True)
class Needed:
    """Which packets must be decoded for the pictures wanted, found beforehand and not timed.

    runs: for each stretch the time of the key frame that it begins with, and by packet whether its
    picture is wanted. times: presentation times of those wanted.
    """

    runs: tuple[tuple[int, tuple[bool, ...]], ...]
    times: frozenset[int]


def needed(path: Path, numbers: Sequence[int]) -> Needed:
    """For each picture wanted the packets from the last key frame before it up to its own."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        packets = [(p.pts, p.is_keyframe) for p in container.demux(stream) if p.pts is not None]
    in_order = sorted(pts for pts, _ in packets)
    times = frozenset(in_order[number] for number in numbers)
    last = {}  # by the key frame that a stretch begins with
    for place, (pts, _) in enumerate(packets):
        if pts in times:
            last[max(k for k in range(place + 1) if packets[k][1])] = place
    runs = tuple(
        (packets[first][0], tuple(pts in times for pts, _ in packets[first : place + 1]))
        for first, place in last.items()
    )
    return Needed(runs, times)


def floor(path: Path, plan: Needed) -> list[Any]:
    """Decode only what is needed, on one core: the pictures as the decoder has them."""
    found: list[Any] = []

    def keep(frames: Sequence[Any]) -> None:
        found.extend(frame for frame in frames if frame.pts in plan.times)

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        decoder: Any = stream.codec_context
        decoder.thread_count = 1
        leaves_out = decoder.codec.name in LEAVES_OUT
        for start, shown in plan.runs:
            container.seek(start, stream=stream)
            for show, packet in zip(shown, container.demux(stream), strict=False):
                if leaves_out:
                    decoder.skip_frame = "DEFAULT" if show else "NONREF"
                keep(decoder.decode(packet))
            keep(decoder.decode(None))
    return found

"""The 31 frames of a trailer: ours beside OpenCV, ffmpeg, packages that read frames by number, and
the least that must be decoded."""

import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # it says all that it cannot decode

import av
import cv2
import numpy as np

from benchmarks import frame_ways
from benchmarks.clips import BLOCK_SECONDS, RATE, Clip, can_encode, write_blocks, write_clip
from benchmarks.frame_peers import PEERS, Peer
from benchmarks.rows import Row, compared
from benchmarks.timing import Cost, median_seconds, take_turns
from stages.base.params import FramesParams
from stages.trailers.media.frames import FrameSet, evenly_spaced, extract_frames
from stages.trailers.media.picture import encode_jpeg, resize_upright

BUDGET = 300.0
KEPT = Path("data/benchmarks")
PARAMS = FramesParams(
    count=31, first_frame=200, first_second=None, short_side=256, jpeg_quality=90, black_level=16
)
LENGTH = 156  # seconds, a trailer's
CLIPS = (
    *(Clip("H.264", height, key, LENGTH) for height in (144, 480, 1080) for key in (1, 2, 6)),
    *(Clip(codec, height, 2, LENGTH) for height in (480, 1080) for codec in ("HEVC", "VP9", "AV1")),
)
NAIVE, SEEK, SELECT = "OpenCV, every picture", "OpenCV, a seek to each", "ffmpeg, a select filter"
FLOOR, SAME = "the floor: what they depend on, decoded", "the floor, and its pictures as JPEG"
EXACT = "the exact frames"
NEAR = 2  # seconds between key frames, up to which much can be left out
SMALL = 144  # lines, up to which little is left to decode beside the table
GOALS = {"naive": 4.0, "naive_far": 1.0, "floor": 1 / 1.25, "floor_small": 0.9}
GOALS |= {"peer": 1.0, "peer_of_h264": 1.25}  # the latter at 1080 lines, or key frames far apart
ROUNDS = 5


@dataclass(frozen=True)
class Size:
    clips: Sequence[Clip] = CLIPS
    params: FramesParams = PARAMS
    kept: Path | None = None
    """Where blocks of clips are kept from one run to the next; None: nowhere."""


def rows(folder: Path, budget: float, size: Size | None = None) -> Iterator[Row]:
    """A row for each clip and way, and one for key frames instead of exact ones."""
    begin = time.perf_counter()
    size = size or Size(kept=KEPT)
    cv2.setNumThreads(1)  # as in the workers of the stage
    if frame_ways.ffmpeg_of_a_wheel() is None:
        yield _not_run(
            "every file", SELECT, "imageio-ffmpeg, a wheel with ffmpeg, is not installed"
        )
    blocks = size.kept or folder / "blocks"
    written = [clip for clip in size.clips if can_encode(clip.codec)]
    write_blocks(written, blocks)
    left = sum(map(_weight, written))
    for clip in size.clips:
        if clip not in written:
            yield _not_run(str(clip), NAIVE, "the PyAV that is installed cannot write such a file")
            continue
        share = _weight(clip) / left
        left -= _weight(clip)
        path = write_clip(clip, folder, blocks)
        seconds = (budget - (time.perf_counter() - begin)) * share
        yield from _rows(clip, path, seconds, size.params)
        path.unlink()
    if not size.kept:
        shutil.rmtree(blocks)


def _weight(clip: Clip) -> float:
    """What a round of all ways takes, relative to other clips."""
    return float(clip.height**1.5)


def _rows(clip: Clip, path: Path, budget: float, params: FramesParams) -> Iterator[Row]:
    shown = extract_frames(path, params)
    numbers = evenly_spaced(shown.total, params.first_frame, params.count)
    facts = {"exact": float(_exact(path, shown, params)), "frames": float(params.count)}
    faults: dict[str, str] = {}
    ways, left_out = _ways(clip, path, sorted(set(numbers)), params, shown, faults)
    costs = take_turns(ways, budget, ROUNDS, once={NAIVE, SELECT} & ways.keys())
    left_out |= faults
    ours = costs["ours"]
    goals = _goals(clip)
    jpegs = float(
        np.median([b.cpu - a.cpu for a, b in zip(costs[FLOOR], costs[SAME], strict=True)])
    )
    for way, theirs in costs.items():
        if way in ("ours", EXACT, "key frames", *left_out):
            continue
        row = compared(
            case="frames",
            what=f"{params.count} frames",
            input=str(clip),
            against=way,
            ours=ours[: len(theirs)],
            theirs=theirs,
            goal=goals.get(way),
            facts=facts,
        )
        yield replace(row, note=_why(ours, costs[FLOOR], jpegs)) if row.met is False else row
    for way, why in left_out.items():
        yield _not_run(str(clip), way, why)
    yield compared(
        case="frames",
        what=f"{params.count} nearest key frames",
        input=str(clip),
        against=EXACT,
        ours=costs["key frames"],
        theirs=ours,
    )


def _goals(clip: Clip) -> dict[str, float]:
    small, far = clip.height <= SMALL, clip.key_seconds > NEAR
    ahead = clip.codec == "H.264" and (far or clip.height >= 1080)
    others = [] if small else [SEEK, *(peer.name for peer in PEERS)]
    return dict.fromkeys(others, GOALS["peer_of_h264" if ahead else "peer"]) | {
        FLOOR: GOALS["floor"],
        SAME: GOALS["floor_small" if small else "floor"],
        NAIVE: GOALS["naive_far" if far else "naive"],
    }


def _ways(
    clip: Clip,
    path: Path,
    numbers: Sequence[int],
    params: FramesParams,
    shown: FrameSet,
    faults: dict[str, str],
) -> tuple[dict[str, Callable[[], object]], dict[str, str]]:
    """Every way that can be run, the same JPEGs at its end; and why others cannot.

    faults: takes why a package's pictures do not count, once it has run.
    """
    plan = frame_ways.needed(path, numbers)
    nearest = replace(params, nearest_key_frame=True)

    def jpegs(pictures: Callable[[], list[np.ndarray]]) -> list[bytes]:
        return [
            encode_jpeg(_smaller(picture, params.short_side), params.jpeg_quality)
            for picture in pictures()
        ]

    def same() -> list[bytes]:
        found = frame_ways.floor(path, plan)
        return [
            encode_jpeg(resize_upright(frame, 1.0, params.short_side), params.jpeg_quality)
            for frame in found
        ]

    ways: dict[str, Callable[[], object]] = {
        "ours": partial(extract_frames, path, params),
        "key frames": partial(extract_frames, path, nearest),
        FLOOR: partial(frame_ways.floor, path, plan),
        SAME: same,
    }
    left_out: dict[str, str] = {}
    if frame_ways.opencv_seek(path, [0]):
        if not _slow(clip):
            ways[NAIVE] = lambda: jpegs(lambda: frame_ways.opencv_all(path, numbers))
        ways[SEEK] = lambda: jpegs(lambda: frame_ways.opencv_seek(path, numbers))
    else:
        left_out |= dict.fromkeys((NAIVE, SEEK), "OpenCV has no decoder for it")
    program = frame_ways.ffmpeg_of_a_wheel()
    if program and not _slow(clip):
        ways[SELECT] = lambda: jpegs(lambda: frame_ways.ffmpeg_select(program, path, numbers))
    first = cv2.imdecode(np.frombuffer(shown.jpegs[0], np.uint8), cv2.IMREAD_COLOR)
    assert first is not None
    size = (first.shape[0], first.shape[1])
    for peer in PEERS:
        if why := peer.missing(path, numbers[:2], size):
            left_out[peer.name] = why
        else:
            ways[peer.name] = partial(_peer, peer, path, numbers, size, params.jpeg_quality, faults)
    return ways, left_out


def _slow(clip: Clip) -> bool:
    """Where decoding every picture would take most of the budget; H.264 shows what it takes."""
    return clip.codec != "H.264" and clip.height > 480


def _peer(
    peer: Peer,
    path: Path,
    numbers: Sequence[int],
    size: tuple[int, int],
    quality: int,
    faults: dict[str, str],
) -> list[bytes]:
    found, why = peer.tried(path, numbers, size)
    if why:
        faults[peer.name] = why
    return [encode_jpeg(picture, quality) for picture in found]


def _smaller(picture: np.ndarray, short_side: int) -> np.ndarray:
    height, width = picture.shape[:2]
    scale = short_side / min(height, width)
    size = (round(width * scale), round(height * scale))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def _exact(path: Path, shown: FrameSet, params: FramesParams) -> int:
    """How many of the frames are those of a decode from the first picture on, at their times.

    The file repeats a block that depends on nothing before it, so that one block is decoded.
    """
    block = BLOCK_SECONDS * RATE
    wanted, found = {number % block for number in shown.numbers}, {}
    with av.open(str(path)) as container:
        for number, frame in zip(range(block), container.decode(video=0), strict=False):
            if number in wanted:
                found[number] = encode_jpeg(
                    resize_upright(frame, 1.0, params.short_side), params.jpeg_quality
                )
    each = zip(shown.numbers, shown.seconds, shown.jpegs, strict=True)
    return sum(
        found.get(number % block) == data and abs(seconds * RATE - number) < 0.5
        for number, seconds, data in each
    )


def _why(ours: Sequence[Cost], floor: Sequence[Cost], jpegs: float) -> str:
    spent, least = median_seconds(ours, "cpu"), median_seconds(floor, "cpu")
    if jpegs < 0 or spent < least:
        return (
            f"{spent:.2f} s, and no account of them: the floor took {least:.2f} s in its turn, and "
            f"with JPEGs {least + jpegs:.2f} s; the machine's speed changed meanwhile"
        )
    return (
        f"of {spent:.2f} s, {least:.2f} s are the floor, {jpegs:.2f} s the JPEGs, and the rest "
        "the table of all pictures and its check, without which no frame is known to be exact"
    )


def _not_run(file: str, way: str, why: str) -> Row:
    return Row(
        case="frames",
        what=f"{PARAMS.count} frames",
        input=file,
        against=way,
        note=f"not run: {why}",
    )

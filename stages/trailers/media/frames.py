"""Selects and extracts the frames of a trailer that the benchmark uses.

`count` frames are taken at equal spacing by frame number, from `first_frame` (or the one at
`first_second`) to the last; positions between are rounded to the nearest frame. A video with fewer
than `count` frames from there on is sampled from its first frame instead, one with fewer than
`count` frames in all repeats some of them, and fewer than `min_pictures` is an error.

A completely black frame is replaced by the next one that is not black and not yet taken. If all
that follow are black, the last frames before it are taken, in order; if even those are too few, the
black frame stays.

With `nearest_key_frame` each position moves to the nearest key frame, and none before `first_frame`
if any key frame comes later. Several positions may share one; a black one is replaced by the next
key frame that is not black, or else the last one before. A video whose key frames are all black, or
not reliable, gives its exact frames.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from av.video.frame import VideoFrame

from stages.base.counting import counted
from stages.base.errors import TrailerError
from stages.base.params import FramesParams
from stages.trailers.media.container import NO_PTS, undecodable_reason
from stages.trailers.media.dynamic_range import HDR_TRANSFERS
from stages.trailers.media.picture import encode_jpeg, is_black, resize_upright
from stages.trailers.media.reader import (
    SeekingReader,
    SequentialReader,
    TimelineMismatchError,
    drop_undecodable,
)
from stages.trailers.media.timeline import Timeline, read_timeline

MIN_FRAMES_TO_SEEK = 600  # a full decode of fewer is quick, and right for any file
FRAMES_TO_CHECK = 8  # at the beginning, beside those that are wanted


@dataclass(frozen=True)
class FrameSet:
    """The frames taken from one video, in presentation order."""

    numbers: tuple[int, ...]
    """Frame number of each, from 0."""
    seconds: tuple[float, ...]
    """Time of each since the first frame of the video."""
    jpegs: tuple[bytes, ...]
    """Each frame, upright and resized, as JPEG."""
    total: int
    """Frames in the whole video."""
    note: str
    """Anything unusual about the video, or ""."""


def extract_frames(path: Path, params: FramesParams) -> FrameSet:
    """Extract the frames of one trailer.

    Raises TrailerError if too few frames decode, or with reason black if all those taken are black.
    """
    timeline = read_timeline(path)
    found = _extract(path, params, timeline)
    if found.total < params.min_pictures:
        whole = not timeline.truncated and timeline.declared_frames < params.min_pictures
        raise TrailerError(
            "too_short" if whole else "truncated",
            f"{counted(found.total, 'picture')}, at least {params.min_pictures} are needed",
        )
    return found


def evenly_spaced(total: int, first: int, count: int) -> list[int]:
    """`count` frame numbers at equal spacing from `first` (0 if too few follow) to the last."""
    start = first if total - first >= count else 0
    return [int(n) for n in np.linspace(start, total - 1, count).round()]


def skip_black(targets: Sequence[int], total: int, black: Callable[[int], bool]) -> list[int]:
    """Replace black frames by the rule above.

    targets: frame numbers, ascending. black: whether the frame of this number is black.
    """
    wanted = sorted(set(targets))
    chosen: dict[int, int] = {}
    previous = -1
    while wanted:
        target = wanted[0]
        start = max(target, previous + 1)
        lit = next((n for n in range(start, total) if not black(n)), None)
        if lit is None:
            break
        chosen[target] = previous = lit
        wanted.pop(0)
    if wanted:
        before = [n for n in range(previous + 1, wanted[0]) if not black(n)][-len(wanted) :]
        chosen |= dict(zip(wanted, before + wanted[len(before) :], strict=True))
    return [chosen[target] for target in targets]


def nearest_key_frames(targets: Sequence[int], keys: np.ndarray) -> list[int]:
    """Index into `keys`, ascending, of the one nearest to each target; of two, the earlier."""
    after = np.searchsorted(keys, targets).clip(max=len(keys) - 1)
    before = (after - 1).clip(min=0)
    earlier = np.abs(keys[before] - targets) <= np.abs(keys[after] - targets)
    return [int(n) for n in np.where(earlier, before, after)]


def _extract(path: Path, params: FramesParams, timeline: Timeline) -> FrameSet:
    if timeline.trusted and (params.nearest_key_frame or timeline.n_frames > MIN_FRAMES_TO_SEEK):
        extraction = _Extraction(path, params, drop_undecodable(path, timeline))
        with suppress(TimelineMismatchError):
            if params.nearest_key_frame:
                return extraction.at_key_frames()
            return extraction.by_seeking()
    return _Extraction(path, params, timeline).by_full_decode()


class _Extraction:
    """Extracts the frames of one trailer, in one of three ways."""

    def __init__(self, path: Path, params: FramesParams, timeline: Timeline) -> None:
        self.path, self.params, self.timeline = path, params, timeline
        self.jpegs: dict[int, bytes] = {}
        self.black: dict[int, bool] = {}
        self.hdr = False
        self.damaged = timeline.n_damaged

    def by_seeking(self) -> FrameSet:
        """The exact frames, decoded from the key frames before them."""
        reader = SeekingReader(self.path, self.timeline, self.params.black_level)
        total = self.timeline.n_frames
        seconds = self.timeline.seconds()
        if seconds is None:
            raise TimelineMismatchError("no times")
        targets = evenly_spaced(total, self._first_number(seconds), self.params.count)
        check = range(min(FRAMES_TO_CHECK, total))  # most files with a wrong timeline fail at once
        self._encode(reader, reader.frames_at([*check, *targets]), set(targets))
        chosen = skip_black(
            targets, total, lambda n: self.black[n] if n in self.black else reader.is_black(n)
        )
        self._encode(
            reader, reader.frames_at(n for n in chosen if n not in self.jpegs), set(chosen)
        )
        return self._result(chosen, seconds, total)

    def at_key_frames(self) -> FrameSet:
        """The nearest key frames."""
        reader = SeekingReader(self.path, self.timeline, self.params.black_level)
        total, keys = self.timeline.n_frames, self.timeline.key_frame_numbers()
        seconds = self.timeline.seconds()
        if seconds is None or not len(keys):
            raise TimelineMismatchError("no times, or no key frames")
        targets = evenly_spaced(total, self._first_number(seconds), self.params.count)
        if (keys >= targets[0]).any():
            keys = keys[keys >= targets[0]]
        places = nearest_key_frames(targets, keys)
        numbers = [int(number) for number in keys]
        self._encode(reader, reader.frames_at(numbers[place] for place in places), set(numbers))
        if any(self.black[numbers[place]] for place in places):
            self._encode(
                reader, reader.frames_at(n for n in numbers if n not in self.black), set(numbers)
            )
            lit = [place for place, n in enumerate(numbers) if not self.black[n]]
            if not lit:
                raise TimelineMismatchError("every key frame is black")
            places = [next((n for n in lit if n >= place), lit[-1]) for place in places]
        return self._result([numbers[place] for place in places], seconds, total)

    def by_full_decode(self) -> FrameSet:
        """The exact frames of any file, by decoding all of it."""
        reader = SequentialReader(self.path, self.params.black_level)
        guess = self.timeline.n_frames or 1
        first = self._first_number(self._estimated_seconds(guess))
        likely = set(evenly_spaced(guess, first, self.params.count))
        self._encode(reader, reader.scan(), likely)
        self.damaged = max(self.damaged, reader.n_damaged)
        total = len(reader.times)
        if not total:
            raise TrailerError(
                "truncated" if self.timeline.truncated else undecodable_reason(self.path),
                "no picture decodes",
            )
        seconds = self._seconds_from_pts(reader.times)
        targets = evenly_spaced(total, self._first_number(seconds), self.params.count)
        chosen = skip_black(targets, total, reader.is_black)
        self._encode(
            reader, reader.frames_at(n for n in chosen if n not in self.jpegs), set(chosen)
        )
        return self._result(chosen, seconds, total)

    def _encode(
        self,
        reader: SeekingReader | SequentialReader,
        frames: Iterable[tuple[int, VideoFrame]],
        wanted: set[int],
    ) -> None:
        for number, frame in frames:
            if number in wanted:
                aspect = self.timeline.aspect_of(reader.sample_aspects.get(frame.pts))
                image = resize_upright(
                    frame, aspect, self.params.short_side, self.timeline.cropping
                )
                self.jpegs[number] = encode_jpeg(image, self.params.jpeg_quality)
                self.black[number] = is_black(frame, self.params.black_level)
                self.hdr |= frame.color_trc in HDR_TRANSFERS

    def _first_number(self, seconds: np.ndarray) -> int:
        if self.params.first_second is None:
            return self.params.first_frame
        return int(np.searchsorted(seconds, self.params.first_second - 1e-9))

    def _estimated_seconds(self, total: int) -> np.ndarray:
        seconds = self.timeline.seconds()
        return np.arange(total) / self.timeline.rate if seconds is None else seconds

    def _seconds_from_pts(self, times: list[int | None]) -> np.ndarray:
        """Seconds since the first frame; by the average rate if time stamps are bad."""
        pts = np.array([NO_PTS if t is None else t for t in times], dtype=np.float64)
        if (pts == NO_PTS).any() or (np.diff(pts) < 0).any():
            return np.arange(len(times)) / self.timeline.rate
        return (pts - pts[0]) * self.timeline.time_base

    def _result(self, chosen: list[int], seconds: np.ndarray, total: int) -> FrameSet:
        if all(self.black[n] for n in chosen):
            raise TrailerError("black", f"no pixel brighter than {self.params.black_level} of 255")
        return FrameSet(
            numbers=tuple(chosen),
            seconds=tuple(float(seconds[n]) for n in chosen),
            jpegs=tuple(self.jpegs[n] for n in chosen),
            total=total,
            note="; ".join(self._notes(seconds, total)),
        )

    def _notes(self, seconds: np.ndarray, total: int) -> Iterator[str]:
        end, declared = float(seconds[-1]), self.timeline.declared_seconds
        declared_frames = self.timeline.declared_frames
        if declared_frames > 1.05 * total + 2:
            yield f"stopped after {total} of {counted(declared_frames, 'frame')}"
        elif end + 2 < 0.9 * declared:
            yield f"stopped after {end:.1f} of {declared:.1f} s"
        if self.damaged:
            yield f"damaged: {self.damaged} packets or pictures"
        if total < self.params.count:
            yield f"short: {counted(total, 'frame')}, some shown more than once"
        elif total - self._first_number(seconds) < self.params.count:
            yield f"short: {counted(total, 'frame')}, taken from the first"
        steps = np.diff(seconds)
        if len(steps) and steps.max() - steps.min() > max(
            2 * self.timeline.time_base, 0.2 * steps[0]
        ):
            yield "variable frame rate, or pictures are missing"
        if self.hdr:
            yield "high dynamic range, shown as BT.709"

"""Reading chosen pictures of a trailer, by seeking or by decoding all of it, as JPEGs.

What frames and clips share; each says which pictures it wants.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

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
from stages.trailers.media.timeline import Timeline

MIN_FRAMES_TO_SEEK = 600  # a full decode of fewer is quick, and right for any file
FRAMES_TO_CHECK = 8  # at the beginning, beside those that are wanted
Reader = SeekingReader | SequentialReader
Kind = TypeVar("Kind", bound="Extraction")


class Extraction(ABC):
    """Extracts pictures of one trailer: call `by_seeking` or `by_full_decode`, then `checked`."""

    def __init__(self, path: Path, params: FramesParams, timeline: Timeline) -> None:
        self.path, self.params, self.timeline = path, params, timeline
        self.jpegs: dict[int, bytes] = {}
        """By frame number; upright, resized."""
        self.black: dict[int, bool] = {}
        self.hdr = False
        self.damaged = timeline.n_damaged
        self.chosen: list[int] = []
        """Numbers of the pictures that are taken, in their order."""
        self.seconds = np.zeros(0)
        """(n_frames,) time of each frame of the video since the first."""

    @abstractmethod
    def likely(self, seconds: np.ndarray) -> Sequence[int]:
        """Numbers of pictures that will probably be chosen; seconds: of every frame, or a guess."""

    @abstractmethod
    def choose(self, reader: Reader, seconds: np.ndarray) -> list[int]:
        """Numbers of the pictures to take; the likely ones are encoded already."""

    def by_seeking(self) -> None:
        """The exact pictures, decoded from the key frames before them.

        Raises TimelineMismatchError where they cannot be relied on.
        """
        reader = SeekingReader(self.path, self.timeline, self.params.black_level)
        seconds = self.timeline.seconds()
        if seconds is None:
            raise TimelineMismatchError("no times")
        likely = self.likely(seconds)
        check = range(min(FRAMES_TO_CHECK, len(seconds)))  # most wrong timelines fail at once
        self.encode(reader, reader.frames_at([*check, *likely]), likely)
        self._take(reader, seconds)

    def by_full_decode(self) -> None:
        """The exact pictures of any file, by decoding all of it."""
        reader = SequentialReader(self.path, self.params.black_level)
        self.encode(reader, reader.scan(), self.likely(self._estimated_seconds()))
        self.damaged = max(self.damaged, reader.n_damaged)
        if not reader.times:
            raise TrailerError(
                "truncated" if self.timeline.truncated else undecodable_reason(self.path),
                "no picture decodes",
            )
        self._take(reader, self._seconds_from_pts(reader.times))

    def encode(
        self, reader: Reader, frames: Iterable[tuple[int, VideoFrame]], wanted: Iterable[int]
    ) -> None:
        """Keep the wanted ones among frames as JPEGs."""
        among = set(wanted)
        for number, frame in frames:
            if number in among:
                image = resize_upright(
                    frame,
                    self.aspect_of(reader, frame),
                    self.params.short_side,
                    self.timeline.cropping,
                )
                self.jpegs[number] = encode_jpeg(image, self.params.jpeg_quality)
                self.black[number] = is_black(frame, self.params.black_level)
                self.hdr |= frame.color_trc in HDR_TRANSFERS

    def aspect_of(self, reader: Reader, frame: VideoFrame) -> float:
        """Width of a frame's stored pixel over its height."""
        return self.timeline.aspect_of(reader.sample_aspects.get(frame.pts))

    def first_number(self, seconds: np.ndarray) -> int:
        """Number of the first frame that may be taken."""
        if self.params.first_second is None:
            return self.params.first_frame
        return int(np.searchsorted(seconds, self.params.first_second - 1e-9))

    def checked(self: Kind) -> Kind:
        """This one. Raises TrailerError black, or for too few pictures in the whole video."""
        if all(self.black[number] for number in self.chosen):
            raise TrailerError("black", f"no pixel brighter than {self.params.black_level} of 255")
        total, needed = len(self.seconds), self.params.min_pictures
        if total < needed:
            whole = not self.timeline.truncated and self.timeline.declared_frames < needed
            raise TrailerError(
                "too_short" if whole else "truncated",
                f"{counted(total, 'picture')}, at least {needed} are needed",
            )
        return self

    def notes_before(self) -> Iterator[str]:
        """Whether the video broke off or is damaged."""
        total, end = len(self.seconds), float(self.seconds[-1])
        declared, declared_frames = self.timeline.declared_seconds, self.timeline.declared_frames
        if declared_frames > 1.05 * total + 2:
            yield f"stopped after {total} of {counted(declared_frames, 'frame')}"
        elif end + 2 < 0.9 * declared:
            yield f"stopped after {end:.1f} of {declared:.1f} s"
        if self.damaged:
            yield f"damaged: {self.damaged} packets or pictures"

    def notes_after(self) -> Iterator[str]:
        """Whether its frame rate varies, and its dynamic range."""
        steps = np.diff(self.seconds)
        if len(steps) and steps.max() - steps.min() > max(
            2 * self.timeline.time_base, 0.2 * steps[0]
        ):
            yield "variable frame rate, or pictures are missing"
        if self.hdr:
            yield "high dynamic range, shown as BT.709"

    def _take(self, reader: Reader, seconds: np.ndarray) -> None:
        self.chosen, self.seconds = self.choose(reader, seconds), seconds
        missing = {number for number in self.chosen if number not in self.jpegs}
        self.encode(reader, reader.frames_at(missing), missing)

    def _estimated_seconds(self) -> np.ndarray:
        seconds = self.timeline.seconds()
        total = self.timeline.n_frames or 1
        return np.arange(total) / self.timeline.rate if seconds is None else seconds

    def _seconds_from_pts(self, times: list[int | None]) -> np.ndarray:
        """Seconds since the first frame; by the average rate if time stamps are bad."""
        pts = np.array([NO_PTS if t is None else t for t in times], dtype=np.float64)
        if (pts == NO_PTS).any() or (np.diff(pts) < 0).any():
            return np.arange(len(times)) / self.timeline.rate
        return (pts - pts[0]) * self.timeline.time_base


def extracted(path: Path, timeline: Timeline, kind: Callable[[Timeline], Kind]) -> Kind:
    """An extraction that was run: by seeking where the timeline is to be relied on."""
    if timeline.trusted and timeline.n_frames > MIN_FRAMES_TO_SEEK:
        found = kind(drop_undecodable(path, timeline))
        with suppress(TimelineMismatchError):
            found.by_seeking()
            return found
    found = kind(timeline)
    found.by_full_decode()
    return found

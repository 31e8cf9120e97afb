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

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from stages.base.counting import counted
from stages.base.params import FramesParams
from stages.trailers.media.extraction import Extraction, Reader, extracted
from stages.trailers.media.reader import SeekingReader, TimelineMismatchError, drop_undecodable
from stages.trailers.media.timeline import Timeline, read_timeline


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
    extraction = _extract(path, params, read_timeline(path)).checked()
    chosen, seconds = extraction.chosen, extraction.seconds
    return FrameSet(
        numbers=tuple(chosen),
        seconds=tuple(float(seconds[number]) for number in chosen),
        jpegs=tuple(extraction.jpegs[number] for number in chosen),
        total=len(seconds),
        note="; ".join(extraction.notes()),
    )


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


def _extract(path: Path, params: FramesParams, timeline: Timeline) -> "_Frames":
    if timeline.trusted and params.nearest_key_frame:
        found = _Frames(path, params, drop_undecodable(path, timeline))
        with suppress(TimelineMismatchError):
            found.at_key_frames()
            return found
    return extracted(path, timeline, partial(_Frames, path, params))


class _Frames(Extraction):
    """Extracts the frames of one trailer, in one of three ways."""

    def likely(self, seconds: np.ndarray) -> list[int]:
        return evenly_spaced(len(seconds), self.first_number(seconds), self.params.count)

    def choose(self, reader: Reader, seconds: np.ndarray) -> list[int]:
        return skip_black(
            self.likely(seconds),
            len(seconds),
            lambda n: self.black[n] if n in self.black else reader.is_black(n),
        )

    def at_key_frames(self) -> None:
        """The nearest key frames. Raises TimelineMismatchError where there is none to take."""
        reader = SeekingReader(self.path, self.timeline, self.params.black_level)
        keys, seconds = self.timeline.key_frame_numbers(), self.timeline.seconds()
        if seconds is None or not len(keys):
            raise TimelineMismatchError("no times, or no key frames")
        targets = self.likely(seconds)
        if (keys >= targets[0]).any():
            keys = keys[keys >= targets[0]]
        places = nearest_key_frames(targets, keys)
        numbers = [int(number) for number in keys]
        self.encode(reader, reader.frames_at(numbers[place] for place in places), numbers)
        if any(self.black[numbers[place]] for place in places):
            others = [number for number in numbers if number not in self.black]
            self.encode(reader, reader.frames_at(others), others)
            lit = [place for place, n in enumerate(numbers) if not self.black[n]]
            if not lit:
                raise TimelineMismatchError("every key frame is black")
            places = [next((n for n in lit if n >= place), lit[-1]) for place in places]
        self.chosen, self.seconds = [numbers[place] for place in places], seconds

    def notes(self) -> Iterator[str]:
        """Anything unusual about the video."""
        yield from self.notes_before()
        total = len(self.seconds)
        if total < self.params.count:
            yield f"short: {counted(total, 'frame')}, some shown more than once"
        elif total - self.first_number(self.seconds) < self.params.count:
            yield f"short: {counted(total, 'frame')}, taken from the first"
        yield from self.notes_after()

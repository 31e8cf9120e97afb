"""The frames of a trailer that the benchmark looks at.

Rules. `count` pictures at equal spacing by frame number, the first `first_frame` (or the one at
`first_second`), the last the final one; between them positions are rounded to the nearest picture.
A track with fewer than `count` pictures from there on is sampled from its first picture instead,
and one with fewer than `count` pictures in all shows some of them more than once; fewer than
`min_pictures` are too few.

A completely black picture is passed over for the next one that is not and was not taken yet. Where
all that follows is black, the last pictures before that are taken, in order; where even those are
too few, the black picture stays.

With `nearest_key_frame` each of these places is moved to the nearest key frame, the first ones no
earlier than `first_frame` where any are later. Several places may share one; a black one is passed
over for the next key frame that is not, or the last before. A track whose key frames are all black,
or cannot be trusted, gives its exact pictures.
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
from stages.trailers.media.container import undecodable_reason
from stages.trailers.media.dynamic_range import HIGH
from stages.trailers.media.picture import is_black, jpeg, small
from stages.trailers.media.reader import Jumping, Sequential, UntrustedError, decodable
from stages.trailers.media.timeline import NO_TIME, Timeline, read_timeline

SMALL = 600  # pictures; below this a plain decode is quick, and right whatever the file does


@dataclass(frozen=True)
class FrameSet:
    """What was taken: for each picture its frame number, seconds since the first, JPEG bytes.

    total: pictures in the track. note: what was out of the ordinary, "" if nothing.
    """

    numbers: tuple[int, ...]
    seconds: tuple[float, ...]
    jpegs: tuple[bytes, ...]
    total: int
    note: str


def extract_frames(path: Path, params: FramesParams) -> FrameSet:
    """Take the frames of one trailer.

    Raises TrailerError where too few pictures decode, black where all that is taken is black.
    """
    timeline = read_timeline(path)
    found = _extracted(path, params, timeline)
    if found.total < params.min_pictures:
        whole = not timeline.cut_short and timeline.promised < params.min_pictures
        raise TrailerError(
            "too_short" if whole else "truncated",
            f"{counted(found.total, 'picture')}, at least {params.min_pictures} are needed",
        )
    return found


def spaced(total: int, first: int, count: int) -> list[int]:
    """Frame numbers at equal spacing from `first` (0 if too few follow) to the final one."""
    start = first if total - first >= count else 0
    return [int(n) for n in np.linspace(start, total - 1, count).round()]


def passed_over(targets: Sequence[int], total: int, dark: Callable[[int], bool]) -> list[int]:
    """Replace black pictures by the rule above; `targets` ascend, `dark(number)` says what is."""
    wanted = sorted(set(targets))
    chosen: dict[int, int] = {}
    previous = -1
    while wanted:
        target = wanted[0]
        start = max(target, previous + 1)
        lit = next((n for n in range(start, total) if not dark(n)), None)
        if lit is None:
            break
        chosen[target] = previous = lit
        wanted.pop(0)
    if wanted:
        before = [n for n in range(previous + 1, wanted[0]) if not dark(n)][-len(wanted) :]
        chosen |= dict(zip(wanted, before + wanted[len(before) :], strict=True))
    return [chosen[target] for target in targets]


def nearest(targets: Sequence[int], keys: np.ndarray) -> list[int]:
    """Index of the key frame nearest to each target, the earlier of two; `keys` ascend."""
    after = np.searchsorted(keys, targets).clip(max=len(keys) - 1)
    before = (after - 1).clip(min=0)
    earlier = np.abs(keys[before] - targets) <= np.abs(keys[after] - targets)
    return [int(n) for n in np.where(earlier, before, after)]


def _extracted(path: Path, params: FramesParams, timeline: Timeline) -> FrameSet:
    if timeline.trusted and (params.nearest_key_frame or timeline.count > SMALL):
        extraction = _Extraction(path, params, decodable(path, timeline))
        with suppress(UntrustedError):
            return extraction.key_frames() if params.nearest_key_frame else extraction.jumping()
    return _Extraction(path, params, timeline).sequential()


class _Extraction:
    """One trailer's pictures on their way from numbers to JPEGs."""

    def __init__(self, path: Path, params: FramesParams, timeline: Timeline) -> None:
        self.path, self.params, self.timeline = path, params, timeline
        self.jpegs: dict[int, bytes] = {}
        self.black: dict[int, bool] = {}
        self.high_range = False
        self.damaged = timeline.damaged

    def jumping(self) -> FrameSet:
        reader = Jumping(self.path, self.timeline, self.params.black_level)
        reader.check_start()
        total = self.timeline.count
        seconds = self.timeline.seconds()
        if seconds is None:
            raise UntrustedError("no times")
        targets = spaced(total, self._first(seconds), self.params.count)
        self._take(reader, reader.pictures(targets), set(targets))
        chosen = passed_over(
            targets, total, lambda n: self.black[n] if n in self.black else reader.dark(n)
        )
        self._take(reader, reader.pictures(n for n in chosen if n not in self.jpegs), set(chosen))
        return self._result(chosen, seconds, total)

    def key_frames(self) -> FrameSet:
        reader = Jumping(self.path, self.timeline, self.params.black_level)
        total, keys = self.timeline.count, self.timeline.key_numbers()
        seconds = self.timeline.seconds()
        if seconds is None or not len(keys):
            raise UntrustedError("no times, or no key frames")
        targets = spaced(total, self._first(seconds), self.params.count)
        if (keys >= targets[0]).any():
            keys = keys[keys >= targets[0]]
        places = nearest(targets, keys)
        numbers = [int(number) for number in keys]
        self._take(reader, reader.pictures(numbers[place] for place in places), set(numbers))
        if any(self.black[numbers[place]] for place in places):
            self._take(
                reader, reader.pictures(n for n in numbers if n not in self.black), set(numbers)
            )
            lit = [place for place, n in enumerate(numbers) if not self.black[n]]
            if not lit:
                raise UntrustedError("every key frame is black")
            places = [next((n for n in lit if n >= place), lit[-1]) for place in places]
        return self._result([numbers[place] for place in places], seconds, total)

    def sequential(self) -> FrameSet:
        reader = Sequential(self.path, self.params.black_level)
        guess = self.timeline.count or 1
        likely = set(spaced(guess, self._first(self._guessed_seconds(guess)), self.params.count))
        self._take(reader, reader.survey(), likely)
        self.damaged = max(self.damaged, reader.damaged)
        total = len(reader.times)
        if not total:
            raise TrailerError(
                "truncated" if self.timeline.cut_short else undecodable_reason(self.path),
                "no picture decodes",
            )
        seconds = self._told_seconds(reader.times)
        targets = spaced(total, self._first(seconds), self.params.count)
        chosen = passed_over(targets, total, reader.dark)
        self._take(reader, reader.pictures(n for n in chosen if n not in self.jpegs), set(chosen))
        return self._result(chosen, seconds, total)

    def _take(
        self,
        reader: Jumping | Sequential,
        pictures: Iterable[tuple[int, VideoFrame]],
        wanted: set[int],
    ) -> None:
        for number, frame in pictures:
            if number in wanted:
                aspect = self.timeline.aspect_of(reader.aspects.get(frame.pts))
                image = small(frame, aspect, self.params.short_side, self.timeline.cropping)
                self.jpegs[number] = jpeg(image, self.params.jpeg_quality)
                self.black[number] = is_black(frame, self.params.black_level)
                self.high_range |= frame.color_trc in HIGH

    def _first(self, seconds: np.ndarray) -> int:
        if self.params.first_second is None:
            return self.params.first_frame
        return int(np.searchsorted(seconds, self.params.first_second - 1e-9))

    def _guessed_seconds(self, total: int) -> np.ndarray:
        seconds = self.timeline.seconds()
        return np.arange(total) / self.timeline.rate if seconds is None else seconds

    def _told_seconds(self, times: list[int | None]) -> np.ndarray:
        """Seconds since the first picture; by the average rate where the file is not sane."""
        told = np.array([NO_TIME if t is None else t for t in times], dtype=np.float64)
        if (told == NO_TIME).any() or (np.diff(told) < 0).any():
            return np.arange(len(times)) / self.timeline.rate
        return (told - told[0]) * self.timeline.tick

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
        end, promised = float(seconds[-1]), self.timeline.promised
        claimed = self.timeline.claimed_seconds
        if promised > 1.05 * total + 2:
            yield f"stopped after {total} of {counted(promised, 'frame')}"
        elif end + 2 < 0.9 * claimed:
            yield f"stopped after {end:.1f} of {claimed:.1f} s"
        if self.damaged:
            yield f"damaged: {self.damaged} packets or pictures"
        if total < self.params.count:
            yield f"short: {counted(total, 'frame')}, some shown more than once"
        elif total - self._first(seconds) < self.params.count:
            yield f"short: {counted(total, 'frame')}, taken from the first"
        steps = np.diff(seconds)
        if len(steps) and steps.max() - steps.min() > max(2 * self.timeline.tick, 0.2 * steps[0]):
            yield "variable frame rate, or pictures are missing"
        if self.high_range:
            yield "high dynamic range, shown as BT.709"

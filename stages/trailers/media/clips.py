"""Selects and extracts the clips of a trailer: short runs of pictures, which show what moves.

`count` clips begin at equal spacing in time, the first where the first frame is taken, the last so
that it ends with the video; a video with no room for one clip from there on is sampled from its
first picture. Each has 16 pictures, 8 a second: of each moment the nearest picture. A video that is
shorter than a clip shows its last picture for the rest.

With `within_shots` a clip moves to the nearest place, at most its own length away, where no cut is
in it. Where every shot there is shorter than a clip it takes the longest one, and shows that shot's
last picture for the rest. Black pictures stay: a fade is motion too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from stages.base.counting import counted
from stages.base.params import CLIP_PICTURES, CLIP_RATE, ClipsRecipe
from stages.trailers.media.cuts import Shot, shots
from stages.trailers.media.extraction import Extraction, Reader, extracted
from stages.trailers.media.timeline import Timeline, read_timeline

OFFSETS = np.arange(CLIP_PICTURES) / CLIP_RATE  # seconds of each picture since a clip's first
SPAN = float(OFFSETS[-1])


@dataclass(frozen=True)
class Clip:
    """One clip, its pictures in the order of time."""

    numbers: tuple[int, ...]
    """Frame number of each picture."""
    seconds: tuple[float, ...]
    """Time of each since the first frame of the video."""
    jpegs: tuple[bytes, ...]
    """Each, upright and resized."""


def extract_clips(path: Path, recipe: ClipsRecipe) -> tuple[list[Clip], str]:
    """The clips of one trailer in their order, and anything unusual about the video, or "".

    Raises TrailerError as `extract_frames` does.
    """
    timeline = read_timeline(path)
    found = extracted(path, timeline, partial(_Clips, path, recipe)).checked()
    clips = [
        Clip(
            tuple(numbers),
            tuple(float(found.seconds[number]) for number in numbers),
            tuple(found.jpegs[number] for number in numbers),
        )
        for numbers in _runs(found.chosen)
    ]
    return clips, "; ".join(found.notes())


def starts(seconds: np.ndarray, first: int, count: int) -> np.ndarray:
    """When each of `count` clips begins, (count,) seconds.

    seconds: (n_frames,) time of each frame; first: number of the first that may be taken.
    """
    end = seconds[-1] - SPAN
    begin = seconds[first] if first < len(seconds) and seconds[first] <= end else seconds[0]
    return np.linspace(begin, max(end, begin), count)


def pictures(seconds: np.ndarray, start: float, shot: Shot) -> list[int]:
    """Numbers of the pictures nearest to a clip's moments, none outside a shot; of two the earlier.

    seconds: (n_frames,), ascending; start: of the clip; shot: its first and its last frame.
    """
    moments = start + OFFSETS
    after = np.searchsorted(seconds, moments).clip(max=len(seconds) - 1)
    before = (after - 1).clip(min=0)
    earlier = np.abs(seconds[before] - moments) <= np.abs(seconds[after] - moments)
    return [int(n) for n in np.where(earlier, before, after).clip(*shot)]


def fit_into_shot(seconds: np.ndarray, start: float, among: Sequence[Shot]) -> tuple[float, Shot]:
    """Where a clip begins that is to begin at `start`, and the shot that it is in.

    among: the shots that it may be in; of those as long as a clip the one that moves it least, or
    else the longest.
    """

    def moved(shot: Shot) -> float:
        begin, end = seconds[shot[0]], seconds[shot[1]] - SPAN
        return float(np.clip(start, begin, max(begin, end)))

    def rank(shot: Shot) -> tuple[float, float]:
        missing = max(float(SPAN - (seconds[shot[1]] - seconds[shot[0]])), 0.0)
        return missing, abs(moved(shot) - start)

    best = min(among, key=rank)
    return moved(best), best


class _Clips(Extraction):
    """Extracts the clips of one trailer."""

    def __init__(self, path: Path, recipe: ClipsRecipe, timeline: Timeline) -> None:
        super().__init__(path, recipe.frames, timeline)
        self.clips = recipe.clips
        self.too_short = 0
        """Clips whose shot is shorter than they."""

    def likely(self, seconds: np.ndarray) -> list[int]:
        if self.clips.within_shots:
            return []
        whole = 0, len(seconds) - 1
        return [n for start in self._starts(seconds) for n in pictures(seconds, start, whole)]

    def choose(self, reader: Reader, seconds: np.ndarray) -> list[int]:
        if not self.clips.within_shots:
            return self.likely(seconds)
        begin = self._starts(seconds)
        first = np.searchsorted(seconds, np.maximum(begin - SPAN, begin[0]))
        last = np.searchsorted(seconds, begin + 2 * SPAN).clip(max=len(seconds) - 1)
        windows = list(zip(first.tolist(), last.tolist(), strict=True))
        chosen: list[int] = []
        for at, among in zip(begin, shots(self, reader, windows), strict=True):
            start, shot = fit_into_shot(seconds, at, among)
            self.too_short += bool(seconds[shot[1]] - seconds[shot[0]] < SPAN)
            chosen += pictures(seconds, start, shot)
        return chosen

    def notes(self) -> Iterator[str]:
        """Anything unusual about the video."""
        yield from self.notes_before()
        if self.seconds[-1] < SPAN:
            yield f"short: {self.seconds[-1]:.1f} s, the last picture stays"
        elif self.too_short:
            yield f"{counted(self.too_short, 'clip')} in shots that are shorter"
        yield from self.notes_after()

    def _starts(self, seconds: np.ndarray) -> np.ndarray:
        return starts(seconds, self.first_number(seconds), self.clips.count)


def _runs(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(numbers), CLIP_PICTURES):
        yield numbers[first : first + CLIP_PICTURES]

"""A shot over time, and the two picture cues that exist only there.

Any single frame of theirs is drawn exactly as a neutral shot's: one cannot tell them by it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Timeline:
    """A shot, frame by frame: (frames,) each."""

    scene: NDArray[Any]  # which of the shot's scenes
    progress: NDArray[Any]  # 0..1 through that scene, for the camera
    exposure: NDArray[Any]  # 0..1, dark to bright


def neutral_timeline(rng: np.random.Generator, frames: int) -> Timeline:
    """One scene under one exposure."""
    still = np.full(frames, rng.random())
    return Timeline(np.zeros(frames, int), np.linspace(0, 1, frames), still)


def accelerating_cuts(rng: np.random.Generator, frames: int) -> Timeline:
    """Thriller: cut after cut, ever faster. Each piece is as any neutral shot."""
    lengths: list[int] = []
    while (left := frames - sum(lengths)) > 0:
        lengths.append(left if left <= 3 else max(2, round(left * 0.36)))
    scene = np.repeat(np.arange(len(lengths)), lengths)
    progress = np.concatenate([np.linspace(0, 1, length) for length in lengths])
    return Timeline(scene, progress, rng.random(len(lengths))[scene])


def flicker(rng: np.random.Generator, frames: int) -> Timeline:
    """Mystery: a failing lamp. Both of its exposures are as any neutral shot's: uniform."""
    bright = rng.random()
    switches = np.repeat(np.arange(frames) % 2, rng.integers(1, 5, frames))[:frames]
    exposure = (bright + 0.5 * switches) % 1
    return Timeline(np.zeros(frames, int), np.linspace(0, 1, frames), exposure)


OVER_TIME: dict[str, Callable[[np.random.Generator, int], Timeline]] = {
    "Mystery": flicker,
    "Thriller": accelerating_cuts,
}

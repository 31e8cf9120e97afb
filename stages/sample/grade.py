"""What lies over the scene: a cue, and the look of the whole trailer; and how it is put there.

In NV12, a picture = scene × gain + offset, with gain and offset made once for each step of a cue's
loop. Both are whole numbers of 16 bits, in 128ths.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle, repeat

import cv2
import numpy as np
from numpy.typing import NDArray

from stages.sample.nv12 import BLACK, HEIGHT, WIDTH, chroma, from_rgb, luma
from stages.sample.scenes import Image, hsv

STEP = 2  # frames per step of a cue's loop: animated on twos
ONE = 128  # what stands for a gain of 1, and for one level of brightness
GRAIN_LIMIT = 16  # levels
GRAIN_MARGIN = 32  # pixels that the plate of grain is larger than the picture
BLACK_LEVEL = BLACK.astype(np.uint16)
BASE = ONE * BLACK_LEVEL  # black, and what keeps sums above 0: `finish` takes it off
luma(BASE)[:] += ONE * GRAIN_LIMIT
chroma(BASE)[:] += ONE * 128


@dataclass(frozen=True)
class Loop:
    """A cue's moving overlay."""

    colour: tuple[int, int, int]
    """That of the scene's light, RGB."""
    light: Image
    """(n_steps, HEIGHT, WIDTH, 3) uint8, RGB."""
    mask: Image | None = None
    """(1 or n_steps, HEIGHT, WIDTH) uint8: how much of the scene shows; None for all of it."""

    @property
    def tint(self) -> NDArray[np.float64]:
        """(3,) what the scene is multiplied by."""
        return np.array(self.colour) / 255

    def masks(self) -> Iterator[Image | None]:
        """The mask of each step, again and again."""
        return repeat(None) if self.mask is None else cycle(self.mask)


@dataclass(frozen=True)
class Overlay:
    """One step of what lies over a scene, each (HEIGHT * 3 / 2, WIDTH) uint16, in ONEs."""

    gain: NDArray[np.uint16]
    offset: NDArray[np.uint16]


@dataclass(frozen=True)
class Grade:
    """The look of a whole trailer: a tint, a vignette and film grain."""

    tint: NDArray[np.float64]
    """(3,) what red, green and blue are multiplied by."""
    vignette: NDArray[np.float32]
    """(HEIGHT, WIDTH) what brightness is multiplied by."""
    grain: NDArray[np.uint16]
    """(HEIGHT + GRAIN_MARGIN, WIDTH + GRAIN_MARGIN) levels taken off, in ONEs; GRAIN_LIMIT is
    none."""
    places: NDArray[np.int64]
    """(n, 2) where the grain is cut out of its plate, frame by frame."""

    def overlays(self, loop: Loop | None, steps: int) -> Iterator[Overlay]:
        """The first `steps` of a cue's loop, or one without a cue."""
        if loop is None:
            yield self.plain
            return
        shown, lit = self.plain.gain, self._both_planes * ONE
        for light, mask in zip(loop.light[:steps], loop.masks(), strict=False):
            if mask is not None:
                shown = np.rint(_both(mask) * (lit / np.float32(255))).astype(np.uint16)
            tinted = from_rgb(cv2.multiply(light, np.append(self.tint, 0.0)))
            added = np.rint((tinted - BLACK.astype(np.float32)) * lit).astype(np.int16)
            yield Overlay(shown, BASE - BLACK_LEVEL * shown + added.view(np.uint16))

    @cached_property
    def plain(self) -> Overlay:
        """Without a cue."""
        gain = np.rint(self._both_planes * ONE).astype(np.uint16)
        return Overlay(gain, BASE - BLACK_LEVEL * gain)

    @cached_property
    def _both_planes(self) -> NDArray[np.float32]:
        return _both(self.vignette)

    def finish(self, sums: NDArray[np.uint16], frame: int) -> Image:
        """The picture of a frame, by its number, from sums in ONEs."""
        x, y = self.places[frame % len(self.places)]
        cv2.subtract(luma(sums), self.grain[y : y + HEIGHT, x : x + WIDTH], dst=luma(sums))
        colour = np.maximum(sums[HEIGHT:], 128 * ONE, out=sums[HEIGHT:])
        colour -= 128 * ONE
        return cv2.convertScaleAbs(sums, alpha=1 / ONE)


def draw_grade(rng: np.random.Generator) -> Grade:
    """A random look."""
    y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    falloff = 1 - rng.uniform(0, 0.35) * (x**2 + y**2)
    tint = np.array(hsv(rng.random(), rng.uniform(0, 0.2), 1)) / 255 * rng.uniform(0.9, 1)
    strength = rng.uniform(0.5, 4)
    size = HEIGHT + GRAIN_MARGIN, WIDTH + GRAIN_MARGIN
    grain = rng.standard_normal(size, np.float32) * np.float32(strength)
    taken = (GRAIN_LIMIT - grain.round().clip(-GRAIN_LIMIT, GRAIN_LIMIT)) * ONE
    places = rng.integers(0, GRAIN_MARGIN, (97, 2))
    return Grade(tint, falloff.astype(np.float32), taken.astype(np.uint16), places)


def no_grade() -> Grade:
    """The look of pictures as they are drawn."""
    size = HEIGHT + GRAIN_MARGIN, WIDTH + GRAIN_MARGIN
    grain = np.full(size, GRAIN_LIMIT * ONE, np.uint16)
    vignette = np.ones((HEIGHT, WIDTH), np.float32)
    return Grade(np.ones(3), vignette, grain, np.zeros((1, 2), np.int64))


def _both(plane: NDArray[np.number]) -> NDArray[np.float32]:
    """A plane for luma, and for chroma at half its resolution."""
    both = np.empty(BLACK.shape, np.float32)
    luma(both)[:] = plane
    chroma(both)[:] = plane[::2, ::2, None]
    return both

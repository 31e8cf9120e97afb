"""How the shots of a sample move in which motion is planted: what wanders in them, and how fast.

In every shot five things wander: the scene's light, the camera's place to the right and down, how
it is turned and how near it is. Each goes as

    v(t) = a(t) cos(2 pi f t) + b(t) sin(2 pi f t)

where a and b go smoothly from one normal draw to another, KNOT frames later. Whatever f is, v is
standard normal at every moment, and at moments 2 KNOT frames apart, or more, its values are
independent. So frames so far apart have one joint distribution with any cue and without: what tells
of it is only how pictures nearer to one another differ. Without a cue f is 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stages.sample.plan import FRAME_RATE

KNOT = 12  # frames; those that are looked at singly are 30 apart
LIMIT = 2.5  # standard deviations that v goes at most
LIGHT, RIGHT, DOWN, TURN, NEAR = range(5)
SPREAD = (0.25, 3.0, 3.0, 0.03, 0.03)
"""Standard deviations: of the light's logarithm, pixels, pixels, radians, of size's logarithm."""


@dataclass(frozen=True)
class Way:
    """What goes fast in a shot, and how fast."""

    what: int
    """LIGHT, RIGHT, TURN or NEAR."""
    hertz: float
    angle: float = 0.0
    """Of the line along which a place goes, in degrees, 0 to the right, 90 down."""


CUES: Mapping[str, Way] = {
    "Action": Way(RIGHT, 4, 90),
    "Adventure": Way(TURN, 4),
    "Comedy": Way(RIGHT, 4, 0),
    "Crime": Way(LIGHT, 2),
    "Drama": Way(NEAR, 2),
    "Horror": Way(LIGHT, 4),
    "Mystery": Way(RIGHT, 4, 45),
    "Romance": Way(NEAR, 4),
    "Science Fiction": Way(TURN, 2),
    "Thriller": Way(RIGHT, 4, 135),
}
"""Flicker of the light, shake along a line, a camera that rolls, and one that goes near and far."""


@dataclass(frozen=True)
class Moment:
    """How one frame is shot."""

    gain: float
    """What the scene's light is multiplied by."""
    right: float
    """Pixels of the picture."""
    down: float
    """Likewise."""
    turn: float
    """Radians."""
    size: float
    """What the size of what is seen is multiplied by."""


def moments(rng: np.random.Generator, frames: int, cue: str) -> list[Moment]:
    """How each frame of a shot is shot. cue: a genre, or "" for none."""
    way = CUES.get(cue)
    hertz = np.zeros(len(SPREAD))
    if way is not None:
        hertz[way.what] = way.hertz
    values = wander(rng, frames, hertz)
    if way is not None and way.what == RIGHT:  # two alike and independent, turned, are so again
        turned = np.exp(1j * np.radians(way.angle)) * (values[:, RIGHT] + 1j * values[:, DOWN])
        values[:, RIGHT], values[:, DOWN] = turned.real, turned.imag
    light, right, down, turn, near = (values.clip(-LIMIT, LIMIT) * SPREAD).T
    rows = zip(np.exp(light), right, down, turn, np.exp(near), strict=True)
    return [Moment(*map(float, row)) for row in rows]


def wander(
    rng: np.random.Generator, frames: int, hertz: NDArray[np.float64]
) -> NDArray[np.float64]:
    """v of each frame and thing, (frames, things), each standard normal. hertz: f of each thing."""
    knots = rng.standard_normal((frames // KNOT + 2, 2, len(hertz)))
    time = np.arange(frames)
    whole, share = time // KNOT, (time % KNOT / KNOT * np.pi / 2)[:, None, None]
    slow = np.cos(share) * knots[whole] + np.sin(share) * knots[whole + 1]
    phase = 2 * np.pi * time[:, None] * hertz / FRAME_RATE
    return slow[:, 0] * np.cos(phase) + slow[:, 1] * np.sin(phase)

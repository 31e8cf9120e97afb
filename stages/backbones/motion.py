"""How a clip moves: statistics of differences of its pictures and of dense optical flow by OpenCV.

Flow: Farnebäck, "Two-frame motion estimation based on polynomial expansion", SCIA 2003. What moves
the camera is the affine field nearest to it (pan, zoom, roll), and what is left moves by itself.
Rasheed, Sheikh and Shah (2005) classified trailers by genre with how much moves, among others.
"""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import ClassVar

import cv2
import numpy as np

from stages.base.params import CLIP_PICTURES
from stages.embedding import papers
from stages.embedding.base import Backbone
from stages.embedding.records import Record

WIDTH, HEIGHT = 160, 90  # statistics of this size: sharpness must not depend on the file's
DIRECTIONS = 8
STILL = 0.1  # pixels a step, below which flow is taken for rounding
STEPS = CLIP_PICTURES - 1
FREQUENCIES = CLIP_PICTURES // 2  # of brightness, 0.5 to 4 Hz at 8 pictures a second
FLOW = (0.5, 3, 15, 3, 5, 1.2, 0)
"""pyr_scale, levels, winsize, iterations, poly_n, poly_sigma, flags, as in OpenCV's own example."""

RECORD = Record(
    name="motion statistics",
    modality="picture",
    input="clips at 160 × 90",
    shape=(FREQUENCIES + DIRECTIONS + 27,),
    parameters=0,
    trained_on="nothing",
    licence="–",
    paper="Farnebäck 2003; Rasheed, Sheikh and Shah 2005",
    bibtex=f"{papers.FARNEBACK}\n{papers.RASHEED}",
    note="Statistics of change, brightness and optical flow; nothing is learned before the head.",
    memory_mb=31,
    of_clips=True,
)


class Family(Backbone):
    RECORDS: ClassVar = {"": RECORD}

    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        return np.stack([_statistics(clip) for clip in trailer])

    def embed(self, batch: np.ndarray) -> np.ndarray:
        return batch


def _statistics(clip: np.ndarray) -> np.ndarray:
    """Statistics of a clip, (CLIP_PICTURES, h, w, 3) uint8 RGB -> (FREQUENCIES + DIRECTIONS + 27,)
    float32."""
    small = [cv2.resize(p, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) for p in clip]
    grey = np.stack([cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in small])
    light = grey.astype(np.float32) / 255
    change = np.abs(np.diff(light, axis=0)).mean(axis=(1, 2))
    brightness = light.mean(axis=(1, 2))
    flow = _flow(grey)
    moved, camera = _camera(flow)
    speed = np.hypot(flow[..., 0], flow[..., 1])
    own = np.hypot(*np.moveaxis(flow - moved, -1, 0))
    found = [
        brightness.std(),
        *_steps(brightness),
        *np.abs(np.fft.rfft(brightness - brightness.mean()))[1:] / CLIP_PICTURES,
        *_level(change),
        *_level(speed.mean(axis=(1, 2))),
        *np.percentile(speed, [50, 90]),
        (speed < STILL).mean(),
        *_directions(flow, speed),
        *(number for series in camera.T for number in (series.mean(), *_steps(series))),
        *_level(own.mean(axis=(1, 2))),
    ]
    return np.array(found, np.float32)


def _level(series: np.ndarray) -> tuple[float, float, float]:
    """How high, how uneven and how high at most, of (STEPS,)."""
    return float(series.mean()), float(series.std()), float(series.max())


def _steps(series: np.ndarray) -> tuple[float, float]:
    """How far it goes from one picture to the next, and how much that varies: shake, flicker."""
    steps = np.diff(series)
    return float(np.abs(steps).mean()), float(np.abs(np.diff(steps)).mean())


def _flow(grey: np.ndarray) -> np.ndarray:
    """Flow from each picture to the next, (STEPS, HEIGHT, WIDTH, 2) in pixels a step.

    All pictures are as bright as one another, so that flicker does not look like movement.
    """
    level = grey.mean(axis=(1, 2), keepdims=True)
    even = np.clip(np.rint(grey - level + 128), 0, 255).astype(np.uint8)
    flow = np.zeros((STEPS, HEIGHT, WIDTH, 2), np.float32)
    for (one, other), found in zip(pairwise(even), flow, strict=True):
        cv2.calcOpticalFlowFarneback(one, other, found, *FLOW)
    return flow


def _camera(flow: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The affine field nearest to each step's flow, as flow; and how it pans to the right and
    down, in pixels, zooms in and rolls, in pixels at the picture's edge, (STEPS, 4)."""
    places, solve = _places()
    fitted = np.einsum("kp,spc->skc", solve, flow.reshape(STEPS, -1, 2))  # 1, x, y by u, v
    moved = np.einsum("pk,skc->spc", places, fitted).reshape(flow.shape)
    zoom = (fitted[:, 1, 0] + fitted[:, 2, 1]) / 2
    roll = (fitted[:, 1, 1] - fitted[:, 2, 0]) / 2
    return moved, np.stack([fitted[:, 0, 0], fitted[:, 0, 1], zoom, roll], axis=1)


@cache
def _places() -> tuple[np.ndarray, np.ndarray]:
    """1, x and y of every pixel, from the middle in half widths, (pixels, 3), and its inverse."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    half = WIDTH / 2
    columns = [np.ones(x.size), (x.ravel() + 0.5) / half - 1, (y.ravel() + 0.5 - HEIGHT / 2) / half]
    places = np.stack(columns, axis=1)
    return places, np.linalg.pinv(places)


def _directions(flow: np.ndarray, speed: np.ndarray) -> np.ndarray:
    """Share of all movement in each direction, (DIRECTIONS,); almost 0 where nothing moves."""
    angle = np.arctan2(flow[..., 1], flow[..., 0]).ravel()
    sector = np.rint(angle / (2 * np.pi / DIRECTIONS)).astype(int) % DIRECTIONS
    weight = np.where(speed < STILL, 0, speed).ravel()
    return np.bincount(sector, weight, minlength=DIRECTIONS) / max(weight.sum(), STILL * speed.size)

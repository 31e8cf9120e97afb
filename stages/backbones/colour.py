"""Colour, brightness, texture and motion statistics by OpenCV: the simplest picture backbone.

Rasheed, Sheikh and Shah (2005) classified trailers by genre with such features.
"""

from collections.abc import Sequence
from typing import ClassVar

import cv2
import numpy as np

from stages.embedding import papers
from stages.embedding.base import Backbone
from stages.embedding.records import Record

WIDTH, HEIGHT = 160, 90  # statistics of this size: sharpness must not depend on the file's
HUES = 12
GREYS = 8
SHARE = 1.0 / (WIDTH * HEIGHT)


RECORD = Record(
    name="colour statistics",
    modality="picture",
    input="frames at 160 × 90",
    shape=(HUES + GREYS + 20,),
    parameters=0,
    trained_on="nothing",
    licence="–",
    paper="Rasheed, Sheikh and Shah 2005",
    memory_mb=14,
    bibtex=papers.RASHEED,
    note="Statistics of hue, brightness, edges and change; nothing is learned before the head.",
)


class Family(Backbone):
    RECORDS: ClassVar = {"": RECORD}

    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        small = [cv2.resize(f, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) for f in trailer]
        grey = [cv2.cvtColor(f, cv2.COLOR_RGB2GRAY) for f in small]
        before = [grey[0], *grey[:-1]]  # the first frame has nothing to move from
        rows = [_statistics(*row) for row in zip(small, grey, before, strict=True)]
        return np.stack(rows)

    def embed(self, batch: np.ndarray) -> np.ndarray:
        return batch


def _statistics(frame: np.ndarray, grey: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Statistics of one frame, (HUES + GREYS + 20,) float32; `before` is the frame ahead of it."""
    hue, saturation, _ = cv2.split(cv2.cvtColor(frame, cv2.COLOR_RGB2HSV))
    lab = cv2.cvtColor(frame, cv2.COLOR_RGB2LAB).reshape(-1, 3).astype(np.float32) / 255
    # hue weighted by saturation: grey pixels have a hue in name only
    hues = np.bincount(
        (hue.ravel().astype(int) * HUES) // 180, saturation.ravel() / 255.0, minlength=HUES
    )
    greys = np.bincount(grey.ravel() // (256 // GREYS), minlength=GREYS)
    light = grey.astype(np.float32) / 255
    horizontal = cv2.Sobel(light, cv2.CV_32F, 1, 0)
    vertical = cv2.Sobel(light, cv2.CV_32F, 0, 1)
    edges = np.hypot(horizontal, vertical)
    change = np.abs(light - before.astype(np.float32) / 255)
    centre = light[HEIGHT // 4 : -HEIGHT // 4, WIDTH // 4 : -WIDTH // 4]
    moments = [
        *lab.mean(axis=0),
        *lab.std(axis=0),
        saturation.mean() / 255,
        saturation.std() / 255,
        *np.percentile(light, [5, 50, 95]),
        centre.mean() - light.mean(),  # vignette or spot light
        edges.mean(),
        edges.std(),
        np.abs(horizontal).mean() - np.abs(vertical).mean(),  # which way lines run
        cv2.Laplacian(light, cv2.CV_32F).var(),
        change.mean(),
        change.std(),
        light[: HEIGHT // 2].mean() - light[HEIGHT // 2 :].mean(),
        light.mean(axis=0).std() - light.mean(axis=1).std(),  # upright or level bands
    ]
    return np.concatenate([hues * SHARE, greys * SHARE, moments]).astype(np.float32)

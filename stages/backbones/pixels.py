"""The picture itself, small: what the seed study's CNN from scratch is trained on."""

from collections.abc import Sequence

import cv2
import numpy as np

from stages.backbones.base import Backbone

WIDTH, HEIGHT = 64, 36


class Family(Backbone):
    modality = "picture"
    shape = (3, HEIGHT, WIDTH)
    dtype = np.uint8

    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        small = [cv2.resize(f, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) for f in trailer]
        return np.stack(small).transpose(0, 3, 1, 2)

    def embed(self, batch: np.ndarray) -> np.ndarray:
        return batch

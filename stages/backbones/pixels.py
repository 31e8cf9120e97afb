"""The frame itself, made small: what the seed study's CNN from scratch is trained on."""

from collections.abc import Sequence
from typing import ClassVar

import cv2
import numpy as np

from stages.embedding.base import Backbone
from stages.embedding.records import Record

WIDTH, HEIGHT = 64, 36


RECORD = Record(
    name="pixels",
    modality="picture",
    input="frames at 64 × 36",
    shape=(3, HEIGHT, WIDTH),
    parameters=0,
    trained_on="nothing",
    licence="–",
    paper="–",
    note="The pixels themselves, for a network trained from scratch.",
)


class Family(Backbone):
    RECORDS: ClassVar = {"": RECORD}
    dtype = np.uint8

    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        small = [cv2.resize(f, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) for f in trailer]
        return np.stack(small).transpose(0, 3, 1, 2)

    def embed(self, batch: np.ndarray) -> np.ndarray:
        return batch

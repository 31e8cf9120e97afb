"""Log-mel windows: what the seed study's sound CNN from scratch is trained on."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import torch
import torchaudio

from stages.embedding.base import Backbone
from stages.embedding.clips import cut, resample
from stages.embedding.records import Record

RATE = 16_000
SECONDS = 3.0
MELS = 48
HOP = 512  # 32 ms
FRAMES = int(RATE * SECONDS) // HOP + 1


RECORD = Record(
    name="spectrogram",
    modality="sound",
    input="16 kHz, windows of 3 s",
    shape=(1, MELS, FRAMES),
    parameters=0,
    trained_on="nothing",
    licence="–",
    paper="–",
    note="Log-mel windows, for a network trained from scratch.",
)


class Family(Backbone):
    RECORDS: ClassVar = {"": RECORD}
    dtype = np.float16
    sample_rate = RATE
    window_seconds = SECONDS

    def __init__(self, model: str = "", **options: Any) -> None:
        super().__init__(model, **options)
        self.transform = torchaudio.transforms.MelSpectrogram(
            RATE, n_fft=1024, hop_length=HOP, f_min=60, n_mels=MELS
        )

    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        clip = resample(np.asarray(trailer), sample_rate, RATE)
        return cut(clip, int(RATE * SECONDS)).numpy()

    def embed(self, batch: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            power = self.transform(torch.from_numpy(batch))
            return torch.log(power + 1e-6)[:, None].numpy()

"""Mel-frequency cepstral coefficients by torchaudio: mean, spread and movement over a window."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import torch
import torchaudio

from stages.embedding import papers
from stages.embedding.base import Backbone
from stages.embedding.clips import cut, resample
from stages.embedding.records import Record

RATE = 16_000
SECONDS = 3.0
COEFFICIENTS = 20


RECORD = Record(
    name="MFCC statistics",
    modality="sound",
    input="16 kHz, windows of 3 s",
    shape=(4 * COEFFICIENTS,),
    parameters=0,
    trained_on="nothing",
    licence="–",
    paper="Davis and Mermelstein 1980",
    bibtex=papers.MFCC,
    note="Mean, spread, peak and movement of 20 coefficients; nothing is learned before the head.",
)


class Family(Backbone):
    RECORDS: ClassVar = {"": RECORD}
    sample_rate = RATE
    window_seconds = SECONDS

    def __init__(self, model: str = "", **options: Any) -> None:
        super().__init__(model, **options)
        self.transform = torchaudio.transforms.MFCC(
            RATE,
            COEFFICIENTS,
            log_mels=True,
            melkwargs={"n_fft": 512, "win_length": 400, "hop_length": 160, "n_mels": 40},
        )

    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        clip = resample(np.asarray(trailer), sample_rate, RATE)
        return cut(clip, int(RATE * SECONDS)).numpy()

    def embed(self, batch: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            mfcc = self.transform(torch.from_numpy(batch))  # (n, coefficients, time)
            movement = mfcc.diff(dim=2)
            parts = [mfcc.mean(2), mfcc.std(2), mfcc.amax(2), movement.std(2)]
            return torch.cat(parts, dim=1).numpy()

"""AudioMAE: a vision transformer pretrained on masked spectrograms, then on AudioSet's labels.

timm's ViT-B/16 on one channel of 1024 × 128. From the model card of the port are the front end and
its constants, from the port's config.json the pooling (mean of the patches, then a norm); the
authors' dataset.py (facebookresearch/AudioMAE) agrees with both.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torchaudio.compliance import kaldi

from stages.embedding import papers
from stages.embedding.clips import cut, resample
from stages.embedding.network import Network
from stages.embedding.records import Record, Source

RATE = 16_000
SECONDS = 10.0
FRAMES, MELS = 1024, 128
MEAN, DEVIATION = -4.2677393, 4.5689974

RECORD = Record(
    name="AudioMAE",
    modality="sound",
    input="16 kHz, windows of 10 s, the length it was trained on; the last padded with silence",
    shape=(768,),
    parameters=85_648_128,
    trained_on="AudioSet: 2 million clips without labels, then 20,000 with labels",
    licence="CC BY 4.0 by its model card, CC BY-NC 4.0 by its config.json",
    paper="Huang et al. 2022, arXiv 2207.06405",
    training_sets=("AudioSet",),
    released="2022-07",
    bibtex=papers.AUDIO_MAE,
    source=Source(
        "pytorch_model.bin",
        hub="gaunernst/vit_base_patch16_1024_128.audiomae_as2m_ft_as20k",
        revision="3058f72115c8cd670377b9c36d5774cabfdd7ac7",
        stated_in="repository: its model card; file and revision: the hub's page of its files at "
        "that revision, and its history, in which the file was written once, before it",
    ),
    note="The mean of its patch embeddings. The network takes 10.24 s: 10 s of sound, and zeros in "
    "the last 26 frames, as in training. AudioSet is cut from YouTube videos, so it may include "
    "some of these trailers.",
)


class Family(Network):
    RECORDS: ClassVar = {"": RECORD}
    LIBRARIES = ("timm",)
    sample_rate = RATE
    window_seconds = SECONDS

    def build(self) -> nn.Module:
        import timm  # here, for it takes a second

        network: nn.Module = timm.create_model(
            "vit_base_patch16_224",
            num_classes=0,
            global_pool="avg",
            img_size=(FRAMES, MELS),
            in_chans=1,
        )
        return network

    def convert(self, published: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The names are timm's already; the classifier is left out."""
        found = {n: tensor for n, tensor in published.items() if not n.startswith("head.")}
        self.check_fits(found)
        return found

    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        clip = resample(np.asarray(trailer), sample_rate, RATE)
        windows = cut(clip, int(RATE * SECONDS))
        return torch.stack([log_mel(window) for window in windows]).numpy()

    def forward(self, items: Tensor) -> Tensor:
        embedded: Tensor = self.network(items[:, None])
        return embedded


def log_mel(waveform: Tensor) -> Tensor:
    """Kaldi's log-mel filter bank, (FRAMES, MELS), of one window, (samples,) at RATE Hz.

    Frames that the window is too short for are zeros ahead of the scaling, as in training.
    """
    bank = kaldi.fbank(
        waveform[None],
        sample_frequency=RATE,
        num_mel_bins=MELS,
        window_type="hanning",
        htk_compat=True,
        dither=0.0,
        use_energy=False,
        frame_shift=10.0,
    )
    padded = nn.functional.pad(bank, (0, 0, 0, FRAMES - len(bank)))
    return (padded - MEAN) / (2 * DEVIATION)

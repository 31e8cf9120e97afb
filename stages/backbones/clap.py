"""CLAP: a transformer trained to match sounds with their descriptions.

The audio encoder of transformers' CLAP (HTSAT, without fusion). The front end is that of its
ClapFeatureExtractor with the settings of the model's preprocessor_config.json (rand_trunc, so
Slaney's filters), computed by torch for all windows at once.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import ClassVar

import numpy as np
import torch
import torchaudio
from torch import Tensor, nn

from stages.base.errors import BenchmarkError
from stages.embedding import papers
from stages.embedding.clips import cut, resample
from stages.embedding.network import Network
from stages.embedding.records import Record, Source

RATE = 48_000
SECONDS = 10.0
MELS = 64

RECORD = Record(
    name="CLAP",
    modality="sound",
    input="48 kHz, windows of 10 s, the length it was trained on; the last padded with silence",
    shape=(512,),
    parameters=28_190_872,
    trained_on="LAION-Audio-630K: sounds with descriptions",
    licence="Apache-2.0",
    paper="Wu et al. 2023, arXiv 2211.06687",
    training_sets=("LAION-Audio-630K",),
    released="2022-11",
    bibtex=papers.CLAP,
    source=Source(
        "pytorch_model.bin",
        hub="laion/clap-htsat-unfused",
        revision="8fa0f1c6d0433df6e97c127f64b2a1d6c0dcda8a",
        sha256="1cd3c601bc4afe0fa87be3de4c13dd2cfadd249fac1e29acf74a9b296c3219bb",
        stated_by="read elsewhere",
        stated_in="repository, file and revision: the hub's pages of its files and history; "
        "sha256: anndrewkimm/myusic-engine, src/myusic_engine/embeddings/clap.py, and "
        "haukebri/audio-factory, THIRD_PARTY_NOTICES.md",
    ),
    note="The projected embedding of unit length that CLAP compares with text. Trained mostly on "
    "Freesound, and on libraries of sound effects that films and games use.",
)


class Family(Network):
    RECORDS: ClassVar = {"": RECORD}
    LIBRARIES = ("transformers",)
    window_seconds = SECONDS

    def build(self) -> nn.Module:
        try:
            transformers = import_module("transformers")
        except ImportError:
            raise BenchmarkError(
                "the family clap needs transformers: run `python requirements/install.py core clap`"
            ) from None
        network: nn.Module = transformers.ClapAudioModelWithProjection(
            transformers.ClapAudioConfig()  # its defaults are this model's, as its config.json says
        )
        return network

    def convert(self, published: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The names are transformers' already; the text encoder is left out."""
        found = {n: tensor for n, tensor in published.items() if n.startswith("audio_")}
        self.check_fits(found)
        return found

    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        clip = resample(np.asarray(trailer), sample_rate, RATE)
        return cut(clip, int(RATE * SECONDS)).numpy()

    def forward(self, items: Tensor) -> Tensor:
        output = self.network(input_features=log_mel(items)[:, None])
        return nn.functional.normalize(output.audio_embeds, dim=-1)


def log_mel(waveforms: Tensor) -> Tensor:
    """Mel spectrograms in dB, (n, samples // 480 + 1, MELS), of (n, samples) at RATE Hz.

    In double precision: a band that is silent beside a loud one is off by 0.01 dB in single.
    """
    window = torch.hann_window(1024, dtype=torch.float64, device=waveforms.device)
    spectrum = torch.stft(waveforms.double(), 1024, 480, 1024, window, return_complex=True)
    power = (spectrum.real.square() + spectrum.imag.square()).transpose(1, 2)
    mel = power @ filters().to(power.device)
    return (10 * torch.log10(mel.clamp(min=1e-10))).float()


@cache
def filters() -> Tensor:
    """Slaney's mel filters of 50 Hz to 14 kHz, (513, MELS)."""
    bank = torchaudio.functional.melscale_fbanks(
        513, 50.0, 14_000.0, MELS, RATE, norm="slaney", mel_scale="slaney"
    )
    return bank.double()

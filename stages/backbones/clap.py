"""CLAP: a transformer trained to match sounds with their descriptions.

The audio encoder of transformers' CLAP (HTSAT, without fusion). The front end is that of its
ClapFeatureExtractor with the settings of the model's preprocessor_config.json (rand_trunc, so
Slaney's filters), computed by torch for all windows at once.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

import numpy as np
import torch
import torchaudio
from torch import Tensor, nn

from stages.embedding import papers
from stages.embedding.clips import cut, resample
from stages.embedding.language import Halves, LanguageNetwork, transformers
from stages.embedding.records import Record, Source

RATE = 48_000
SECONDS = 10.0
MELS = 64
TEXT: dict[str, Any] = {}  # where what reads texts differs from transformers' defaults: nowhere

RECORD = Record(
    name="CLAP",
    modality="sound",
    input="48 kHz, windows of 10 s, the length it was trained on; the last padded with silence",
    shape=(512,),
    parameters=28_190_872,
    published_parameters=153_492_890,
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
    more=(
        Source(
            "tokenizer.json",
            hub="laion/clap-htsat-unfused",
            revision="8fa0f1c6d0433df6e97c127f64b2a1d6c0dcda8a",
            stated_in="repository and revision: as of the weights; file: that of its tokenizer",
        ),
    ),
    note="The projected embedding of unit length that CLAP compares with text. Trained mostly on "
    "Freesound, and on libraries of sound effects that films and games use.",
)


class Family(LanguageNetwork):
    RECORDS: ClassVar = {"": RECORD}
    sample_rate = RATE
    window_seconds = SECONDS
    longest_text = 77  # what its training cut texts to

    def build(self) -> nn.Module:
        library = transformers("clap")
        network: nn.Module = library.ClapAudioModelWithProjection(
            library.ClapAudioConfig()  # its defaults are this model's, as its config.json says
        )
        return network

    def build_text(self) -> nn.Module:
        library = transformers("clap")
        network: nn.Module = library.ClapTextModelWithProjection(library.ClapTextConfig(**TEXT))
        return network

    def halves(self, published: Mapping[str, Tensor]) -> Halves:
        return (
            {n: t for n, t in published.items() if n.startswith("audio_")},
            {n: t for n, t in published.items() if n.startswith("text_")},
        )

    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        clip = resample(np.asarray(trailer), sample_rate, RATE)
        return cut(clip, int(RATE * SECONDS)).numpy()

    def forward(self, items: Tensor) -> Tensor:
        output = self.network(input_features=log_mel(items)[:, None])
        return nn.functional.normalize(output.audio_embeds, dim=-1)

    def forward_text(self, network: nn.Module, tokens: Tensor) -> Tensor:
        embedded: Tensor = network(input_ids=tokens).text_embeds
        return embedded


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

"""VGGish: a VGG for sound, trained on YouTube videos; the seed study's sound network.

Architecture and layout of the weights: harritaylor/torchvggish, a port of tensorflow/models,
research/audioset/vggish.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from stages.embedding import papers
from stages.embedding.audioset_mel import (
    PATCH_FRAMES,
    PATCH_SAMPLES,
    PATCH_SECONDS,
    RATE,
    STEP,
    log_mel,
    patches,
)
from stages.embedding.clips import resample
from stages.embedding.network import Network
from stages.embedding.records import Record, Source

LOG_OFFSET = 0.01
WIDTH = 128
PCA = ("pca_eigen_vectors", "pca_means")

RECORD = Record(
    name="VGGish",
    modality="sound",
    input="16 kHz, windows of 0.975 s every 0.96 s (96 frames of 10 ms × 64 mel bands)",
    shape=(WIDTH,),
    parameters=72_141_184,
    trained_on="millions of YouTube videos (a preliminary version of YouTube-8M)",
    licence="Apache-2.0",
    paper="Hershey et al. 2017",
    training_sets=("YouTube-8M",),
    released="2017",
    bibtex=papers.VGGISH,
    source=Source(
        file="vggish-10086976.pth",
        url="https://github.com/harritaylor/torchvggish/releases/download/v0.1/vggish-10086976.pth",
        sha256="10086976245803799d9194e9a73d9b6c1549c71d1b80106f5cade5608a561f4b",
        stated_by="read elsewhere",
        stated_in="harritaylor/torchvggish, hubconf.py: file and address, whose name carries the "
        "first eight digits of the hash; uncharted-distil/distil-primitives, "
        "distil/primitives/audio_transfer.py: sha256",
    ),
    note="Trained on YouTube videos, surely with film trailers among them, and labels that a "
    "machine took from their texts. After the last ReLU, as in the PyTorch port. A remainder "
    "shorter than a window is left out.",
)
PCA_SOURCE = Source(  # the original's values; torchvggish's copy is a pickle of numpy arrays
    file="vggish_pca_params.npz",
    url="https://storage.googleapis.com/audioset/vggish_pca_params.npz",
    sha256="4d878af3e306defbfb37095365aa7e5a6cecb86bad13e859e626151c4e6a8b9d",
    stated_by="read elsewhere",
    stated_in="tensorflow/models, research/audioset/vggish: file and address; "
    "nathanielasun/songbase, backend/processing/audio_pipeline/config.py: sha256",
)


class Family(Network):
    RECORDS: ClassVar = {
        "vggish": RECORD,
        "vggish_linear": replace(
            RECORD,
            name="VGGish before its ReLU",
            note="Before the last ReLU, as in TensorFlow's original; otherwise as vggish.",
        ),
        "vggish_pca": replace(
            RECORD,
            name="VGGish after PCA",
            parameters=RECORD.parameters + WIDTH * WIDTH + WIDTH,
            more=(PCA_SOURCE,),
            note="vggish after PCA, clipped to ±2 and rounded to 0…255, the form in which AudioSet "
            "and YouTube-8M publish embeddings. Rounding may differ by one step between machines.",
        ),
    }
    sample_rate = RATE
    window_seconds = PATCH_SECONDS
    hop_seconds = PATCH_FRAMES * STEP / RATE

    def build(self) -> nn.Module:
        # channels_last would be a fifth faster and four times less exact
        return Vggish(relu=self.model != "vggish_linear", pca=self.model == "vggish_pca")

    def convert(self, published: Mapping[str, Tensor]) -> dict[str, Tensor]:
        wanted = self.expected_state()
        missing = [
            f"{name} {tuple(like.shape)}"
            for name, like in wanted.items()
            if name not in published or published[name].numel() != like.numel()
        ]
        extra = published.keys() - wanted.keys() - set(PCA)
        if missing or extra:
            lacks = missing[:3] or "nothing"
            raise ValueError(
                f"this is not {self.model}: lacks {lacks}, has also {sorted(extra)[:3]}"
            )
        # the means are published as (128,) or (128, 1), the PCA in double precision
        return {
            name: published[name].reshape(like.shape).to(torch.float32).contiguous()
            for name, like in wanted.items()
        }

    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        waveform = resample(np.asarray(trailer), sample_rate, RATE)
        silence = max(PATCH_SAMPLES - len(waveform), 0)
        waveform = torch.nn.functional.pad(waveform, (0, silence))
        return patches(log_mel(waveform, LOG_OFFSET), PATCH_FRAMES).numpy()

    def forward(self, items: Tensor) -> Tensor:
        embedding: Tensor = self.network(items[:, None])
        return embedding


class Vggish(nn.Module):
    """From log-mel patches (n, 1, 96, 64) to embeddings (n, 128)."""

    def __init__(self, relu: bool, pca: bool) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 1
        for width, convolutions in ((64, 1), (128, 1), (256, 2), (512, 2)):
            for _ in range(convolutions):
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(inplace=True)]
                channels = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.embeddings = nn.Sequential(
            *(nn.Linear(6 * 4 * 512, 4096), nn.ReLU(inplace=True)),
            *(nn.Linear(4096, 4096), nn.ReLU(inplace=True)),
            *(nn.Linear(4096, WIDTH), nn.ReLU(inplace=True) if relu else nn.Identity()),
        )
        self.pca = pca
        if pca:
            self.pca_eigen_vectors = nn.Parameter(torch.eye(WIDTH))
            self.pca_means = nn.Parameter(torch.zeros(WIDTH, 1))

    def forward(self, patch: Tensor) -> Tensor:
        # TensorFlow flattens with the channel fastest
        features = self.features(patch).permute(0, 2, 3, 1).flatten(1)
        embedding: Tensor = self.embeddings(features)
        if self.pca:
            return quantised(embedding, self.pca_eigen_vectors, self.pca_means)
        return embedding


def quantised(embedding: Tensor, eigen_vectors: Tensor, means: Tensor) -> Tensor:
    """PCA of embeddings (n, 128), clipped to ±2 and rounded (half to even) to 0…255.

    eigen_vectors: (128, 128), means: (128, 1). The original cuts decimals off where the port
    (torchvggish, Postprocessor) rounds; this rounds.
    """
    components = (embedding - means.T) @ eigen_vectors.T
    return torch.round((components.clamp(-2, 2) + 2) * (255 / 4))

"""YAMNet: a MobileNet v1 for sound, trained on 521 classes of AudioSet.

Facts: yamnet.py, params.py and features.py of tensorflow/models, research/audioset/yamnet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from stages.embedding import papers
from stages.embedding.audioset_layers import CLASSES as ALL_CLASSES
from stages.embedding.audioset_layers import AudioSetNetwork
from stages.embedding.audioset_mel import (
    PATCH_SAMPLES,
    PATCH_SECONDS,
    RATE,
    STEP,
    log_mel,
    patches,
)
from stages.embedding.clips import resample
from stages.embedding.records import Record, Source

LOG_OFFSET = 0.001
HOP_FRAMES = 48
UNKNOWN = {1, 2, 12, 32, 33, 277}  # of AudioSet's classes (yamnet_class_map.csv)
CLASSES = ALL_CLASSES - len(UNKNOWN)
EPSILON = 1e-4  # of batch normalisation, which has an offset but no scale
# (stride, channels) of layers 2 to 14, each a depthwise and a pointwise convolution
LAYERS = (
    *((1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512)),
    *((1, 512),) * 5,
    *((2, 1024), (1, 1024)),
)
WIDTH = 1024

RECORD = Record(
    name="YAMNet",
    modality="sound",
    input="16 kHz, windows of 0.975 s every 0.48 s (96 frames of 10 ms × 64 mel bands)",
    shape=(WIDTH,),
    parameters=3_195_456,
    trained_on="AudioSet: 521 of its classes",
    licence="Apache-2.0",
    paper="Howard et al. 2017 (MobileNet), Gemmeke et al. 2017 (AudioSet)",
    training_sets=("AudioSet",),
    released="2019",
    bibtex=f"{papers.MOBILENETS}\n{papers.AUDIOSET}",
    source=Source(
        file="yamnet.h5",
        url="https://storage.googleapis.com/audioset/yamnet.h5",
        sha256="13c3308955bbfaef262f175ac9c40e47b134573a93984f009220dd7cc12a1744",
        stated_by="read elsewhere",
        stated_in="tensorflow/models, research/audioset/yamnet/README.md: file and address; "
        "bherila/sinus-sentinel, model/CONVERSION.md: sha256",
    ),
    note="AudioSet is cut from YouTube videos, so it may include some of these trailers. The last "
    "window of a clip is padded with silence.",
)


class Family(AudioSetNetwork):
    classes = tuple(sorted(set(range(ALL_CLASSES)) - UNKNOWN))
    RECORDS: ClassVar = {
        "yamnet": RECORD,
        "yamnet_scores": replace(
            RECORD,
            name="YAMNet scores",
            shape=(CLASSES,),
            parameters=RECORD.parameters + WIDTH * CLASSES + CLASSES,
            note="Scores of the 521 classes instead of the embedding; otherwise as yamnet. Option "
            "layer: those of speech, music or effects alone.",
        ),
    }
    sample_rate = RATE
    window_seconds = PATCH_SECONDS
    hop_seconds = HOP_FRAMES * STEP / RATE

    def build(self) -> nn.Module:
        network: Any = YamNet(scores=self.model == "yamnet_scores")
        # about a fifth faster on a CPU; the stubs of `to` do not know the argument
        converted: nn.Module = network.to(memory_format=torch.channels_last)
        return converted

    def convert(self, published: Mapping[str, Tensor]) -> dict[str, Tensor]:
        wanted = self.expected_state()
        named = published if "layer01.conv.weight" in published else _from_keras(published)
        wrong = [n for n, like in wanted.items() if n not in named or named[n].shape != like.shape]
        if wrong:
            raise ValueError(
                f"this is not {self.model}: {', '.join(wrong[:3])} lacking, or misshapen"
            )
        return {name: named[name].to(torch.float32).contiguous() for name in wanted}

    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        waveform = resample(np.asarray(trailer), sample_rate, RATE)
        hops = -(-max(len(waveform) - PATCH_SAMPLES, 0) // (HOP_FRAMES * STEP))
        wanted = PATCH_SAMPLES + hops * HOP_FRAMES * STEP
        waveform = pad(waveform, (0, wanted - len(waveform)))
        return patches(log_mel(waveform, LOG_OFFSET), HOP_FRAMES).numpy()

    def forward(self, items: Tensor) -> Tensor:
        patch = items[..., None].permute(0, 3, 1, 2)  # one channel, in the order channels_last
        embedding: Tensor = self.network(patch)
        return self.of_layer(embedding) if self.model == "yamnet_scores" else embedding


class YamNet(nn.Module):
    """From log-mel patches (n, 1, 96, 64) to embeddings (n, 1024), or scores (n, 521).

    Batch normalisation is folded into weights and biases.
    """

    def __init__(self, scores: bool) -> None:
        super().__init__()
        self.layer01 = nn.ModuleDict({"conv": Convolution(1, 32, 3, 2)})
        channels = 32
        for number, (stride, width) in enumerate(LAYERS, start=2):
            layer = {
                "depthwise": Convolution(channels, channels, 3, stride, groups=channels),
                "pointwise": Convolution(channels, width, 1, 1),
            }
            self.add_module(f"layer{number:02}", nn.ModuleDict(layer))
            channels = width
        self.classifier = nn.Linear(WIDTH, CLASSES) if scores else None

    def embed(self, patch: Tensor) -> Tensor:
        for layer in self.children():
            if isinstance(layer, nn.ModuleDict):
                for convolution in layer.values():
                    patch = torch.relu(convolution(patch))
        return patch.mean(dim=(2, 3))

    def forward(self, patch: Tensor) -> Tensor:
        embedding = self.embed(patch)
        if self.classifier is None:
            return embedding
        return torch.sigmoid(self.classifier(embedding))


class Convolution(nn.Conv2d):
    """A convolution padded as TensorFlow's "same" pads maps of even height and width."""

    def __init__(self, channels: int, width: int, size: int, stride: int, groups: int = 1) -> None:
        even = size // 2 if stride == 1 else 0
        super().__init__(channels, width, size, stride, even, groups=groups)

    def forward(self, image: Tensor) -> Tensor:
        if self.stride != (1, 1):
            image = pad(image, (0, 1, 0, 1))  # nothing before, one after
        return super().forward(image)


def _from_keras(published: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights of yamnet.h5, in its order, with batch normalisation folded in, in float64.

    A convolution's kernel is followed by offset, mean and variance of its normalisation; the
    kernel and bias of the classifier come last. Raises ValueError where the file is another.
    """
    names = ["layer01.conv"]
    for number in range(2, 2 + len(LAYERS)):
        names += [f"layer{number:02}.depthwise", f"layer{number:02}.pointwise"]
    normalised = ("kernel", "beta", "moving_mean", "moving_variance")
    kinds = [*normalised * len(names), "kernel", "bias"]
    found = [key.rsplit("/")[-1].split(":")[0].removeprefix("depthwise_") for key in published]
    if found != kinds:
        raise ValueError(f"not the {len(kinds)} weights of yamnet.h5 in their order: {found[:5]} …")
    tensors = [tensor.double() for tensor in published.values()]
    state = {"classifier.weight": tensors[-2].T, "classifier.bias": tensors[-1]}
    for i, name in enumerate(names):
        kernel, offset, mean, variance = tensors[4 * i : 4 * i + 4]
        # Keras: (height, width, in, out), and (height, width, channels, 1) of a depthwise one
        axes = (2, 3, 0, 1) if name.endswith("depthwise") else (3, 2, 0, 1)
        if kernel.ndim != 4 or kernel.shape[axes[0]] != len(variance):
            raise ValueError(f"no kernel for {name}: {tuple(kernel.shape)}")
        scale = (variance + EPSILON).rsqrt()
        state[f"{name}.weight"] = kernel.permute(axes) * scale[:, None, None, None]
        state[f"{name}.bias"] = offset - mean * scale
    return state

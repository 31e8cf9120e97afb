"""EfficientAT: MobileNetV3 trained on AudioSet with transformers as teachers.

torchvision's mobilenet_v3_large with one input channel, and with a sigmoid where torchvision gates
with a hard one (logits are off by 2.8 otherwise). The facts are from the authors' repository,
fschmid56/EfficientAT: the front end (models/preprocess.py), the widths and the pooling
(models/mn/model.py) and the gate (models/mn/block_types.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torchaudio.compliance import kaldi
from torchvision.models import mobilenet_v3_large
from torchvision.ops import SqueezeExcitation

from stages.embedding import papers
from stages.embedding.audioset_layers import CLASSES, AudioSetNetwork
from stages.embedding.clips import cut, resample
from stages.embedding.records import Record, Source

RATE = 32_000
SECONDS = 10.0
MELS = 128
WIDTHS = {"mn04": 0.4, "mn10": 1.0}
# layers of the classifier: numbers of the published ones, and of torchvision's
CLASSIFIER = {"classifier.2": "classifier.0", "classifier.5": "classifier.3"}
RELEASE = "https://github.com/fschmid56/EfficientAT/releases/download/v0.0.1/"
STATED = "address: fschmid56/EfficientAT, models/mn/model.py; sha256: "


def _record(
    name: str, dim: int, parameters: int, file: str, sha256: str, stated_in: str, mean_ap: str
) -> Record:
    return Record(
        name=name,
        modality="sound",
        input="32 kHz, windows of 10 s, the length it was trained on; the last padded with silence",
        shape=(dim,),
        parameters=parameters,
        trained_on="ImageNet, then AudioSet: labels and the predictions of transformers",
        licence="MIT",
        paper="Schmid, Koutini and Widmer 2023, arXiv 2211.04772",
        training_sets=("ImageNet-1k", "AudioSet"),
        released="2022-11",
        bibtex=papers.EFFICIENT_AT,
        source=Source(
            file,
            url=RELEASE + file,
            sha256=sha256,
            stated_by="read elsewhere",
            stated_in=STATED + stated_in,
        ),
        note=f"The pooled features before the classifier. mAP {mean_ap} on AudioSet, which is cut "
        "from YouTube videos, so it may include some of these trailers.",
    )


def _with_scores(record: Record, parameters: int) -> Record:
    return replace(
        record,
        name=f"{record.name} scores",
        shape=(CLASSES,),
        parameters=parameters,
        note="Scores of AudioSet's 527 classes instead of the pooled features. Option layer: those "
        f"of speech, music or effects alone. {record.note.partition('. ')[2]}",
    )


EMBEDDINGS = {
    "mn04": _record(
        "EfficientAT mn04",
        384,
        516_128,
        "mn04_as_mAP_432.pt",
        "899a8c6217063f6941793102a2780b3dd788ab11fce468d9cf5f0577c453321c",
        "Psysia/PsyReaSFX, tools/Export-NeuralSimilarityModel.ps1",
        "0.432",
    ),
    "mn10": _record(
        "EfficientAT mn10",
        960,
        2_971_664,
        "mn10_as_mAP_471.pt",
        "0bd7dc2443af498c289a2e739f02ebb515d6aa3fd3ab9db539c86123ae368a4e",
        "rjmendez/dama-hear, tools/export_mn10_onnx.py",
        "0.471",
    ),
}
PARAMETERS = {"mn04": 983_599, "mn10": 4_876_831}  # with the classifier


class Family(AudioSetNetwork):
    classes = range(CLASSES)
    RECORDS: ClassVar = EMBEDDINGS | {
        f"{model}{AudioSetNetwork.SCORES}": _with_scores(EMBEDDINGS[model], count)
        for model, count in PARAMETERS.items()
    }
    LIBRARIES = ("torchvision",)
    sample_rate = RATE
    window_seconds = SECONDS

    def __init__(self, model: str = "", **options: Any) -> None:
        super().__init__(model, **options)
        self.gives_scores = model.endswith(self.SCORES)

    def build(self) -> nn.Module:
        width = WIDTHS[self.model.removesuffix(self.SCORES)]
        network = mobilenet_v3_large(width_mult=width, num_classes=CLASSES)
        entry = network.features[0][0]
        network.features[0][0] = nn.Conv2d(
            1, entry.out_channels, entry.kernel_size, entry.stride, entry.padding, bias=False
        )
        for module in network.modules():
            if isinstance(module, SqueezeExcitation):
                module.scale_activation = nn.Sigmoid()
        if not self.gives_scores:
            network.classifier = nn.Identity()
        return network.to(memory_format=torch.channels_last)

    def convert(self, published: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Published gates are linear layers in a list of one; other numbers are the classifier's,
        which is left out where features are asked for."""
        found = {}
        for name, tensor in published.items():
            if not name.startswith("classifier."):
                linear = ".fc" in name and tensor.ndim == 2
                here = name.replace(".conc_se_layers.0.", ".")
                found[here] = tensor[:, :, None, None] if linear else tensor
            elif self.gives_scores:
                layer, _, kind = name.rpartition(".")
                found[f"{CLASSIFIER.get(layer, layer)}.{kind}"] = tensor
        self.check_fits(found)
        return found

    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        clip = resample(np.asarray(trailer), sample_rate, RATE)
        return cut(clip, int(RATE * SECONDS)).numpy()

    def forward(self, items: Tensor) -> Tensor:
        embedded: Tensor = self.network(log_mel(items)[:, None])
        return self.of_layer(embedded.sigmoid()) if self.gives_scores else embedded


def log_mel(waveforms: Tensor) -> Tensor:
    """Log-mel spectrograms, (n, MELS, samples // 320), of waveforms, (n, samples) at RATE Hz."""
    emphasised = waveforms[:, 1:] - 0.97 * waveforms[:, :-1]
    window = torch.hann_window(800, periodic=False, device=waveforms.device)
    spectrum = torch.stft(emphasised, 1024, 320, 800, window, return_complex=True)
    power = spectrum.real.square() + spectrum.imag.square()  # a fifth of the time of a sum of pairs
    return (torch.log(filters().to(power.device) @ power + 1e-5) + 4.5) / 5


@cache
def filters() -> Tensor:
    """Kaldi's mel filters of 0 to 15 kHz, (MELS, 513); the last frequency is in none."""
    bank, _ = kaldi.get_mel_banks(MELS, 1024, RATE, 0.0, 15_000.0, 100.0, -500.0, 1.0)
    return nn.functional.pad(bank, (0, 1))

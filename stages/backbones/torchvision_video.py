"""Clips by the video networks of torchvision, prepared as their weights' own transforms do.

The features before the classifier, of networks that were trained to tell human actions apart.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torchvision.models import video
from torchvision.transforms import functional

from stages.embedding import papers
from stages.embedding.network import Network
from stages.embedding.records import Record, Source
from stages.embedding.video_clips import cropped

TRAINED_ON = "Kinetics-400: 10 s of YouTube videos, labelled with human actions"
LICENCE = "BSD-3-Clause, as torchvision; Kinetics' videos have their uploaders' terms"
STATED_IN = (
    "address and the first 8 digits of the sha256: torchvision 0.26's enums of weights; all of it: "
    "public projects that use the file, which agree with these digits"
)
NOTE = "Kinetics shows everyday actions, cut to 10 s, unlike the shots of trailers."


@dataclass(frozen=True)
class Model:
    """How torchvision makes a network, and its weights."""

    make: Callable[[], nn.Module]
    classifier: str
    """Name of its last part, which is left out."""
    weights: Any
    """A member of torchvision's enum."""


MODELS: Mapping[str, Model] = {
    "mvit_v2_s": Model(video.mvit_v2_s, "head", video.MViT_V2_S_Weights.KINETICS400_V1),
    "swin3d_t": Model(video.swin3d_t, "head", video.Swin3D_T_Weights.KINETICS400_V1),
    "r2plus1d_18": Model(video.r2plus1d_18, "fc", video.R2Plus1D_18_Weights.KINETICS400_V1),
}


def _record(model: str, sha256: str, note: str, **known: Any) -> Record:
    url = MODELS[model].weights.url
    side, _ = MODELS[model].weights.transforms().crop_size
    file = url.rpartition("/")[2]
    return Record(
        modality="picture",
        input=f"clips of 16 pictures, the middle of each, {side} × {side}",
        trained_on=TRAINED_ON,
        licence=LICENCE,
        training_sets=("Kinetics-400",),
        source=Source(
            file,
            url=url,
            sha256=sha256,
            stated_by="read elsewhere",
            stated_in=STATED_IN,
            begins=file.partition("-")[2].partition(".")[0],
        ),
        note=f"{note} {NOTE}",
        of_clips=True,
        **known,
    )


class Family(Network):
    RECORDS: ClassVar = {
        "mvit_v2_s": _record(
            "mvit_v2_s",
            "ae3be16733081f6d1cd40e4ab980ca23d6df6dc6486d15ada05a5e8ab8c9b975",
            "Trained on clips as ours: 16 pictures, 7.5 a second.",
            name="MViT v2 S",
            shape=(768,),
            parameters=34_230_144,
            paper="Li et al. 2022, arXiv 2112.01526",
            released="2021-12",
            memory_mb=521,
            bibtex=papers.MVIT_V2,
        ),
        "swin3d_t": _record(
            "swin3d_t",
            "7615ae035996b65eb38dad437ae533d2dfcd36f9f89d28c0f0fa7bfb8e6b3130",
            "Trained on 32 pictures, 15 a second: ours are as long and half as dense.",
            name="Video Swin T",
            shape=(768,),
            parameters=27_850_470,
            paper="Liu et al. 2022, arXiv 2106.13230",
            released="2021-06",
            memory_mb=597,
            bibtex=papers.VIDEO_SWIN,
        ),
        "r2plus1d_18": _record(
            "r2plus1d_18",
            "91a641e6c2ab531d1aca5f4321b4d802ec5c3babc15df855cdb6e39c6a1107c8",
            "Trained on 16 pictures, 15 a second: ours are twice as long.",
            name="R(2+1)D 18",
            shape=(512,),
            parameters=31_300_125,
            paper="Tran et al. 2018, arXiv 1711.11248",
            released="2017-11",
            memory_mb=361,
            bibtex=papers.R2PLUS1D,
        ),
    }
    LIBRARIES = ("torchvision",)

    def __init__(self, model: str = "", **options: Any) -> None:
        super().__init__(model, **options)
        self.transforms = MODELS[model].weights.transforms()
        self.batch_size = 1  # on a CPU core; one clip fills its cache

    def build(self) -> nn.Module:
        known = MODELS[self.model]
        network = known.make()
        setattr(network, known.classifier, nn.Identity())
        return network

    def convert(self, published: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The names are torchvision's already; the classifier is left out."""
        classifier = f"{MODELS[self.model].classifier}."
        found = {n: tensor for n, tensor in published.items() if not n.startswith(classifier)}
        self.check_fits(found)
        return found

    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        """Clips resized and cropped, (n, CLIP_PICTURES, 3, height, width) uint8."""
        how = self.transforms  # its class hard-codes that there is no antialias
        return np.stack([cropped(c, how.resize_size, how.crop_size, False) for c in trailer])

    def forward(self, items: Tensor) -> Tensor:
        pixels = functional.convert_image_dtype(items, torch.float)
        pixels = functional.normalize(pixels, self.transforms.mean, self.transforms.std)
        found: Tensor = self.network(pixels.transpose(1, 2))
        return found

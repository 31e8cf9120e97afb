"""V-JEPA 2: a transformer that learnt to predict hidden parts of videos, without labels or text.

The encoder of transformers' V-JEPA 2, prepared as its VJEPA2VideoProcessor does, to within a level
of 255: resized in floating point, which gives the same on every processor.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, ClassVar

import numpy as np
from torch import Tensor, nn
from torchvision.transforms import functional

from stages.base.errors import BenchmarkError
from stages.embedding import papers
from stages.embedding.network import Network
from stages.embedding.records import Record, Source
from stages.embedding.video_clips import cropped

ENCODER = "encoder."
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's

RECORD = Record(
    name="V-JEPA 2 ViT-L",
    modality="picture",
    input="clips of 16 pictures, the middle of each, 256 × 256",
    shape=(1024,),
    parameters=303_885_312,
    trained_on="VideoMix22M: videos and images without labels",
    licence="MIT",
    paper="Assran et al. 2025, arXiv 2506.09985",
    training_sets=("VideoMix22M",),
    released="2025-06",
    memory_mb=1476,
    bibtex=papers.VJEPA_2,
    source=Source(
        "model.safetensors",
        hub="facebook/vjepa2-vitl-fpc64-256",
        stated_in="repository: transformers' documentation of the model; file: the usual name",
    ),
    note="The mean of what it says of each patch. It was trained on 16 pictures, then on 64, 4 a "
    "second; ours are 16, twice as dense. Its predictor is left out. VideoMix22M includes YouTube.",
    of_clips=True,
)


class Family(Network):
    RECORDS: ClassVar = {"": RECORD}
    CONFIG: ClassVar[Mapping[str, Any]] = {}
    """Of the encoder: transformers' defaults are this model's, as its config.json says."""
    LIBRARIES = ("torchvision", "transformers")
    batch_size = 1  # on a CPU core

    def build(self) -> nn.Module:
        network: nn.Module = self._library().VJEPA2Model(self.config()).encoder
        return network

    def config(self) -> Any:
        """transformers' configuration."""
        return self._library().VJEPA2Config(**self.CONFIG)

    def convert(self, published: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The names are transformers' already; the predictor is left out."""
        found = {
            name.removeprefix(ENCODER): tensor
            for name, tensor in published.items()
            if name.startswith(ENCODER)
        }
        self.check_fits(found)
        return found

    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        """Clips resized and cropped, (n, CLIP_PICTURES, 3, side, side) uint8."""
        side = self.config().crop_size
        resize = side * 256 // 224
        return np.stack([cropped(clip, [resize], [side, side], True) for clip in trailer])

    def forward(self, items: Tensor) -> Tensor:
        pixels = functional.normalize(items.float() / 255, MEAN, STD)
        found: Tensor = self.network(pixels).last_hidden_state.mean(dim=1)
        return found

    @staticmethod
    def _library() -> Any:
        try:
            return import_module("transformers")
        except ImportError:
            raise BenchmarkError(
                "the family vjepa2 needs transformers: run `python requirements/install.py core "
                "clap`"
            ) from None

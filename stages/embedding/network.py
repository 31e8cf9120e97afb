"""What pretrained networks share: weights that fit to the last tensor, device, inference."""

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from stages.base.errors import BenchmarkError
from stages.embedding.base import Backbone

GPU_BATCH = 128  # more than a trailer's frames


class Network(Backbone):
    """A backbone whose work is a torch network with published weights."""

    heavy = True
    batch_size = 4  # on a core, where more activations than its cache holds take up to 1.6 times

    @abstractmethod
    def build(self) -> nn.Module:
        """The architecture of `self.model`, weights at random."""

    @abstractmethod
    def forward(self, items: Tensor) -> Tensor:
        """Embeddings of prepared items on `self.device`, (n_items, *shape)."""

    @classmethod
    def convert(cls, published: Mapping[str, Tensor], model: str) -> dict[str, Tensor]:
        """The published tensors, in the order of their file, under the names that `build` has.

        Raises ValueError where they are not those of `model`.
        """
        return dict(published)

    def load(self, weights: Path | None) -> None:
        """Read the weights (safetensors, as the weights stage writes them), all of them."""
        if weights is None:
            raise BenchmarkError(
                "needs weights",
                where=type(self).__module__,
                do="declare it under matrix.pretrained in params.yaml, not under matrix.backbones",
            )
        network = self.build()
        try:
            network.load_state_dict(load_file(weights), strict=True)
        except (OSError, SafetensorError, RuntimeError) as error:
            raise BenchmarkError(
                f"the weights do not fit {self.model or type(self).__module__}",
                where=str(weights),
                found=" ".join(str(error).split())[:300],
                do="remove the file and run `dvc repro` to have it made anew",
            ) from None
        self._place(network)

    def load_random(self) -> None:
        """Make ready with weights at random, to measure how fast it is."""
        self._place(self.build())

    def _place(self, network: nn.Module) -> None:
        self.on_gpu = torch.cuda.is_available()
        self.device = torch.device("cuda" if self.on_gpu else "cpu")
        if self.on_gpu:
            self.batch_size = GPU_BATCH
        torch.backends.cudnn.allow_tf32 = False  # ten bits are too few to be the same as on a CPU
        network = network.eval().requires_grad_(False).to(self.device)
        if self.modality == "picture":
            network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in its stubs
        self.network = network

    def embed(self, batch: np.ndarray) -> np.ndarray:
        reduced = self.precision == "bfloat16"
        with (
            torch.inference_mode(),
            torch.autocast(self.device.type, torch.bfloat16, enabled=reduced),
        ):
            items = torch.from_numpy(np.ascontiguousarray(batch)).to(self.device)
            embedded: np.ndarray = self.forward(items).float().cpu().numpy()
            return embedded

"""What pretrained networks share: loading of weights, device, inference."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.embedding.base import Backbone

GPU_BATCH = 128  # more than a trailer's frames


class Network(Backbone):
    """A backbone whose work is a torch network with published weights."""

    heavy = True
    batch_size = 4  # on a CPU core; activations that exceed its cache take up to 1.6 times as long

    @abstractmethod
    def build(self) -> nn.Module:
        """The architecture of `self.model`, with random weights."""

    @abstractmethod
    def forward(self, items: Tensor) -> Tensor:
        """Embeddings of prepared items on `self.device`, (n_items, *shape)."""

    def convert(self, published: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """State dict for `build` from the published tensors, given in the order of their file.

        Raises ValueError where they are not those of `self.model`.
        """
        return dict(published)

    def is_own(self, name: str) -> bool:
        """Whether `build` takes the tensor of this name, of those that `convert` gives."""
        return True

    def own(self, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """What `build` takes of the tensors that `convert` gives."""
        return {name: tensor for name, tensor in state.items() if self.is_own(name)}

    def is_complete(self, published: Mapping[str, Tensor]) -> bool:
        """Whether these are all tensors that it needs, so that no further file is asked for."""
        return self.expected_state().keys() <= published.keys()

    def expected_state(self) -> dict[str, Tensor]:
        """State dict of `build` on the meta device: names and shapes, without numbers."""
        with torch.device("meta"):
            return self.build().state_dict()

    def check_fits(self, state: Mapping[str, Tensor]) -> None:
        """Raise ValueError for a state dict of other names or shapes than `build` has."""
        expected = self.expected_state()
        odd = {(n, t.shape) for n, t in state.items()} ^ {(n, t.shape) for n, t in expected.items()}
        if odd:
            name = self.model or type(self).__module__.rpartition(".")[2]
            raise ValueError(f"not the weights of {name}: {min(odd)[0]} and {len(odd) - 1} more")

    def load(self, weights: Path | None) -> None:
        """Read the weights (safetensors, as the weights stage writes them) that are its own."""
        if weights is None:
            raise BenchmarkError(
                "needs weights",
                where=type(self).__module__,
                do="declare it under matrix.pretrained in params.yaml, not under matrix.backbones",
            )
        network = self.build()
        try:
            network.load_state_dict(read_tensors(weights, self.is_own), strict=True)
        except (OSError, SafetensorError, RuntimeError) as error:
            raise BenchmarkError(
                f"the weights do not fit {self.model or type(self).__module__}",
                where=str(weights),
                found=" ".join(str(error).split())[:300],
                do=f"remove the file and run `{places.dvc('repro')}` to make it anew",
            ) from None
        self._to_device(network)

    def load_random(self) -> None:
        """Make ready with random weights, to try it and to measure its speed."""
        self._to_device(self.build())

    def _to_device(self, network: nn.Module) -> None:
        self.on_gpu = torch.cuda.is_available()
        self.device = torch.device("cuda" if self.on_gpu else "cpu")
        if self.on_gpu:
            self.batch_size = GPU_BATCH
        network = network.eval().requires_grad_(False).to(self.device)
        if self.modality == "picture" and not self.record.of_clips:
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


def read_tensors(weights: Path, wanted: Callable[[str], bool]) -> dict[str, Tensor]:
    """The tensors of a safetensors file whose names are wanted; the others are not read."""
    with safe_open(weights, framework="pt") as file:
        names = [name for name in file.keys() if wanted(name)]  # noqa: SIM118  (no mapping)
        return {name: file.get_tensor(name) for name in names}

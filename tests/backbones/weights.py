"""Random weights in a file, as the weights stage would have written the real ones."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.overrides import TorchFunctionMode

from stages.embedding.base import family
from stages.embedding.network import Network


def random_weights(name: str, model: str, folder: Path) -> Path | None:
    """A file that the family's `load` takes; None for a family that needs no weights."""
    torch.manual_seed(0)
    backbone = family(name)(model)
    if not isinstance(backbone, Network):
        return None
    path = folder / "weights.safetensors"
    state = backbone.build().state_dict()
    save_file({key: tensor.clone().contiguous() for key, tensor in state.items()}, path)
    return path


class undrawn(TorchFunctionMode):  # noqa: N801 - used as a function
    """Spares the random numbers of a network that then reads its weights, all of them."""

    DRAWS = (Tensor.normal_, Tensor.uniform_, Tensor.erfinv_)

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        drawing = func in self.DRAWS or getattr(func, "__module__", "") == "torch.nn.init"
        return args[0] if args and drawing else func(*args, **(kwargs or {}))

"""Random weights in a file, as the weights stage would have written the real ones."""

from pathlib import Path

import torch
from safetensors.torch import save_file

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

"""Pictures and weights from a seed, the same on every machine, and timm's networks with them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from stages.backbones.timm import Family
from stages.embedding.base import create
from tests.backbones.seeded import noise

SCALES = re.compile(r"(norm|norm\d|bn\d?|downsample\.1)\.weight$|running_var$")


def frame(height: int, width: int) -> np.ndarray:
    """A picture with edges, slopes and noise, (height, width, 3) uint8; the same everywhere."""
    y, x = np.mgrid[:height, :width]
    slopes = np.stack([x * 255 // width, y * 255 // height, (x // 16 + y // 16) % 2 * 200], axis=-1)
    grain = 24 * noise(np.random.RandomState(height), slopes.shape)
    return (slopes + grain).clip(0, 255).astype(np.uint8)


def seeded(network: nn.Module) -> dict[str, Tensor]:
    """Weights for a network, each from its own name."""
    state = {}
    for name, tensor in network.state_dict().items():
        shape = tuple(tensor.shape) or (1,)
        drawn = torch.from_numpy(noise(np.random.RandomState(crc32(name.encode())), shape))
        if tensor.ndim > 1:
            drawn *= (6 / tensor[0].numel()) ** 0.5  # keeps the scale, He et al. 2015
        else:
            drawn = 0.2 * drawn + bool(SCALES.search(name))
        state[name] = drawn.reshape(tensor.shape).to(tensor.dtype)
    return state


def made(folder: Path, model: str, published: Mapping[str, Tensor], **options: Any) -> Family:
    """The family's backbone with published weights, by way of a file as in the pipeline."""
    path = folder / "weights.safetensors"
    converted = Family(model, **options).convert(published)
    save_file({name: tensor.contiguous() for name, tensor in converted.items()}, path)
    backbone = create("timm", path, model, options)
    assert isinstance(backbone, Family)
    return backbone

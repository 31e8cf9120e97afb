"""Sounds and weights from a seed, the same on every machine, and networks that hold them."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from stages.embedding.network import Network


def noise(random: np.random.RandomState, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers spread evenly over [-1, 1), float32, from a stream that numpy keeps frozen."""
    drawn = np.frombuffer(random.bytes(int(np.prod(shape))), np.int8)
    return drawn.reshape(shape) / np.float32(128)


def sound() -> np.ndarray:
    """2.5 s at 16 kHz: three tones and noise that swells, (40000,) float32."""
    time = np.arange(40_000) / 16_000
    tones = sum(np.sin(2 * np.pi * hertz * time) for hertz in (220, 1250, 5300))
    swell = np.abs(np.sin(2 * np.pi * 0.7 * time))
    mixed = 0.1 * tones + 0.2 * swell * noise(np.random.RandomState(3), time.shape)
    return mixed.astype(np.float32)


def holding(backbone: Network, published: Mapping[str, Tensor]) -> Network:
    """The backbone made ready on the CPU with published weights, without a file."""
    backbone.device = torch.device("cpu")
    with torch.device("meta"):  # spares the random numbers of 72 million weights
        network = backbone.build()
    network.to_empty(device=backbone.device)
    network.load_state_dict(backbone.convert(published), strict=True)
    backbone.network = network.eval().requires_grad_(False)
    return backbone

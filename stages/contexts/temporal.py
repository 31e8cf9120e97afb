"""A small temporal convolution: what follows what, wherever in the trailer it happens."""

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu

from stages.contexts import TIMES, time_features

CHANNELS = 32
REACH = 1  # items before and after that a layer looks at


class Context(nn.Module):
    """(n, length, dim) -> (n, dim_out): mean and maximum over time of what two layers find."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.drop = nn.Dropout(0.2)
        self.narrow = nn.Linear(dim + TIMES, CHANNELS)
        # convolutions as products with neighbours side by side: many models at once would make
        # them grouped ones, which are slow on a CPU
        self.layers = nn.ModuleList(
            nn.Linear((2 * REACH + 1) * CHANNELS, CHANNELS) for _ in range(2)
        )
        self.dim_out = 2 * CHANNELS

    def forward(self, x: Tensor, mask: Tensor, time: Tensor) -> Tensor:
        """x: zero where mask (n, length) is False; time: (n, length) in [0, 1]."""
        real = mask[..., None].to(x.dtype)
        found = self.narrow(torch.cat([self.drop(x), time_features(time)], dim=-1)) * real
        for layer in self.layers:
            found = found + gelu(layer(_neighbours(found))) * real  # beyond either end is zero
        mean = found.sum(-2) / real.sum(-2)
        most = found.masked_fill(~mask[..., None], -torch.inf).amax(-2)
        return torch.cat([mean, most], dim=-1)


def _neighbours(x: Tensor) -> Tensor:
    """(n, length, channels) -> (n, length, (2 REACH + 1) channels), from earliest to latest."""
    edge = torch.zeros_like(x[..., :REACH, :])
    padded = torch.cat([edge, x, edge], dim=-2)
    length = x.shape[-2]
    return torch.cat([padded[..., at : at + length, :] for at in range(2 * REACH + 1)], dim=-1)

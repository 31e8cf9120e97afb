"""A small temporal convolution: what follows what, wherever in the trailer it happens."""

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu

from stages.contexts import TIMES, time_features

CHANNELS = 32
REACH = 1  # items before and after that the convolution looks at


class Context(nn.Module):
    """(n, length, dim) -> (n, dim_out): mean and maximum over time of items and their neighbours.

    What is found in the items is kept beside what the convolution finds in their order.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.drop = nn.Dropout(0.2)
        self.narrow = nn.Linear(dim + TIMES, CHANNELS)
        # a convolution as a product with neighbours side by side: many models at once would make
        # it a grouped one, which is slow on a CPU
        self.convolve = nn.Linear((2 * REACH + 1) * CHANNELS, CHANNELS)
        self.dim_out = 2 * CHANNELS

    def forward(self, x: Tensor, mask: Tensor, time: Tensor) -> Tensor:
        """x: zero where mask (n, length) is False; time: (n, length) in [0, 1]."""
        real = mask[..., None].to(x.dtype)  # beyond either end, and in padding, is zero
        found = gelu(self.narrow(torch.cat([self.drop(x), time_features(time)], dim=-1))) * real
        found = (found + gelu(self.convolve(_neighbours(found)))) * real
        mean = found.sum(-2) / real.sum(-2)
        most = found.masked_fill(~mask[..., None], -torch.inf).amax(-2)
        return torch.cat([mean, most], dim=-1)


def _neighbours(x: Tensor) -> Tensor:
    """(n, length, channels) -> (n, length, (2 REACH + 1) channels), from earliest to latest."""
    edge = torch.zeros_like(x[..., :REACH, :])
    padded = torch.cat([edge, x, edge], dim=-2)
    length = x.shape[-2]
    return torch.cat([padded[..., at : at + length, :] for at in range(2 * REACH + 1)], dim=-1)

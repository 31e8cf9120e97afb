"""Attention pooling: the weight of each item of a trailer is learnt, from its content and time.

Ilse, Tomczak and Welling, "Attention-based deep multiple instance learning", ICML 2018; with the
items' times, and with several sets of weights, each for channels of its own.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu

from stages.contexts import N_TIME_FEATURES, time_features

CHANNELS = 32
N_HEADS = 4  # sets of weights over the items, each for a part of the channels


class Context(nn.Module):
    """(n, length, dim) -> (n, dim_out): weighted means over the items."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.drop = nn.Dropout(0.2)
        self.narrow = nn.Linear(dim + N_TIME_FEATURES, CHANNELS)
        self.weigh = nn.Linear(CHANNELS, N_HEADS, bias=False)
        nn.init.zeros_(self.weigh.weight)  # begins as the mean
        self.dim_out = CHANNELS

    def forward(self, x: Tensor, mask: Tensor, time: Tensor) -> Tensor:
        """x: zero where mask (n, length) is False; time: (n, length) in [0, 1]."""
        found = gelu(self.narrow(torch.cat([self.drop(x), time_features(time)], dim=-1)))
        weights = self.weigh(found).masked_fill(~mask[..., None], -torch.inf).softmax(dim=-2)
        each = found.unflatten(-1, (N_HEADS, CHANNELS // N_HEADS))
        return (weights[..., None] * each).sum(-3).flatten(-2)

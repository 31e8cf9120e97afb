"""Attention pooling: how much each item of a trailer counts is learnt, from what and when it is.

Ilse, Tomczak and Welling, "Attention-based deep multiple instance learning", ICML 2018; with the
items' times, and with several sets of weights, each for channels of its own.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu

from stages.contexts import TIMES, time_features

CHANNELS = 32
WEIGHTS = 4  # sets of weights over the items


class Context(nn.Module):
    """(n, length, dim) -> (n, dim_out): the attended means of what is found in each item."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.drop = nn.Dropout(0.2)
        self.narrow = nn.Linear(dim + TIMES, CHANNELS)
        self.weigh = nn.Linear(CHANNELS, WEIGHTS, bias=False)
        nn.init.zeros_(self.weigh.weight)  # begins as the mean
        self.dim_out = CHANNELS

    def forward(self, x: Tensor, mask: Tensor, time: Tensor) -> Tensor:
        """x: zero where mask (n, length) is False; time: (n, length) in [0, 1]."""
        found = gelu(self.narrow(torch.cat([self.drop(x), time_features(time)], dim=-1)))
        weights = self.weigh(found).masked_fill(~mask[..., None], -torch.inf).softmax(dim=-2)
        each = found.unflatten(-1, (WEIGHTS, CHANNELS // WEIGHTS))
        return (weights[..., None] * each).sum(-3).flatten(-2)

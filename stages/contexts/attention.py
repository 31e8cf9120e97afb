"""Attention pooling: how much each item of a trailer counts is learnt, from what and when it is.

Ilse, Tomczak and Welling, "Attention-based deep multiple instance learning", ICML 2018, with the
items' times beside them and with several poolings instead of one.
"""

import torch
from torch import Tensor, nn

from stages.contexts import TIMES, time_features

HIDDEN = 32
POOLINGS = 2


class Context(nn.Module):
    """(n, length, dim) -> (n, dim_out): the attended means, one after another."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(dim + TIMES, HIDDEN)
        self.drop = nn.Dropout(0.2)
        self.weigh = nn.Linear(HIDDEN, POOLINGS, bias=False)
        self.dim_out = POOLINGS * dim

    def forward(self, x: Tensor, mask: Tensor, time: Tensor) -> Tensor:
        """x: zero where mask (n, length) is False; time: (n, length) in [0, 1]."""
        known = torch.cat([x, time_features(time)], dim=-1)
        weights = self.weigh(self.drop(torch.tanh(self.hidden(known))))
        weights = weights.masked_fill(~mask[..., None], -torch.inf).softmax(dim=-2)
        return (weights.transpose(-1, -2) @ x).flatten(-2)

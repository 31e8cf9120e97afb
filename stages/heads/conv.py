"""A small convolutional network on pictures or spectrograms, as the seed study trained one."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

CHANNELS = (16, 32, 48)
MAX_SIDE = 32  # a longer side is halved first: half the work and more, and no score that differs


class Head(nn.Module):
    input_dims = 3  # of one item

    def __init__(self, shape: Sequence[int], n_outputs: int) -> None:
        super().__init__()
        before, height, width = shape
        halves = (1 + (height > MAX_SIDE), 1 + (width > MAX_SIDE))
        layers: list[nn.Module] = [nn.AvgPool2d(halves)] if max(halves) > 1 else []
        for channels in CHANNELS:
            # group, not batch, normalisation: an item's score must not depend on its batch
            layers += [
                nn.Conv2d(before, channels, 3, stride=2, padding=1),
                nn.GroupNorm(4, channels),
                nn.GELU(),
            ]
            before = channels
        self.features = nn.Sequential(*layers)
        self.output = nn.Sequential(nn.Dropout(0.3), nn.Linear(2 * before, n_outputs))

    def forward(self, x: Tensor) -> Tensor:
        maps = self.features(x)
        # mean: how much of it there is; maximum: whether there is any
        return self.output(torch.cat([maps.mean((-2, -1)), maps.amax((-2, -1))], dim=-1))

"""A gated multimodal unit on two joined embeddings: a learnt gate weighs them, feature by feature.

Arevalo, Solorio, Montes-y-Gómez and González, "Gated multimodal units for information fusion",
2017, who classify genres of films from posters and plots.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

HIDDEN = 64


class Head(nn.Module):
    input_dims = 1  # of one item
    n_parts = 2  # joined embeddings; `shape` holds their sizes

    def __init__(self, shape: Sequence[int], n_outputs: int) -> None:
        super().__init__()
        self.sizes = list(shape)
        self.project = nn.ModuleList(nn.Linear(size, HIDDEN) for size in self.sizes)
        self.gate = nn.Linear(sum(self.sizes), HIDDEN)
        self.before = nn.Dropout(0.2)
        self.output = nn.Sequential(nn.Dropout(0.5), nn.Linear(HIDDEN, n_outputs))

    def forward(self, x: Tensor) -> Tensor:
        x = self.before(x)
        first, second = (
            torch.tanh(project(part))
            for project, part in zip(self.project, x.split(self.sizes, dim=-1), strict=True)
        )
        return self.output(second + torch.sigmoid(self.gate(x)) * (first - second))

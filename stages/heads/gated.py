"""A gated multimodal unit on joined embeddings: learnt gates weigh them, feature by feature.

Arevalo, Solorio, Montes-y-Gómez and González, "Gated multimodal units for information fusion",
2017, who classify genres of films from posters and plots.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

HIDDEN = 64


class Head(nn.Module):
    input_dims = 1  # of one item
    n_parts = 2  # joined embeddings, or more; `shape` holds their sizes

    def __init__(self, shape: Sequence[int], n_outputs: int) -> None:
        super().__init__()
        self.sizes = list(shape)
        self.project = nn.ModuleList(nn.Linear(size, HIDDEN) for size in self.sizes)
        gates = 1 if len(self.sizes) == 2 else len(self.sizes)  # of two the other one's is the rest
        self.gate = nn.Linear(sum(self.sizes), gates * HIDDEN)
        self.before = nn.Dropout(0.2)
        self.output = nn.Sequential(nn.Dropout(0.5), nn.Linear(HIDDEN, n_outputs))

    def forward(self, x: Tensor) -> Tensor:
        x = self.before(x)
        parts = [
            torch.tanh(project(part))
            for project, part in zip(self.project, x.split(self.sizes, dim=-1), strict=True)
        ]
        gate = torch.sigmoid(self.gate(x))
        if len(parts) == 2:
            first, second = parts
            return self.output(second + gate * (first - second))
        gates = gate.split(HIDDEN, dim=-1)
        weighed = [each * part for each, part in zip(gates, parts, strict=True)]
        return self.output(torch.stack(weighed).sum(0))

"""One linear layer on an embedding: logistic regression."""

from collections.abc import Sequence

from torch import Tensor, nn


class Head(nn.Module):
    input_dims = 1  # of one item

    def __init__(self, shape: Sequence[int], n_outputs: int) -> None:
        super().__init__()
        (dim,) = shape
        self.output = nn.Linear(dim, n_outputs)
        nn.init.zeros_(self.output.weight)  # convex: every start leads to the same place
        nn.init.zeros_(self.output.bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.output(x)

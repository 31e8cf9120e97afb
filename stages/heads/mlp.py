"""Two layers on an embedding."""

from collections.abc import Sequence

from torch import nn

HIDDEN = 64


class Head(nn.Sequential):
    input_dims = 1  # of one item

    def __init__(self, shape: Sequence[int], n_outputs: int) -> None:
        (dim,) = shape
        super().__init__(
            nn.Dropout(0.2),
            nn.Linear(dim, HIDDEN),
            nn.GELU(),
            nn.Dropout(0.5),
            nn.Linear(HIDDEN, n_outputs),
        )

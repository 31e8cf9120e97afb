"""AdamW (Loshchilov and Hutter, 2019) for models side by side, each with a weight decay of its own.

torch.optim has one decay for all of a tensor, and its import takes a second and 130 MB.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

MOMENTS = 0.9, 0.999
EPSILON = 1e-8


class AdamW:
    """Its learning rate falls to zero along half a cosine."""

    def __init__(
        self, parameters: Sequence[Tensor], rate: float, decay: Tensor, n_steps: int
    ) -> None:
        """parameters: (n_models, *shape) each; decay: (n_models,)."""
        self.parameters, self.rate, self.n_steps, self.done = parameters, rate, n_steps, 0
        self.decays = [decay.view(-1, *[1] * (each.ndim - 1)) for each in parameters]
        self.means = [torch.zeros_like(each) for each in parameters]
        self.squares = [torch.zeros_like(each) for each in parameters]

    @torch.no_grad()
    def step(self, gradients: Sequence[Tensor]) -> None:
        """gradients: of the parameters, in their order."""
        rate = self.rate * (1 + math.cos(math.pi * self.done / self.n_steps)) / 2
        self.done += 1
        first, second = MOMENTS
        root = math.sqrt(1 - second**self.done)
        for parameter, gradient, decay, mean, square in zip(
            self.parameters, gradients, self.decays, self.means, self.squares, strict=True
        ):
            parameter.mul_(1 - rate * decay)
            mean.lerp_(gradient, 1 - first)
            square.mul_(second).addcmul_(gradient, gradient, value=1 - second)
            spread = square.sqrt().add_(EPSILON * root)
            parameter.addcdiv_(mean, spread, value=-rate * root / (1 - first**self.done))

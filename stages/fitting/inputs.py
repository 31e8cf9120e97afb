"""Items as tensors, gathered a batch at a time."""

import numpy as np
import torch
from torch import Tensor

from stages.fitting.items import Items

# x; of sequences also which of it is no padding (n, length) bool and when it is (n, length)
Batch = tuple[Tensor, ...]
COLUMNS = 256  # features whose spread is taken at a time


class Inputs:
    """Items on a device: rows once, sequences put together as they are asked for."""

    def __init__(self, items: Items) -> None:
        self.x = torch.from_numpy(np.ascontiguousarray(items.x))
        self.time = torch.from_numpy(items.time if items.time is not None else np.zeros(0))
        self.index = torch.from_numpy(items.index).long() if items.index is not None else None
        self.length = 1 if self.index is None else max(1, self.index.shape[1])

    def to(self, device: torch.device) -> None:
        """Move them."""
        self.x, self.time = self.x.to(device), self.time.to(device)
        self.index = None if self.index is None else self.index.to(device)

    def __getitem__(self, items: Tensor) -> Batch:
        """The batch of the numbered items, (..., *shape) or (..., length, dim)."""
        if self.index is None:
            return (self.x[items],)
        rows = self.index[items]
        mask, rows = rows >= 0, rows.clamp(min=0)
        return self.x[rows], mask, self.time[rows] * mask

    def mean_and_std(self, items: Tensor) -> tuple[Tensor, Tensor]:
        """Over the numbered items, padding left out; (dim,) each, of maps (channels, 1, 1)."""
        if self.index is None:
            over, part = [0] if self.x.ndim == 2 else [0, 2, 3], self.x[items].float()
            return part.mean(over, keepdim=True)[0], part.std(over, keepdim=True)[0]
        rows = self.index[items].flatten()
        rows = rows[rows >= 0]
        parts = [part[rows].float() for part in self.x.split(COLUMNS, dim=1)]
        std, mean = zip(*(torch.std_mean(part, dim=0) for part in parts), strict=True)
        return torch.cat(mean), torch.cat(std)

"""Items as tensors, gathered a batch at a time."""

from collections.abc import Iterable
from hashlib import sha256
from tempfile import TemporaryFile

import numpy as np
import torch
from torch import Tensor

from stages.fitting.items import Items
from stages.fitting.rows import PART_BYTES, OnDisk

# x; of sequences also which of it is no padding (n, length) bool and when it is (n, length)
Batch = tuple[Tensor, ...]
COLUMNS = 256  # features whose spread is taken at a time


class Inputs:
    """Items on a device: rows once, sequences put together as they are asked for.

    Rows that lie on disk stay there, and only those of a batch are brought to the device. Means are
    the CPU's in either case: a GPU's differ in the last digit.
    """

    def __init__(self, items: Items) -> None:
        x = items.x
        self.here: Tensor | OnDisk
        self.here = x if isinstance(x, OnDisk) else torch.from_numpy(np.ascontiguousarray(x))
        self.x = self.here
        self.time = torch.from_numpy(items.time if items.time is not None else np.zeros(0))
        self.index = torch.from_numpy(items.index).long() if items.index is not None else None
        self.length = 1 if self.index is None else max(1, self.index.shape[1])
        self.device = torch.device("cpu")
        self._spread: dict[bytes, tuple[Tensor, Tensor]] = {}

    def to(self, device: torch.device) -> None:
        """Move them."""
        self.device, self.time = device, self.time.to(device)
        self.x = self.x if isinstance(self.x, OnDisk) else self.x.to(device)
        self.index = None if self.index is None else self.index.to(device)

    def __getitem__(self, items: Tensor) -> Batch:
        """The batch of the numbered items, (..., *shape) or (..., length, dim)."""
        if self.index is None:
            return (self._rows(items),)
        rows = self.index[items]
        mask, rows = rows >= 0, rows.clamp(min=0)
        return self._rows(rows), mask, self.time[rows] * mask

    def mean_and_std(self, items: Tensor) -> tuple[Tensor, Tensor]:
        """Over the numbered items, padding left out; (dim,) each, of maps (channels, 1, 1).

        Models that learn from the same items, seeds of one fold, have them from one look.
        """
        items = items.cpu()
        key = sha256(items.numpy().tobytes()).digest()
        if key not in self._spread:
            mean, std = self._mean_and_std(items)
            self._spread[key] = mean.to(self.device), std.to(self.device)
        return self._spread[key]

    def _mean_and_std(self, items: Tensor) -> tuple[Tensor, Tensor]:
        if self.index is None:
            over, part = [0] if self.here.ndim == 2 else [0, 2, 3], self._floats(items)
            return part.mean(over, keepdim=True)[0], part.std(over, keepdim=True)[0]
        rows = self.index.cpu()[items].flatten()
        rows = rows[rows >= 0]
        if isinstance(self.here, OnDisk):
            parts: Iterable[Tensor] = self._floats(rows).split(COLUMNS, dim=1)
        else:
            parts = (part[rows].float() for part in self.here.split(COLUMNS, dim=1))
        std, mean = zip(*(torch.std_mean(part, dim=0) for part in parts), strict=True)
        return torch.cat(mean), torch.cat(std)

    def _rows(self, rows: Tensor) -> Tensor:
        if isinstance(self.x, OnDisk):
            return torch.from_numpy(self.x[rows.cpu().numpy()]).to(self.device)
        return self.x[rows]

    def _floats(self, rows: Tensor) -> Tensor:
        """Rows as float32, side by side; of rows on disk in a file that goes with the tensor."""
        if not isinstance(self.here, OnDisk):
            return self.here[rows].float()
        numbers = rows.numpy()
        with TemporaryFile(dir=self.here.path.parent) as file:
            found = np.memmap(file, np.float32, "w+", shape=(len(numbers), *self.here.shape[1:]))
        size = max(PART_BYTES // (4 * int(np.prod(self.here.shape[1:]))), 1)
        for start in range(0, len(numbers), size):
            found[start : start + size] = self.here[numbers[start : start + size]]
        return torch.from_numpy(found)

"""Items as tensors, gathered a batch at a time."""

from collections.abc import Callable, Iterable
from hashlib import sha256
from tempfile import TemporaryFile

import numpy as np
import torch
from torch import Tensor

from stages.fitting.items import Items
from stages.fitting.rows import CHUNK_BYTES, MappedRows

Batch = tuple[Tensor, ...]
"""x; of sequences also the mask of what is no padding, and when it is, both (n, length)."""
FEATURES_AT_ONCE = 256  # whose mean and spread are taken


class Inputs:
    """Items on a device: rows once, sequences put together as they are asked for.

    Rows that lie on disk stay there, and only those of a batch are brought to the device. Means are
    the CPU's in either case: a GPU's differ in the last digit.
    """

    def __init__(self, items: Items) -> None:
        x = items.x
        self._on_cpu: Tensor | MappedRows
        self._on_cpu = x if isinstance(x, MappedRows) else torch.from_numpy(np.ascontiguousarray(x))
        self.x = self._on_cpu
        self.time = torch.from_numpy(items.time if items.time is not None else np.zeros(0))
        self.index = torch.from_numpy(items.index).long() if items.index is not None else None
        self.length = 1 if self.index is None else max(1, self.index.shape[1])
        self.device = torch.device("cpu")
        self._mean_and_std_of: dict[bytes, tuple[Tensor, Tensor]] = {}

    def to(self, device: torch.device) -> None:
        """Move them to a device, in place."""
        self.device, self.time = device, self.time.to(device)
        self.x = self.x if isinstance(self.x, MappedRows) else self.x.to(device)
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

        Computed once for models that train on the same items, such as the seeds of one fold.
        """
        items = items.cpu()
        key = sha256(items.numpy().tobytes()).digest()
        if key not in self._mean_and_std_of:
            mean, std = self._mean_and_std(items)
            self._mean_and_std_of[key] = mean.to(self.device), std.to(self.device)
        return self._mean_and_std_of[key]

    def _mean_and_std(self, items: Tensor) -> tuple[Tensor, Tensor]:
        if self._on_cpu.ndim > 2:
            return self._of_channels(items)
        if self.index is None:
            part = self._float_rows(items)
            if part.isnan().any():
                return _known_mean_and_std(part)
            return part.mean(0), part.std(0)
        rows = self.index.cpu()[items].flatten()
        rows = rows[rows >= 0]
        if isinstance(self._on_cpu, MappedRows):
            parts: Iterable[Tensor] = self._float_rows(rows).split(FEATURES_AT_ONCE, dim=1)
        else:
            parts = (part[rows].float() for part in self._on_cpu.split(FEATURES_AT_ONCE, dim=1))
        found = [
            _known_mean_and_std(part) if part.isnan().any() else torch.std_mean(part, dim=0)[::-1]
            for part in parts
        ]
        mean, std = zip(*found, strict=True)
        return torch.cat(mean), torch.cat(std)

    def _of_channels(self, items: Tensor) -> tuple[Tensor, Tensor]:
        """Of maps, (channels, 1, 1) each; in parts, since a float copy is four times as large."""
        numbers, shape = items.numpy(), self._on_cpu.shape[1:]
        size = max(CHUNK_BYTES // (8 * int(np.prod(shape))), 1)
        starts = range(0, len(numbers), size)
        count = len(numbers) * int(np.prod(shape[1:]))

        def total(of: Callable[[Tensor], Tensor]) -> Tensor:
            parts = (torch.as_tensor(self._on_cpu[numbers[at : at + size]]) for at in starts)
            return torch.stack([of(part.double()).sum((0, 2, 3)) for part in parts]).sum(0)

        mean = (total(lambda part: part) / count)[:, None, None]
        variance = total(lambda part: (part - mean).square()) / max(count - 1, 1)
        return mean.float(), variance.sqrt()[:, None, None].float()

    def _rows(self, rows: Tensor) -> Tensor:
        if isinstance(self.x, MappedRows):
            return torch.from_numpy(self.x[rows.cpu().numpy()]).to(self.device)
        return self.x[rows]

    def _float_rows(self, rows: Tensor) -> Tensor:
        """Rows as float32; those on disk in a temporary file that goes with the tensor."""
        if not isinstance(self._on_cpu, MappedRows):
            return self._on_cpu[rows].float()
        numbers = rows.numpy()
        with TemporaryFile(dir=self._on_cpu.path.parent) as file:
            shape = (len(numbers), *self._on_cpu.shape[1:])
            found = np.memmap(file, np.float32, "w+", shape=shape)
        size = max(CHUNK_BYTES // (4 * int(np.prod(shape[1:]))), 1)
        for start in range(0, len(numbers), size):
            found[start : start + size] = self._on_cpu[numbers[start : start + size]]
        return torch.from_numpy(found)


def _known_mean_and_std(part: Tensor) -> tuple[Tensor, Tensor]:
    """Of each feature's known cells, (n, d) -> (d,) each; 0 where there are too few to tell."""
    count = (~part.isnan()).sum(0)
    mean = part.nanmean(0).nan_to_num(0.0)
    squares = (part - mean).square().nansum(0)
    return mean, torch.where(count > 1, squares / (count - 1).clamp(min=1), 0.0).sqrt()

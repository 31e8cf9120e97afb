"""One item of what looks and listens at once: a window of sound, and pictures seen during it.

Both lie side by side in one row of bytes, so that whatever hands items on need not know of two.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor


def side_by_side(pictures: np.ndarray, sound: np.ndarray) -> np.ndarray:
    """One item, (1, bytes) uint8; pictures: (count, ...) uint8; sound: (samples,) float32."""
    if pictures.dtype != np.uint8 or sound.dtype != np.float32:
        raise ValueError(f"pictures of {pictures.dtype} and sound of {sound.dtype}")
    seen = np.ascontiguousarray(pictures).reshape(-1)
    return np.concatenate([seen, np.ascontiguousarray(sound).view(np.uint8)])[None]


def parted(items: Tensor, shape: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Pictures, (n, *shape) uint8, and sound, (n, samples) float32, of items that are alike.

    shape: of one item's pictures.
    """
    size = int(np.prod(shape))
    pictures = items[:, :size].reshape(-1, *shape)
    # a copy, of a single item too: a view as float32 has to begin at a multiple of four bytes
    sound = items[:, size:].clone(memory_format=torch.contiguous_format)
    return pictures, sound.view(torch.float32)

"""What networks of video share: clips resized and cropped as torchvision does."""

from collections.abc import Sequence

import numpy as np
import torch
from torchvision.transforms import InterpolationMode, functional

from stages.base.params import CLIP_PICTURES


def cropped(
    clip: np.ndarray, resize: Sequence[int], crop: Sequence[int], antialias: bool
) -> np.ndarray:
    """The middle of each picture of a clip, (CLIP_PICTURES, 3, *crop) uint8.

    clip: (CLIP_PICTURES, h, w, 3) uint8; resize: pixels of the shorter side, or height and width;
    crop: height and width. Raises ValueError for a clip of another length.
    """
    if len(clip) != CLIP_PICTURES:
        raise ValueError(f"a clip of {len(clip)} pictures, expected {CLIP_PICTURES}")
    pictures = functional.resize(
        torch.from_numpy(clip).permute(0, 3, 1, 2),
        list(resize),
        interpolation=InterpolationMode.BILINEAR,
        antialias=antialias,
    )
    return functional.center_crop(pictures, list(crop)).numpy()

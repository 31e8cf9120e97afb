"""Contexts make one vector of a trailer's sequence, a file each, found by its name.

Here: features of an item's time, which they share.
"""

import torch
from torch import Tensor

WAVES = (1, 2, 4)  # half periods over the sequence: early or late, middle or ends, quarters
N_TIME_FEATURES = len(WAVES)


def time_features(time: Tensor) -> Tensor:
    """(...) in [0, 1] -> (..., N_TIME_FEATURES) in [-1, 1]: cosines, slow to fast."""
    return torch.cos(torch.pi * time[..., None] * time.new_tensor(WAVES))

"""What makes one vector of a whole trailer in order; found by name. Here: when an item is."""

import torch
from torch import Tensor

WAVES = (1, 2, 4)  # half periods over what is looked at: early or late, middle or ends, quarters
TIMES = len(WAVES)


def time_features(time: Tensor) -> Tensor:
    """(...) in [0, 1] -> (..., TIMES) in [-1, 1]: cosines, slow to fast."""
    return torch.cos(torch.pi * time[..., None] * time.new_tensor(WAVES))

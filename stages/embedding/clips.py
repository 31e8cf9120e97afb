"""What sound backbones share: a clip at the rate they want, cut into windows."""

from functools import cache

import numpy as np
import torch
from torchaudio.transforms import Resample


def resample(clip: np.ndarray, sample_rate: int, wanted: int) -> torch.Tensor:
    """Clip, (samples,) float32, at `wanted` Hz."""
    waveform = torch.from_numpy(np.ascontiguousarray(clip, np.float32))
    resampled: torch.Tensor = _resampler(sample_rate, wanted)(waveform)
    return resampled


@cache
def _resampler(sample_rate: int, wanted: int) -> Resample:
    return Resample(sample_rate, wanted)


def cut(waveform: torch.Tensor, length: int) -> torch.Tensor:
    """Windows without overlap, (n_windows, length); the last one is padded with silence.

    A rest shorter than half a window is left out, unless it is all there is.
    """
    whole, rest = divmod(len(waveform), length)
    n_windows = max(whole + (rest >= length / 2), 1)
    waveform = waveform[: n_windows * length]
    if short := n_windows * length - len(waveform):
        waveform = torch.nn.functional.pad(waveform, (0, short))
    return waveform.reshape(n_windows, length)

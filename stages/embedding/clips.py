"""What sound backbones share: a clip at the rate they want, cut into windows."""

import numpy as np
import torch
import torchaudio


def resample(clip: np.ndarray, sample_rate: int, wanted: int) -> torch.Tensor:
    """Clip, (samples,) float32, at `wanted` Hz."""
    waveform = torch.from_numpy(np.ascontiguousarray(clip, np.float32))
    return torchaudio.functional.resample(waveform, sample_rate, wanted)


def cut(waveform: torch.Tensor, length: int) -> torch.Tensor:
    """Windows without overlap, (n_windows, length); the last one is padded with silence.

    A rest shorter than half a window is left out, unless it is all there is.
    """
    whole, rest = divmod(len(waveform), length)
    n_windows = max(whole + (rest >= length / 2), 1)
    waveform = waveform[: n_windows * length]
    padded = torch.nn.functional.pad(waveform, (0, n_windows * length - len(waveform)))
    return padded.reshape(n_windows, length)

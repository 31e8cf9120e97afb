"""What VGGish and YAMNet hear: patches of a log-mel spectrogram, 96 frames of 10 ms by 64 bands.

Facts: mel_features.py, vggish_input.py and yamnet/features.py of tensorflow/models,
research/audioset. torchaudio's HTK filterbank is not this one: its triangles are linear in hertz.
"""

from functools import cache

import numpy as np
import torch
from torch import Tensor

RATE = 16_000
FRAME, STEP, FFT = 400, 160, 512  # samples: 25 ms, 10 ms
BANDS, LOWEST, HIGHEST = 64, 125.0, 7500.0  # hertz
PATCH_FRAMES = 96
PATCH_SAMPLES = (PATCH_FRAMES - 1) * STEP + FRAME  # 15,600: 0.975 s
PATCH_SECONDS = PATCH_SAMPLES / RATE


@cache
def mel_filterbank() -> Tensor:
    """Triangles of height 1, linear in mel (HTK), (257, 64) float32."""
    bins = _mel(np.linspace(0, RATE / 2, FFT // 2 + 1))[:, None]
    lowest, highest = _mel(np.array([LOWEST, HIGHEST]))
    edges = np.linspace(lowest, highest, BANDS + 2)
    lower, centre, upper = edges[:-2], edges[1:-1], edges[2:]
    rise, fall = (bins - lower) / (centre - lower), (upper - bins) / (upper - centre)
    bank = np.maximum(0, np.minimum(rise, fall))
    return torch.from_numpy(bank.astype(np.float32))


def log_mel(waveform: Tensor, offset: float, filterbank: Tensor | None = None) -> Tensor:
    """Natural logarithm of mel magnitudes + `offset`, (frames, 64).

    waveform: (samples,) float32 in [-1, 1] at 16 kHz. Only whole frames count:
    1 + (samples - 400) // 160 of them. filterbank: (257, 64), `mel_filterbank()` if None.
    """
    # torch puts the window of 400 in the middle of the 512, the original at its start: the
    # magnitudes are the same once the 56 samples on either side are silent
    padded = torch.nn.functional.pad(waveform, ((FFT - FRAME) // 2,) * 2)
    window = torch.hann_window(FRAME)
    spectrum = torch.stft(padded, FFT, STEP, FRAME, window, center=False, return_complex=True)
    bank = mel_filterbank() if filterbank is None else filterbank
    return torch.log(spectrum.abs().T @ bank + offset)


def patches(spectrogram: Tensor, hop: int) -> Tensor:
    """Whole patches of a spectrogram (frames, 64), one every `hop` frames, (n, 96, 64)."""
    return spectrogram.unfold(0, PATCH_FRAMES, hop).transpose(1, 2).contiguous()


def _mel(hertz: np.ndarray) -> np.ndarray:
    return 1127.0 * np.log1p(hertz / 700.0)

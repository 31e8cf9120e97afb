"""OpenL3's ear before its network: windows of sound to mel spectrograms in decibels.

Two front ends (marl/openl3): `current` is what the package computes since 0.4.0 (kapre 0.3 and
later); `legacy` is what it computed before (kapre 0.1.4), and what its weights were trained with.
"""

from functools import cache
from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor

FrontEnd = Literal["current", "legacy"]
FRONT_ENDS = get_args(FrontEnd)

RATE = 48_000
WINDOW = RATE  # samples
BANDS, FRAMES = 256, 199
N_FFT, STEP = 2048, 242
SILENCE = (FRAMES - 1) * STEP + N_FFT - WINDOW  # zeros that the last frame needs
LEAST, RANGE = 1e-10, 80.0  # of a magnitude; in dB below the window's loudest value


def windows_of(waveform: Tensor, hop: int, center: bool) -> Tensor:
    """Windows of one second, (n_windows, 48000), a view; every sample is in one (if hop allows).

    waveform: (samples,) at 48 kHz. hop: samples from window to window. center: half a window of
    zeros goes in front, so that window i lies around sample i × hop. The end is filled with zeros.
    """
    front = WINDOW // 2 if center else 0
    hops = max(-(-(len(waveform) + front - WINDOW) // hop), 0)
    end = WINDOW + hops * hop - front - len(waveform)
    return torch.nn.functional.pad(waveform, (front, end)).unfold(0, WINDOW, hop)


@cache
def filterbank(front_end: FrontEnd) -> Tensor:
    """Weights of the mel bands, (1025, 256): triangles in Hz of one area, 0 to 24 kHz.

    In double precision, as librosa has them: the narrow bands of torchaudio's are 0.001 dB off.
    """
    if front_end == "legacy":  # HTK: 2595 log10(1 + f / 700)
        mel = np.linspace(0, 2595 * np.log10(1 + RATE / 2 / 700), BANDS + 2)
        edges = 700 * (10 ** (mel / 2595) - 1)
    else:  # Slaney, Auditory Toolbox: 3 mel to 200 Hz up to 1 kHz, then 27 mel to a factor of 6.4
        mel = np.linspace(0, 15 + 27 * np.log(RATE / 2 / 1000) / np.log(6.4), BANDS + 2)
        edges = np.where(mel < 15, mel * 200 / 3, 1000 * 6.4 ** ((mel - 15) / 27))
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    bins = np.linspace(0, RATE / 2, N_FFT // 2 + 1)[:, None]
    sides = np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle))
    return torch.from_numpy(sides.clip(0) * 2 / (high - low)).to(torch.float32)


def decibels(windows: Tensor, front_end: FrontEnd) -> Tensor:
    """Mel spectrograms of windows (n, 48000): (n, 256, 199), lowest band first, in [-80, 0].

    Ten times the logarithm, though of a magnitude; 0 is the loudest value of the window.
    """
    before = SILENCE // 2 if front_end == "legacy" else 0
    padded = torch.nn.functional.pad(windows, (before, SILENCE - before))
    hann = torch.hann_window(N_FFT, device=windows.device)
    spectrum = torch.stft(padded, N_FFT, STEP, window=hann, center=False, return_complex=True).abs()
    bands = filterbank(front_end).T.to(windows.device)
    mel = bands @ spectrum if front_end == "current" else (bands @ spectrum**2).sqrt()
    level = 10 * mel.clamp(min=LEAST).log10()
    return (level - level.amax((1, 2), keepdim=True)).clamp(min=-RANGE)

"""When somebody speaks, by Silero's network for voice activity, in faster-whisper's package.

It is the one that Whisper is asked by, so that what is called speech is what is transcribed: of
silero-vad 6.0.0, to the bit (faster-whisper 1.2.1; Silero Team, MIT licence).
"""

from importlib import import_module

import numpy as np

from stages.base.errors import BenchmarkError
from stages.words.whisper import INSTALL, RATE

LIBRARIES = ("faster-whisper", "onnxruntime")
# Silero's own settings; faster-whisper's join what is two seconds apart: Whisper wants context
SETTINGS = {"min_speech_duration_ms": 250, "min_silence_duration_ms": 100, "speech_pad_ms": 30}


def check() -> None:
    """Raise BenchmarkError where what finds speech is not installed."""
    try:
        import_module("faster_whisper.vad")
        import_module("onnxruntime")
    except ImportError:
        raise BenchmarkError(
            "finding speech needs faster-whisper and onnxruntime", do=f"run `{INSTALL}`"
        ) from None


def spans(waveform: np.ndarray, voice: float) -> np.ndarray:
    """Start and end of each stretch of speech, (n, 2) float64 seconds, ascending, without overlap.

    waveform: (samples,) float32 in [-1, 1] at RATE hertz; voice: speech begins where a voice is at
    least as probable, and ends where it is less by .15. Raises BenchmarkError as `check`.
    """
    check()
    vad = import_module("faster_whisper.vad")
    options = vad.VadOptions(threshold=voice, **SETTINGS)
    found = vad.get_speech_timestamps(waveform, options, sampling_rate=RATE)
    stretches = [(each["start"], each["end"]) for each in found]
    return np.array(stretches, np.float64).reshape(-1, 2) / RATE

"""Speech to text: voice activity first, then Whisper on what is speech, by faster-whisper.

The most likely text, by beam search, without chance and without what came before: equal sound gives
equal text, and a loop in one stretch does not go on in the next. (Radford et al. 2022,
arXiv 2212.04356; voice activity by Silero, in faster-whisper's own package.)

Where it runs is environment: WHISPER_DEVICE, and WHISPER_PRECISION, which may change a word.
"""

import os
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from stages.base.errors import BenchmarkError
from stages.base.store import ROOT, Store

RATE = 16_000  # hertz, of what Whisper hears
LIBRARIES = ("ctranslate2", "faster-whisper", "onnxruntime", "tokenizers")
BEAM = 5  # hypotheses side by side, as in the paper
DEVICES = ("cpu", "cuda")
PRECISION = {"cpu": "int8", "cuda": "float16"}  # where WHISPER_PRECISION names none
INSTALL = "python requirements/install.py core words"


class Whisper:
    """A loaded model, on one core or on the GPU."""

    def __init__(self, files: Mapping[str, str]) -> None:
        """files: name -> sha256, as the store has them.

        Raises BenchmarkError without faster-whisper, and for files that are no such model.
        """
        library = _library("faster_whisper")
        where = device()
        how = precision(where)
        with TemporaryDirectory() as folder:
            folder_of(files, Path(folder))
            try:
                self._model: Any = library.WhisperModel(
                    folder, device=where, compute_type=how, cpu_threads=1, local_files_only=True
                )
            except (RuntimeError, ValueError) as error:
                raise BenchmarkError(
                    "Whisper cannot be loaded",
                    where=f"WHISPER_DEVICE={where}, WHISPER_PRECISION={how}",
                    found=" ".join(str(error).split())[:300],
                    do="unset both, or choose others",
                ) from None

    def __call__(
        self, waveform: np.ndarray, voice: float, around_seconds: float
    ) -> list[dict[str, Any]]:
        """Segments in their order: start and end in seconds, text, language, log_probability and
        no_speech; none where nobody speaks.

        waveform: (samples,) float32 in [-1, 1] at RATE hertz; voice, around_seconds: as in the
        parameters `words.speech`.
        """
        found, about = self._model.transcribe(
            waveform,
            beam_size=BEAM,
            temperature=0.0,
            condition_on_previous_text=False,
            no_speech_threshold=None,  # what is no speech is kept, and said to be: `invented`
            vad_filter=True,
            vad_parameters={"threshold": voice, "speech_pad_ms": round(1000 * around_seconds)},
        )
        if not about.duration_after_vad:
            return []
        return [
            {
                "start": max(float(each.start), 0.0),
                "end": max(float(each.end), float(each.start), 0.0),
                "text": each.text.strip(),
                "language": about.language,
                "log_probability": float(each.avg_logprob),
                "no_speech": min(max(float(each.no_speech_prob), 0.0), 1.0),
            }
            for each in found
            if each.text.strip()
        ]


@cache
def loaded(files: tuple[tuple[str, str], ...]) -> Whisper:
    """The model of these files, read once in a process."""
    return Whisper(dict(files))


def folder_of(files: Mapping[str, str], folder: Path, root: Path = ROOT) -> Path:
    """`folder`, filled with links to a model's files in the store, as CTranslate2 wants them.

    files: as `fetch` gives them. Raises BenchmarkError for one that the store lost.
    """
    store = Store("weights", 1, None, root)
    for name, digest in files.items():
        kept = store.find_content(digest)
        if kept is None:
            raise BenchmarkError(
                f"Whisper's {name} is not in the store",
                found=f"sha256 {digest}",
                do="run the same command again, which brings it",
            )
        (folder / name).symlink_to(kept.absolute())
    return folder


def device() -> str:
    """WHISPER_DEVICE, or the GPU where CTranslate2 sees one. Raises BenchmarkError."""
    asked = os.environ.get("WHISPER_DEVICE", "")
    if not asked:
        return "cuda" if _library("ctranslate2").get_cuda_device_count() else "cpu"
    if asked not in DEVICES:
        raise BenchmarkError(
            "bad WHISPER_DEVICE", found=asked, expected=f"one of {', '.join(DEVICES)}"
        )
    return asked


def precision(where: str) -> str:
    """WHISPER_PRECISION, or the usual one of a device. Raises BenchmarkError for another."""
    asked = os.environ.get("WHISPER_PRECISION", "")
    known = sorted(_library("ctranslate2").get_supported_compute_types(where))
    if asked and asked not in known:
        raise BenchmarkError(
            "bad WHISPER_PRECISION", found=asked, expected=f"on {where} one of {', '.join(known)}"
        )
    return asked or PRECISION[where]


def _library(name: str) -> Any:
    """A library of the extra `words`. Raises BenchmarkError where it is not installed."""
    try:
        return import_module(name)
    except ImportError:
        raise BenchmarkError(
            f"transcribing needs {name.replace('_', '-')}", do=f"run `{INSTALL}`"
        ) from None

"""How fast this machine embeds: measured once per model, on noise, with random weights."""

import json
import time
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np
import torch

from stages.base.files import write
from stages.base.parallel import workers
from stages.base.params import (
    CLIP_PICTURES,
    AudioParams,
    BackboneParams,
    ClipsParams,
    FramesParams,
)
from stages.base.params.modalities import JOINT
from stages.base.versions import code_of_plugin
from stages.embedding.base import Backbone, create_for_trial
from stages.embedding.texts import coded

FRAMES = 4
CLIPS = 2
SECONDS = 12.0
TEXT = "a dozen words or so are what one says in a breath, or reads"
TEXTS = 60  # that a trailer says and shows


@dataclass(frozen=True)
class Rates:
    """Seconds per frame, clip, second of sound, window or text, kept in a file: each is measured
    once."""

    path: Path
    frames: FramesParams
    audio: AudioParams
    clips: ClipsParams | None = None

    def seconds_per_trailer(self, backbone: BackboneParams) -> float:
        """Seconds that embedding one trailer takes on this machine.

        Raises BenchmarkError where the family lacks its library or does not know the model.
        """
        known = self._read()
        key = _key(backbone)
        if key not in known:
            known[key] = _measure(backbone, self.frames, self.audio)
            self._write(known)
        clips = self.clips.count if self.clips else 0
        return known[key] * units_of(backbone.reads, self.frames, self.audio, clips)

    def _read(self) -> dict[str, float]:
        try:
            known = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        pairs = known.items() if isinstance(known, dict) else ()
        return {key: rate for key, rate in pairs if isinstance(rate, float) and 0 < rate < inf}

    def _write(self, known: dict[str, float]) -> None:
        write(json.dumps(known, indent=1, sort_keys=True), self.path)


def _key(backbone: BackboneParams) -> str:
    code = code_of_plugin("backbones", backbone.family, "stages/embedding/*.py")
    return json.dumps(
        [
            *(backbone.family, backbone.model, backbone.options, backbone.precision),
            *(code, workers()),
        ],
        sort_keys=True,
    )


def _measure(backbone: BackboneParams, frames: FramesParams, audio: AudioParams) -> float:
    made = create_for_trial(backbone.family, backbone.model, backbone.options, backbone.precision)
    return seconds_per_unit(made, frames, audio)


def units_of(reads: str, frames: FramesParams, audio: AudioParams, clips: int) -> float:
    """Frames, clips, seconds of sound, windows with their pictures, or texts of a trailer.

    clips: how many it has.
    """
    windows = len(audio.windows)
    found = {"frames": frames.count, "clips": clips, "audio": audio.seconds * windows}
    return (found | {JOINT: windows, "words": TEXTS})[reads]


def seconds_per_unit(made: Backbone, frames: FramesParams, audio: AudioParams) -> float:
    """Seconds that a frame, a clip, a second of sound, a window with its pictures or a text takes.

    But for the first batch.
    """
    random = np.random.default_rng(0)
    trailer: list[np.ndarray] | np.ndarray
    if made.modality == "picture":
        count = (CLIPS, CLIP_PICTURES) if made.record.of_clips else (FRAMES,)
        size = (*count, frames.short_side, frames.short_side * 16 // 9, 3)
        trailer = list(random.integers(0, 256, size, dtype=np.uint8))
        units = float(len(trailer))
    elif made.modality == "both":
        size = (made.pictures, frames.short_side, frames.short_side * 16 // 9, 3)
        sound = random.normal(0, 0.1, round(audio.seconds * audio.sample_rate))
        pictures = random.integers(0, 256, size, dtype=np.uint8)
        trailer, units = [*pictures, sound.astype(np.float32)], 1.0
    elif made.modality == "words":
        trailer, units = coded([f"{number} {TEXT}" for number in range(TEXTS)]), float(TEXTS)
    else:
        n_samples = int(SECONDS * audio.sample_rate)
        trailer = random.normal(0, 0.1, n_samples).astype(np.float32)
        units = SECONDS
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as each core works: on a trailer of its own
    try:
        made(trailer, audio.sample_rate)
        begin = time.perf_counter()
        items = made.prepare_items(trailer, audio.sample_rate)
        prepared = time.perf_counter()
        made.embed_items(items)
        embedded = time.perf_counter()
    finally:
        torch.set_num_threads(threads)
    preparing, embedding = (prepared - begin) / workers(), embedded - prepared
    # a GPU embeds while all cores prepare, cores do one after the other
    seconds = max(preparing, embedding) if made.on_gpu else preparing + embedding / workers()
    return seconds / units

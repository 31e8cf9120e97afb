"""How much like music each half second of a sound is, by YAMNet's scores of AudioSet's classes.

The score of a look is the highest of its classes of music (`embedding.audioset_layers`:
instruments, genres, roles, moods, and singing). YAMNet looks at 0.975 s every 0.48 s and hears at
16 kHz, as the whole sound is kept; EfficientAT looks at ten seconds at once, too long to say when.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np

from stages.backbones.yamnet import Family
from stages.base.store import identity
from stages.embedding.audioset_mel import RATE
from stages.embedding.weights.convert import write_weights
from stages.embedding.weights.sources import WeightsConfig, files_of, locate
from stages.embedding.weights.weights_dir import weights_dir

MODEL, LAYER = "yamnet_scores", "music"
RECORD = Family.RECORDS[MODEL]
NOWHERE = Path()  # no file: nothing was written before
BLOCK = 125  # looks at once: a minute, so that an hour of sound needs no more memory


class MusicNetwork:
    """YAMNet's scores of music. weights: as `fetch` writes them; None: random, to try it."""

    def __init__(self, weights: Path | None) -> None:
        self._family = Family(MODEL, layer=LAYER)
        if weights is None:
            self._family.load_random()
        else:
            self._family.load(weights)

    def __call__(self, waveform: np.ndarray) -> np.ndarray:
        """Score of each look, (n_looks,) float32 from 0 to 1.

        waveform: (samples,) float32 in [-1, 1] at 16 kHz; the last look is padded with silence.
        """
        hop, length = (round(s * RATE) for s in (Family.hop_seconds, Family.window_seconds))
        count = 1 + -(-max(len(waveform) - length, 0) // hop)
        found = []
        for first in range(0, count, BLOCK):
            looks = min(BLOCK, count - first)
            begin = first * hop
            scores = self._family(waveform[begin : begin + (looks - 1) * hop + length], RATE)
            found.append(scores.max(axis=1))
        return np.concatenate(found)


def edges(count: int, seconds: float) -> np.ndarray:
    """Between which times each look counts, (count + 1,) seconds: those nearest to its middle.

    The first counts from the beginning and the last to the end.
    """
    middles = Family.window_seconds / 2 + np.arange(count) * Family.hop_seconds
    between = (middles[:-1] + middles[1:]) / 2
    return np.concatenate([[0.0], np.minimum(between, seconds), [seconds]])


def config_of() -> WeightsConfig:
    """Where its weights may come from: the environment, and the project's folder."""
    return WeightsConfig(MODEL, folder=weights_dir())


def where(config: WeightsConfig) -> str:
    """In words where its weights are on this machine, "" if they would be downloaded."""
    return locate(files_of(RECORD, is_asked=False), config, NOWHERE)


def fetch(config: WeightsConfig, target: Path) -> None:
    """Write its weights, downloaded and pinned in weights.lock if they are not here.

    Raises BenchmarkError where they cannot be had or are not the known ones.
    """
    write_weights(Family(MODEL), config, target)


def loaded(weights: Path) -> MusicNetwork:
    """The network of these weights, read once in a process; other weights take its place."""
    return _loaded(weights, identity(weights))


@lru_cache(maxsize=1)
def _loaded(weights: Path, version: tuple[str | int, ...]) -> MusicNetwork:
    return MusicNetwork(weights)

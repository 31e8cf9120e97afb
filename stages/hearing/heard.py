"""Hear what trailers are made of: kept by the sound's hash, the networks and Silero's threshold.

What is kept are stretches of speech and scores of music. From which score on it is music is decided
afterwards, so that another threshold hears nothing again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from stages.base.compute import use_one_thread
from stages.base.errors import TrailerError
from stages.base.npz import check_npz
from stages.base.params import LayersParams
from stages.base.store import Store, identity, sha256
from stages.base.versions import code_of
from stages.hearing import music, voice
from stages.hearing.shares import Heard, stretches
from stages.trailers.media import results
from stages.words.sounds import RATE, digest_of, find_sound, waveform_of, work_on

VOICE = ("stages/hearing/voice.py",)
MUSIC = ("stages/hearing/music.py", "stages/backbones/yamnet.py", "stages/embedding/*.py")
LIBRARIES = ("numpy", "torch")  # of the network of music
TOLERANCE = 1e-6  # seconds


@dataclass(frozen=True)
class Recipe:
    """What a sound is heard with."""

    voice: float
    weights: Path | None
    """Of the network of music; None: nobody listens for it."""


@dataclass(frozen=True)
class HearingJob:
    """A trailer's sound, and what to hear it with."""

    sound: results.Job
    """With the parameters WHOLE."""
    recipe: Recipe


@dataclass(frozen=True)
class Check:
    """Raises ValueError for a file that does not hold what was heard in one sound."""

    has_music: bool

    def __call__(self, path: Path) -> None:
        check_npz(
            path,
            {
                "seconds": (np.float64, (1,)),
                "speech": (np.float64, ("n", 2)),
                "music": (np.float32, ("m",)),
            },
        )
        with np.load(path) as file:
            (seconds,), speech, scores = file["seconds"], file["speech"].ravel(), file["music"]
        within = np.concatenate([[0.0], speech, [seconds + TOLERANCE]])
        if not (np.isfinite(within).all() and (np.diff(within) >= 0).all()):
            raise ValueError("stretches of speech are not in order within the sound")
        if not ((scores >= 0) & (scores <= 1)).all() or bool(len(scores)) != self.has_music:
            raise ValueError("scores of music are missing, or not from 0 to 1")


def store_of(recipe: Recipe) -> Store:
    """Where is kept what was heard so."""
    return _store_of(recipe, identity(recipe.weights) if recipe.weights else ())


@cache
def _store_of(recipe: Recipe, version: tuple[str | int, ...]) -> Store:
    weights = sha256(recipe.weights) if recipe.weights else ""
    patterns = (*VOICE, *MUSIC) if weights else VOICE
    libraries = (*voice.LIBRARIES, *LIBRARIES) if weights else voice.LIBRARIES
    made_from = {"voice": recipe.voice, "weights": weights}
    code = code_of(*patterns, libraries=libraries)
    return Store("layers", code, made_from, check=Check(bool(weights)))


def find(job: HearingJob) -> Path | None:
    """The entry of what was heard in a trailer, if both it and its sound are in the store.

    Raises TrailerError with the reason why there is no sound, where that is known.
    """
    sound = find_sound(job.sound)
    return None if sound is None else store_of(job.recipe).find(key_of(sound, job.recipe))


def key_of(sound: Path, recipe: Recipe) -> str:
    """Of what is heard in a stored sound. Raises TrailerError where it is none."""
    return store_of(recipe).key(digest_of(sound))


def hear(job: HearingJob) -> Path:
    """Path of what is heard in a trailer, in the store, heard if missing; runs in a worker.

    Its sound is in the store: the caller has taken it, in a process of its own (`bounded`). Raises
    TrailerError with the reason why there is none.
    """
    sound = results.extract(job.sound)
    store, recipe = store_of(job.recipe), job.recipe
    key = key_of(sound, recipe)
    if (found := store.find(key)) is not None:
        return found
    use_one_thread()
    waveform = waveform_of(sound)
    scores = music.loaded(recipe.weights)(waveform) if recipe.weights else np.empty(0, np.float32)
    seconds, speech = np.array([len(waveform) / RATE]), voice.spans(waveform, recipe.voice)
    with store.put(key) as path, path.open("wb") as file:
        np.savez(file, seconds=seconds, speech=speech, music=scores)
    found = store.find(key)
    if found is None:
        raise TrailerError("crashed", "what was heard could not be stored")
    return found


def hear_all(todo: Sequence[HearingJob]) -> Iterator[tuple[HearingJob, Path | TrailerError]]:
    """Hear all trailers, as results come: on each core one, on a GPU one after another.

    On a cluster workers for networks take what needs weights; where they see no common folder, it
    runs on this machine.
    """
    with_network = any(job.recipe.weights for job in todo)
    return work_on(
        todo,
        find,
        hear,
        lambda: with_network and _on_gpu(),
        same_folder=with_network,
        network=with_network,
    )


def read(path: Path, params: LayersParams) -> Heard:
    """What an entry holds, by these parameters."""
    with np.load(path) as file:
        seconds, speech, scores = float(file["seconds"][0]), file["speech"], file["music"]
    if params.music is None:
        return Heard(seconds, speech, None)
    found = stretches(scores >= params.music, music.edges(len(scores), seconds))
    return Heard(seconds, speech, found)


def _on_gpu() -> bool:
    import torch  # a second, where anything is left to hear

    return torch.cuda.is_available()

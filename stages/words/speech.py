"""Transcribe trailers: a video's whole sound becomes segments, which are kept by the sound's hash.

A trailer whose sound was heard before costs nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stages.base.compute import use_one_thread
from stages.base.errors import TrailerError
from stages.base.params import SpeechParams
from stages.base.store import Store
from stages.base.versions import code_of
from stages.trailers.media import results
from stages.words import whisper
from stages.words.rows import SEGMENTS, RowsCheck, keep
from stages.words.sounds import digest_of, find_sound, waveform_of, work_on

CODE = ("stages/words/whisper.py",)
CHECK = RowsCheck(SEGMENTS)


@dataclass(frozen=True)
class Recipe:
    """What decides the segments of a sound."""

    files: tuple[tuple[str, str], ...]
    """Name and sha256 of each of the model's files."""
    voice: float
    around_seconds: float

    @classmethod
    def from_params(cls, params: SpeechParams, files: Mapping[str, str]) -> "Recipe":
        """files: as `weights.fetch` gives them."""
        return cls(tuple(sorted(files.items())), params.voice, params.around_seconds)


@dataclass(frozen=True)
class SpeechJob:
    """A trailer's sound, and what to transcribe it with."""

    sound: results.Job
    """With the parameters WHOLE."""
    recipe: Recipe


def store_of(recipe: Recipe) -> Store:
    """Where the segments by a recipe are kept."""
    return Store("speech", code_of(*CODE, libraries=whisper.LIBRARIES), recipe, check=CHECK)


def find(job: SpeechJob) -> Path | None:
    """The entry of a trailer's segments, if both it and its sound are in the store.

    Raises TrailerError with the reason why there is no sound, where that is known.
    """
    sound = find_sound(job.sound)
    return None if sound is None else store_of(job.recipe).find(key_of(sound, job.recipe))


def transcribe(job: SpeechJob) -> Path:
    """Path of a trailer's segments in the store, transcribed if missing; runs in a worker.

    Its sound is in the store: the caller has taken it, in a process of its own (`bounded`). Raises
    TrailerError with the reason why there is none.
    """
    sound = results.extract(job.sound)
    store, key = store_of(job.recipe), key_of(sound, job.recipe)
    found = store.find(key)
    if found is not None:
        return found
    use_one_thread()
    listen, recipe = whisper.loaded(job.recipe.files), job.recipe
    segments = listen(waveform_of(sound), recipe.voice, recipe.around_seconds)
    return keep(segments, SEGMENTS, store, key)


def transcribe_all(todo: Sequence[SpeechJob]) -> Iterator[tuple[SpeechJob, Path | TrailerError]]:
    """Transcribe all trailers, as results come.

    On a GPU they are transcribed one after another, by one model; else by one on each core. On a
    cluster workers for networks transcribe them.
    """
    return work_on(todo, find, transcribe, alone=lambda: whisper.device() == "cuda", network=True)


def key_of(sound: Path, recipe: Recipe) -> str:
    """Key of the segments of a stored sound. Raises TrailerError where it is none."""
    return store_of(recipe).key(digest_of(sound))

"""Transcribe trailers: a video's whole sound becomes segments, which are kept by the sound's hash.

The sound is taken as the windows of `audio` are, by the same code and into the same store: one
window of an hour, at Whisper's rate. A trailer whose sound was heard before costs nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from stages.base.compute import use_one_thread
from stages.base.errors import TrailerError
from stages.base.flac import decode_flac
from stages.base.packs import DIGEST
from stages.base.parallel import run
from stages.base.params import AudioParams, SpeechParams
from stages.base.store import Store
from stages.base.versions import code_of
from stages.trailers.media import results
from stages.words import whisper
from stages.words.rows import SEGMENTS, RowsCheck, keep

WHOLE = AudioParams(sample_rate=whisper.RATE, seconds=3600, windows=("start",))
"""The whole sound of a trailer, of a longer one its first hour; no shorter than a window may be."""
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
    sounds = results.store_of(WHOLE)
    sound = sounds.find(sounds.key(job.sound.sha256))
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
    with pa.OSFile(str(sound), "rb") as file:
        flac = pa.ipc.open_file(file).read_all()["flac"][0].as_py()
    waveform, _ = decode_flac(flac)
    listen, recipe = whisper.loaded(job.recipe.files), job.recipe
    segments = listen(waveform, recipe.voice, recipe.around_seconds)
    return keep(segments, SEGMENTS, store, key)


def transcribe_all(todo: Sequence[SpeechJob]) -> Iterator[tuple[SpeechJob, Path | TrailerError]]:
    """Take the sound of all trailers, then transcribe each, as results come.

    What was heard before comes first, without another process. On a GPU the others are transcribed
    one after another, by one model; else by one on each core.
    """
    missing = {}
    for job in todo:
        try:
            found: Path | TrailerError | None = find(job)
        except TrailerError as error:
            found = error
        if found is None:
            missing[job.sound] = job
        else:
            yield job, found
    heard = []
    for sound, taken in run(results.extract, list(missing), bounded=True):
        if isinstance(taken, TrailerError):
            yield missing[sound], taken
        else:
            heard.append(missing[sound])
    alone = len(heard) if whisper.device() == "cuda" else 0
    yield from run(transcribe, heard, serial_up_to=alone)


def key_of(sound: Path, recipe: Recipe) -> str:
    """Key of the segments of a stored sound. Raises TrailerError where it is none."""
    with pa.OSFile(str(sound), "rb") as file:
        metadata = pa.ipc.open_file(file).schema.metadata
    said = {key.decode(): value.decode() for key, value in metadata.items()}
    if said["reason"] != "ok":
        raise TrailerError(said["reason"], said["note"])
    return store_of(recipe).key(said[DIGEST.decode()])

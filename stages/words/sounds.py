"""The whole sound of trailers, and work that is done on it once for each.

It is taken as the windows of `audio` are, by the same code and into the same store: one window of
an hour, at 16 kHz. Whisper hears it, and whoever asks what the sound is made of.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
import pyarrow as pa

from stages.base.errors import TrailerError
from stages.base.flac import decode_flac
from stages.base.packs import DIGEST
from stages.base.parallel import run
from stages.base.params import AudioParams
from stages.trailers.media import results
from stages.words.whisper import RATE

WHOLE = AudioParams(sample_rate=RATE, seconds=3600, windows=("start",))
"""The whole sound of a trailer, of a longer one its first hour; no shorter than a window may be."""


class SoundJob(Protocol):
    """Work on one trailer's sound; it can be compared and hashed."""

    @property
    def sound(self) -> results.Job:
        """With the parameters WHOLE."""
        ...


Job = TypeVar("Job", bound=SoundJob)


def find_sound(job: results.Job) -> Path | None:
    """The entry of a trailer's sound, if the store has it."""
    sounds = results.store_of(WHOLE)
    return sounds.find(sounds.key(job.sha256))


def digest_of(sound: Path) -> str:
    """Of what a stored sound holds. Raises TrailerError with the reason where it is none."""
    with pa.OSFile(str(sound), "rb") as file:
        metadata = pa.ipc.open_file(file).schema.metadata
    said = {key.decode(): value.decode() for key, value in metadata.items()}
    if said["reason"] != "ok":
        raise TrailerError(said["reason"], said["note"])
    return said[DIGEST.decode()]


def waveform_of(sound: Path) -> np.ndarray:
    """(samples,) float32 in [-1, 1] at RATE hertz, of a stored sound that is one."""
    with pa.OSFile(str(sound), "rb") as file:
        flac = pa.ipc.open_file(file).read_all()["flac"][0].as_py()
    return decode_flac(flac)[0]


def work_on(
    todo: Sequence[Job],
    find: Callable[[Job], Path | None],
    work: Callable[[Job], Path],
    alone: Callable[[], bool],
    same_folder: bool = False,
    network: bool = False,
) -> Iterator[tuple[Job, Path | TrailerError]]:
    """Take the sound of all trailers, then work on each, as results come.

    What was done before comes first, without another process. find: the result in the store, if it
    and its sound are there; it and `work` raise TrailerError with the reason why there is none.
    alone: whether one after another, in this process, rather than on each core; asked only where
    something is left. same_folder, network: as of `run`, for `work`.
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
    if heard:
        serial = len(heard) if alone() else 0
        yield from run(work, heard, same_folder=same_folder, serial_up_to=serial, network=network)

"""The trailers to predict: files or URLs, checked before anything is computed."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.parallel import within_bounds
from stages.base.store import sha256
from stages.corpus.reader import Trailer
from stages.trailers.fetching.video_info import VideoInfo
from stages.trailers.media.probe import probe
from stages.trailers.media.results import video_path

OTHER_FILE = "give a video file that plays, such as MP4, MKV or WebM"
ADVICE: Mapping[str, tuple[str, str]] = {
    "no_video": ("it has no picture", OTHER_FILE),
    "unreadable": ("it cannot be read as a video", OTHER_FILE),
    "encrypted": ("it is encrypted", "give a copy without protection"),
    "truncated": ("it breaks off before anything can be used", "get the whole file and try again"),
    "too_short": ("it is too short", "give a trailer of at least a second"),
    "timeout": (
        "it could not be read in time",
        "try again, copy it to a local disk first, or raise TRAILER_SECONDS",
    ),
    "too_heavy": (
        "it takes more than one trailer may",
        "give a smaller copy, or raise TRAILER_MEMORY_GB if memory ran out",
    ),
    "crashed": ("it could not be decoded", OTHER_FILE),
    "no_audio": ("it has no sound", "give a trailer with sound, or choose a picture approach"),
    "silent": ("it is silent", "give a trailer with sound, or choose a picture approach"),
    "black": ("it is black", "give a trailer with a picture, or choose a sound approach"),
}
CHECK_URL = "check that the URL plays in a browser, or download it and give the file"


@dataclass(frozen=True)
class TrailerFile:
    """A trailer to predict, on this machine."""

    trailer_id: str
    """Hex; the same file twice in one call is two trailers."""
    name: str
    """As given on the command line."""
    path: Path
    sha256: str
    has_picture: bool
    has_sound: bool


def is_url(name: str) -> bool:
    """Whether it is to be downloaded rather than opened."""
    return name.lower().startswith(("http://", "https://"))


def open_trailer(name: str, number: int, obtain: Callable[[Trailer], VideoInfo]) -> TrailerFile:
    """The trailer that `name` stands for; number: its place on the command line.

    obtain: downloads a URL. Raises BenchmarkError where it cannot be used.
    """
    try:
        if is_url(name):
            url_hash = hashlib.sha256(name.encode()).hexdigest()[:16]
            facts = obtain(Trailer(url_hash, "", "", 0, (), name))
            path = video_path(facts.sha256)
            digest, picture, sound = facts.sha256, facts.video_codec, facts.audio_codec
        else:
            path = _file(name)
            found = within_bounds(probe, path)
            digest = sha256(path)
            picture, sound = found.video_codec or "", found.audio_codec or ""
    except TrailerError as error:
        raise explain(name, error) from None
    own = hashlib.sha256(f"{number}\t{digest}".encode()).hexdigest()[:16]
    return TrailerFile(own, name, path, digest, bool(picture), bool(sound))


def explain(name: str, error: TrailerError) -> BenchmarkError:
    """The error in words: what is wrong with this trailer and what to do."""
    if error.reason in ADVICE:
        what, do = ADVICE[error.reason]
    else:
        what, do = f"it could not be downloaded ({error.reason.replace('_', ' ')})", CHECK_URL
    return BenchmarkError(what, where=name, found=error.detail, do=do)


def _file(name: str) -> Path:
    path = Path(name)
    try:
        if path.is_dir():
            raise BenchmarkError("it is a folder", where=name, do="give the files in it")
        with path.open("rb"):
            return path
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        said = (error.strerror if isinstance(error, OSError) else None) or "not a file name"
        raise BenchmarkError(
            "the file cannot be opened",
            where=name,
            found=said.lower(),
            do="check the path; URLs begin with http:// or https://",
        ) from None

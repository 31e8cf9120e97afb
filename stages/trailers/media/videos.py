"""The videos, kept in the store by their own sha256: two trailers with one video share a file."""

from pathlib import Path

from stages.base.errors import BenchmarkError
from stages.base.store import Store


def videos() -> Store:
    """Where they are kept; the key of one is that of its sha256."""
    return Store("videos", 1, None)


def video(sha256: str) -> Path:
    """Path of a video. Raises BenchmarkError where it is not kept (any more)."""
    found = videos().find(videos().key(sha256))
    if found is None:
        raise BenchmarkError(
            f"the video {sha256[:16]}… is not in the store",
            do="`dvc repro -f -s download` brings it, then run `dvc repro` again",
        )
    return found

"""The one way in which an output is written: beside its place, then renamed into it.

DVC hands outputs out as hard links into its cache. To open one for writing is to write into the
cache, whose object is then no longer what its name says; to rename a new file over it is not.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from uuid import uuid4

from stages.base.errors import DISK_FULL, BenchmarkError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield where to write a file or a folder; when the block ends well, it takes `path`'s place.

    Killed at any instant, `path` is what it was, or whole, or gone. Raises BenchmarkError where
    the system does not let us write there.
    """
    aside = path.with_name(f".{path.name}.{uuid4().hex}.part")
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(BlockingIOError), locked(path.parent, exclusive=True):  # nobody writes here
            for left in path.parent.glob(f".{escape(path.name)}.*.part"):
                shutil.rmtree(left, ignore_errors=True)  # by a process that was killed
    with locked(path.parent):
        with _explained(path):
            aside.mkdir()
        try:
            yield aside / path.name
            with _explained(path):
                if path.is_dir() and not path.is_symlink():
                    path.rename(aside / f"{path.name}.before")
                (aside / path.name).replace(path)
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def write(content: str | bytes, path: Path) -> None:
    """Write a file whose content is known, text as UTF-8; on the disk before it takes its place."""
    with replacing(path) as new, new.open("wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def locked(folder: Path, exclusive: bool = False) -> Iterator[None]:
    """Lock a folder, shared with all who write there, or exclusive: BlockingIOError if they do.

    The lock of a process that was killed is gone with it.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB if exclusive else fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in DISK_FULL:
            raise
        raise BenchmarkError(
            "cannot be written",
            where=str(path),
            found=error.strerror or str(error),
            do="check whose file and folder it is (`ls -ld`), then run the same command again",
        ) from None

"""How every output is written: to a temporary name, then renamed into place. And what lies inside
a folder that a person named.

DVC may link outputs into its cache. Opening one for writing would change the cached object, which
then no longer matches its hash; renaming a new file over it does not.
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
    """Yield where to write a file or a folder; when the block succeeds, it replaces `path`.

    If the process is killed, `path` is the old one, the new one, or absent, and never half of one.
    Raises BenchmarkError where the system does not let us write there.
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
    """Write a file, text as UTF-8; it is synced to disk before it replaces another."""
    with replacing(path) as new, new.open("wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())


def inside(folder: Path, name: str, variable: str) -> Path:
    """What has that name, there or not. Raises BenchmarkError for what lies outside the folder.

    variable: of the environment, which named the folder.
    """
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BenchmarkError(
            f"leads out of {variable}", where=name, found=str(path), expected=f"below {folder}"
        )
    return folder / name


@contextmanager
def locked(folder: Path, exclusive: bool = False) -> Iterator[None]:
    """Lock a folder, shared with all who write there, or exclusive: BlockingIOError if they do.

    A killed process releases its lock.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB if exclusive else fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


@contextmanager
def in_turn(path: Path, start: str) -> Iterator[None]:
    """Read a file and replace it, while no other process does both.

    start: what it holds from the beginning, if it is missing. Raises BenchmarkError as `replacing`.
    """
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = _lock_file(path, start.encode())
    try:
        yield
    finally:
        os.close(handle)


def _lock_file(path: Path, start: bytes) -> int:
    """A handle that has the lock of the file which has this name now."""
    while True:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except PermissionError:  # another user's, which one may replace where the folder is ours
            if not path.exists():
                raise
            handle, start = os.open(path, os.O_RDONLY), b""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            found = os.fstat(handle)
            if not found.st_size:
                os.write(handle, start)
            with suppress(FileNotFoundError):
                if os.path.samestat(found, path.stat()):
                    return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # whoever had it has replaced it


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

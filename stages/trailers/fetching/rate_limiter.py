"""A rate limit per host: few downloads at a time, and a pause between their starts.

Workers are processes, so they share locked files in one folder instead of memory.
"""

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stages.base.store import make_folder, restrict

MAX_CONCURRENT = 2  # downloads per host
MAX_WAIT_SECONDS = 120.0  # whatever a server asks for, and however a clock jumps


@dataclass(frozen=True)
class RateLimiter:
    """The rate limit of one host, shared by all processes that use the folder."""

    folder: Path
    """Where the locked files are."""
    host: str
    """Name of the host."""
    pause_seconds: float
    """Least time between the starts of two downloads."""

    @contextmanager
    def acquire(self) -> Iterator[None]:
        """Wait until a download may start, and count it as running until the block ends."""
        make_folder(self.folder, self.folder.parent)
        with self._slot():
            with _locked(self._file("next")) as file:
                wait = _read(file) - time.time()
                if wait > 0:
                    time.sleep(min(wait, MAX_WAIT_SECONDS))
                _write(file, time.time() + self.pause_seconds)
            yield

    def back_off(self, seconds: float) -> None:
        """Let no download start for so long, as the host asked for (HTTP 429)."""
        make_folder(self.folder, self.folder.parent)
        with _locked(self._file("next")) as file:
            _write(file, max(_read(file), time.time() + min(seconds, MAX_WAIT_SECONDS)))

    @contextmanager
    def _slot(self) -> Iterator[None]:
        files = [self._file(str(slot)) for slot in range(MAX_CONCURRENT)]
        for path in files:
            handle = _open(path)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                continue
            try:
                yield
            finally:
                os.close(handle)
            return
        with _locked(files[os.getpid() % MAX_CONCURRENT]):
            yield

    def _file(self, suffix: str) -> Path:
        return self.folder / f"{hashlib.sha256(self.host.encode()).hexdigest()[:16]}.{suffix}"


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    handle = _open(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)  # which unlocks it


def _open(path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    restrict(path)
    return handle


def _read(handle: int) -> float:
    """The moment that a file holds; 0 for one that is new, or holds none."""
    try:
        return float(os.pread(handle, 64, 0))
    except ValueError:
        return 0.0


def _write(handle: int, moment: float) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, repr(moment).encode(), 0)

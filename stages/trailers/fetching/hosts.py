"""Politeness: few downloads at a time from one host, and a pause between them.

Workers are processes, so they meet over locked files in one folder rather than in memory.
"""

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

AT_A_TIME = 2  # downloads per host
LONGEST_WAIT = 120.0  # seconds; no server and no clock that jumped holds us up longer


@contextmanager
def turn(folder: Path, host: str, pause: float) -> Iterator[None]:
    """Hold one of the host's places, begun at least `pause` seconds after the last one began."""
    folder.mkdir(parents=True, exist_ok=True)
    with _place(folder, host):
        with _locked(_file(folder, host, "next")) as file:
            wait = _read(file) - time.time()
            if wait > 0:
                time.sleep(min(wait, LONGEST_WAIT))
            _write(file, time.time() + pause)
        yield


def postpone(folder: Path, host: str, seconds: float) -> None:
    """Nobody begins with this host for so long: it asked for it (HTTP 429)."""
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(_file(folder, host, "next")) as file:
        _write(file, max(_read(file), time.time() + min(seconds, LONGEST_WAIT)))


@contextmanager
def _place(folder: Path, host: str) -> Iterator[None]:
    files = [_file(folder, host, str(place)) for place in range(AT_A_TIME)]
    for path in files:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
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
    with _locked(files[os.getpid() % AT_A_TIME]):
        yield


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)  # which unlocks it


def _file(folder: Path, host: str, suffix: str) -> Path:
    return folder / f"{hashlib.sha256(host.encode()).hexdigest()[:16]}.{suffix}"


def _read(handle: int) -> float:
    text = os.pread(handle, 64, 0)
    return float(text) if text else 0.0


def _write(handle: int, moment: float) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, repr(moment).encode(), 0)

"""Who uses a folder's store: each process that looks entries up or writes them, until it ends.

Each holds a shared lock on the folder, which the system releases when the process ends, however it
ends. Whoever removes entries wants the folder alone.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

from stages.base.errors import BenchmarkError


class _Hold:
    """This process's lock on the store that it used last; a process works on one."""

    def __init__(self) -> None:
        self.handle: int | None = None
        self.guard = Lock()

    def take(self, root: Path) -> None:
        with self.guard, suppress(FileNotFoundError):
            found = root.stat()
            if self.handle is not None:
                if os.path.samestat(os.fstat(self.handle), found):
                    return
                os.close(self.handle)
                self.handle = None
            handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(handle, fcntl.LOCK_SH)
            self.handle = handle


_hold = _Hold()


def use(root: Path) -> None:
    """Keep others from removing entries of this store while this process runs.

    Waits while somebody does; nothing happens where there is no such folder yet.
    """
    _hold.take(root)


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """While the block runs no other process looks up or writes entries of this store.

    Raises BenchmarkError where one does, and where the file system has no locks.
    """
    if not root.is_dir():
        raise BenchmarkError("there is no store yet", where=str(root))
    use(root)
    assert _hold.handle is not None
    try:
        fcntl.flock(_hold.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        fcntl.flock(_hold.handle, fcntl.LOCK_SH)  # what is not granted may be lost on the way
        busy = isinstance(error, BlockingIOError)
        raise BenchmarkError(
            "is in use" if busy else "cannot be locked",
            where=str(root),
            found="a stage, a prediction or a worker that runs" if busy else str(error),
            do="wait until it has ended, then run the same command again: nothing was removed"
            if busy
            else "work where the file system locks files: nothing was removed",
        ) from None
    try:
        yield
    finally:
        fcntl.flock(_hold.handle, fcntl.LOCK_SH)

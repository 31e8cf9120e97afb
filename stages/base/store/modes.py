"""Who may read and write the store: its owner alone, unless TRAILER_STORE_UMASK says otherwise.

An octal umask, such as 007 where a group works in one folder; without it 077, or more where the
process' own umask takes away more. What the parent's set-group-ID bit does is kept.
"""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

from stages.base.errors import BenchmarkError

VARIABLE = "TRAILER_STORE_UMASK"
PRIVATE = 0o077
NO_MODES = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS)  # a file system without, or another's file


def make_folder(folder: Path, root: Path) -> None:
    """Make a folder of the store in `root`, and those between; existing ones stay as they are."""
    if folder.is_dir():
        return
    if folder == root:
        folder.parent.mkdir(parents=True, exist_ok=True)
    else:
        make_folder(folder.parent, root)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o777 & ~PRIVATE)
        _set_mode(folder, 0o777)


def restrict(file: Path) -> None:
    """Give a file that is to become an entry its mode."""
    _set_mode(file, 0o666)


def _set_mode(path: Path, most: int) -> None:
    found = path.stat().st_mode
    asked = _umask()
    mode = most & ~PRIVATE & found if asked is None else most & ~asked
    wanted = mode | (found & stat.S_ISGID)
    if stat.S_IMODE(found) == wanted:
        return
    try:
        path.chmod(wanted)
    except OSError as error:
        if error.errno not in NO_MODES:
            raise


def _umask() -> int | None:
    """What TRAILER_STORE_UMASK says, None where it is not set. Raises BenchmarkError."""
    text = os.environ.get(VARIABLE, "")
    if not text:
        return None
    with suppress(ValueError):
        if text.isascii() and 0 <= (umask := int(text, 8)) <= PRIVATE:
            return umask
    raise BenchmarkError(
        "not a umask",
        where=VARIABLE,
        found=repr(text[:20]),
        expected="octal digits from 000 to 077, such as 007 for a group that shares the store",
    )

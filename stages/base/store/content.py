"""Whether an entry is what its name says and what its step writes; what is not is set aside.

The store may be shared, so an entry is trusted no more than what comes from the web.
"""

import hashlib
import re
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

from stages.base.errors import BenchmarkError
from stages.base.store.modes import make_folder

Check = Callable[[Path], object]
"""Raises for content that the step never writes."""
NAME = re.compile(r"[0-9a-f]{32}\.[0-9a-f]{64}")
SHA256 = re.compile("[0-9a-f]{64}")
DAMAGED = "damaged"  # folder of what was set aside, in each step's
ASIDE = re.compile(rf"[0-9a-f]{{32}}\.{DAMAGED}")
SETTLED_NS = 100_000_000  # a file changed since may have been changed twice within one tick
REMEMBERED = 1 << 16  # entries checked by this process


def sha256(path: Path) -> str:
    """Hex digest of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def identity(path: Path) -> tuple[str | int, ...]:
    """What tells a file from any other, and from what lay there before: part of a cache's key.

    A path alone will not do, since a worker may serve several folders, in which relative paths are
    equal, and outlive a file. Raises FileNotFoundError.
    """
    place = path.resolve()
    found = place.stat()
    changed = found.st_mtime_ns, found.st_ctime_ns
    return (str(place), found.st_dev, found.st_ino, found.st_size, *changed)


def is_sha256(text: object) -> bool:
    """Whether it is a hash as `sha256` gives it: 64 hex digits and nothing else."""
    return isinstance(text, str) and SHA256.fullmatch(text) is not None


def is_entry_name(name: str, step: str) -> bool:
    """Whether it is `<step>/<2 hex>/<key>.<sha256>`, of which no part leads elsewhere."""
    folder, _, file = name.rpartition("/")
    return NAME.fullmatch(file) is not None and folder == f"{step}/{file[:2]}"


def is_name_aside(name: str, step: str) -> bool:
    """Whether it is one that `set_aside` gives to what was an entry."""
    folder, _, file = name.rpartition("/")
    return (
        folder == f"{step}/{DAMAGED}"
        and (NAME.fullmatch(file) or ASIDE.fullmatch(file)) is not None
    )


def fault(path: Path, check: Check | None = None) -> str:
    """What is wrong with the entry of this name; "" if it is intact.

    A file that did not change is hashed and checked once in a process. Raises FileNotFoundError.
    """
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        return "it is not a regular file"
    if NAME.fullmatch(path.name) is None:
        return "its name is not that of an entry"
    changed = found.st_mtime_ns, found.st_ctime_ns
    settled = time.time_ns() - max(changed) > SETTLED_NS
    ask = _fault if settled else _fault.__wrapped__
    return ask(path.absolute(), check, (found.st_dev, found.st_ino, found.st_size, *changed))


@lru_cache(REMEMBERED)
def _fault(path: Path, check: Check | None, identity: tuple[int, ...]) -> str:
    if sha256(path) != path.suffix[1:]:
        return "its content has another sha256 than its name"
    try:
        if check is not None:
            check(path)
    except BenchmarkError:
        raise
    except Exception as error:  # a library may raise anything for what it was not made for
        if isinstance(error, OSError) and error.errno is not None:
            raise
        said = "".join(filter(str.isprintable, " ".join(str(error).split())))[:200]
        return f"it is not what this step writes ({type(error).__name__}: {said})"
    return ""


def set_aside(path: Path, name: str, root: Path, reason: str) -> None:
    """Move a damaged entry, or a download of it, out of the way, and say so.

    path: where it lies; name: the entry's; root: of the store.
    """
    from stages.base.console import say

    step, _, file = name.partition("/")
    aside = root / step / DAMAGED / file.rpartition("/")[2]
    make_folder(aside.parent, root)
    with suppress(FileNotFoundError):  # another process was first
        try:
            path.replace(aside)
        except (IsADirectoryError, NotADirectoryError, FileExistsError):
            aside = aside.with_name(f"{uuid4().hex}.{DAMAGED}")
            path.replace(aside)
        said = "".join(c if c.isprintable() else "?" for c in name)
        say(f"note: the entry {said} of the store is damaged: {reason}; set aside as {aside}")

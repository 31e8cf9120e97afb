"""What lies in a store's folder, by its names alone, and the removal of files that were listed.

Whoever may write there may have put anything: links are neither followed nor removed, and a file is
removed only if it is still the one that was listed, through folders that are no links.
"""

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

from stages.base.store.content import is_entry_name, is_name_aside
from stages.base.store.shared import PARTIAL

Kind = Literal["entry", "partial", "damaged", "other"]
NOT_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG)
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


@dataclass(frozen=True, order=True)
class File:
    """One file below a store's folder, or a link, or a folder that cannot be listed."""

    name: str
    """Its path from there, such as frames/ab/key.sha256."""
    kind: Kind
    bytes: int
    identity: tuple[int, ...]
    """Of the file that had this name."""

    @property
    def step(self) -> str:
        return self.name.partition("/")[0]

    @property
    def key(self) -> str:
        """Of an entry."""
        return self.name.rpartition("/")[2].partition(".")[0]


def files_in(root: Path) -> Iterator[File]:
    """Every file, in no order. What appears or goes meanwhile may be missing."""
    folders = [""]
    while folders:
        below = folders.pop()
        try:
            with os.scandir(root / below) as found:
                for each in found:
                    name = f"{below}{each.name}"
                    with suppress(FileNotFoundError):
                        status = each.stat(follow_symlinks=False)
                        if stat.S_ISDIR(status.st_mode):
                            folders.append(f"{name}/")
                        else:
                            yield File(name, _kind(name, status), status.st_size, _identity(status))
        except OSError as error:
            if error.errno not in NOT_THERE:
                raise
            if error.errno == errno.ENAMETOOLONG:
                yield File(below, "other", 0, ())


def remove(root: Path, files: Iterable[File]) -> list[File]:
    """Remove entries, and what was set aside, as they were listed; those that were removed."""
    removed = []
    with _folder(root) as top:
        for below, inside in groupby(sorted(files), lambda file: file.name.rpartition("/")[0]):
            step, _, last = below.partition("/")
            try:
                with _folder(step, top) as outer, _folder(last, outer) as handle:
                    removed += [file for file in inside if _unlink(file, handle)]
            except OSError as error:
                if error.errno not in NOT_THERE:
                    raise
    return removed


@contextmanager
def _folder(path: Path | str, within: int | None = None) -> Iterator[int]:
    """A handle of a folder; OSError where a link, or anything else, has its name."""
    handle = os.open(path, FOLDER, dir_fd=within)
    try:
        yield handle
    finally:
        os.close(handle)


def _unlink(file: File, folder: int) -> bool:
    name = file.name.rpartition("/")[2]
    with suppress(FileNotFoundError):
        if _identity(os.stat(name, dir_fd=folder, follow_symlinks=False)) == file.identity:
            os.unlink(name, dir_fd=folder)
            return True
    return False


def _kind(name: str, status: os.stat_result) -> Kind:
    parts = name.split("/")
    inside = parts[1] if len(parts) > 2 else ""
    if inside == PARTIAL:
        return "partial"
    if stat.S_ISREG(status.st_mode):
        if is_entry_name(name, parts[0]):
            return "entry"
        if is_name_aside(name, parts[0]):
            return "damaged"
    return "other"


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_mode, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)

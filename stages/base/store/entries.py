"""Entries of the store, on this machine and in the store that several machines share, if any.

An entry lies at `<root>/<step>/<2 hex>/<key>.<sha256 of its content>`. Its name carries its own
checksum, so a single rename makes it appear whole, and a damaged one is noticed when it is read.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from stages.base.files import locked
from stages.base.store.shared import COMING, Distant, shared

ROOT = Path("data/store")


class Store:
    """Results of one step under one set of parameters.

    `version` says which code made them: `code_of` its files where the code decides the result, a
    number where it does not (what came over the network). Where machines share a store, `root` is
    this one's cache of it.
    """

    def __init__(self, step: str, version: int | str, parameters: Any, root: Path = ROOT) -> None:
        values = asdict(parameters) if is_dataclass(parameters) else parameters  # type: ignore[arg-type]
        self.root = root
        self.step = step
        self.salt = json.dumps([step, version, values], sort_keys=True)

    def key(self, *source: str) -> str:
        """Hash of what the result is made from: the source's ids or sha256, step and parameters."""
        return hashlib.sha256(json.dumps([self.salt, *source]).encode()).hexdigest()[:32]

    def find(self, key: str) -> Path | None:
        """Path of the entry, verified; a damaged one is removed, and None says compute it anew."""
        if (path := self._here(key)) is not None:
            return path
        brought = (bring(self.root / name, self.root) for name in self._there(key))
        return next((path for path in brought if path is not None), None)

    def has(self, key: str) -> bool:
        """Whether there is such an entry, which is not brought here for the asking."""
        return self._here(key) is not None or bool(self._there(key))

    @contextmanager
    def put(self, key: str | None = None, alone: bool = False) -> Iterator[Path]:
        """Yield a temporary path to write; when the block ends well it becomes the entry.

        key: None for that of the content's sha256; alone: kept on this machine alone.
        """
        with _coming(self.root / self.step) as temporary:
            yield temporary
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            digest = sha256(temporary)
            entry = self.root / self._name(key or self.key(digest), digest)
            entry.parent.mkdir(exist_ok=True)
            temporary.replace(entry)
        if not alone:
            send(entry, self.root)

    def drop(self, key: str) -> None:
        """Remove the entry, wherever it is."""
        for path in self._paths(key):
            path.unlink(missing_ok=True)
        if (there := shared()) is not None:
            for name in self._there(key):
                there.remove(name)

    def lend(self, path: Path) -> str:
        """Name under which other machines may read a file of ours that is no entry, by its content.

        Sends it unless it is there. Raises BenchmarkError where no store is shared.
        """
        there = shared(needed=True)
        digest = sha256(path)
        name = self._name(self.key(digest), digest)
        if there.size(name) != path.stat().st_size:
            there.send(path, name)
        return name

    def sweep(self) -> None:
        """Remove what killed runs left half-written, and send on what they did not.

        While another run writes here, nothing is removed: what is its own cannot be told apart.
        """
        folder = self.root / self.step
        with suppress(FileNotFoundError, BlockingIOError), locked(folder / COMING, exclusive=True):
            for path in folder.glob(f"{COMING}/*.part"):
                path.unlink(missing_ok=True)
        if (there := shared()) is not None:
            known = set(there.names(self.step))
            for path in sorted(folder.glob("??/*")):
                name = path.relative_to(self.root).as_posix()
                if name not in known and _whole(path):
                    there.send(path, name)

    def _here(self, key: str) -> Path | None:
        for path in self._paths(key):
            if _whole(path):
                return path
            path.unlink(missing_ok=True)
        return None

    def _there(self, key: str) -> list[str]:
        there = shared()
        return there.names(f"{self.step}/{key[:2]}", f"{key}.") if there is not None else []

    def _paths(self, key: str) -> list[Path]:
        return sorted((self.root / self.step / key[:2]).glob(f"{key}.*"))

    def _name(self, key: str, digest: str) -> str:
        return f"{self.step}/{key[:2]}/{key}.{digest}"


def send(entry: Path, root: Path = ROOT) -> None:
    """See to it that an entry of this machine is in the store that machines share, if any."""
    if (there := shared()) is not None:
        name = entry.relative_to(root).as_posix()
        if there.size(name) != entry.stat().st_size:
            there.send(entry, name)


def bring(entry: Path, root: Path = ROOT) -> Path | None:
    """The entry, here at last, verified; None where machines share none such.

    A damaged one is removed there, so that it is made anew.
    """
    if _whole(entry):
        return entry
    if (there := shared()) is None:
        return None
    name = entry.relative_to(root)
    with _coming(root / name.parts[0]) as temporary:
        if not there.fetch(name.as_posix(), temporary):
            return None
        if sha256(temporary) != entry.suffix[1:]:
            there.remove(name.as_posix())
            return None
        entry.parent.mkdir(exist_ok=True)
        return temporary.replace(entry)


def borrow(name: str) -> Distant:
    """A file that another machine lent, of which only what is read comes over."""
    return shared(needed=True).open(name)


@contextmanager
def _coming(step: Path) -> Iterator[Path]:
    """A temporary path to write below a step's folder; gone at the end, unless it was renamed."""
    folder = step / COMING
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f"{uuid4().hex}.part"
    with locked(folder):
        try:
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)


def _whole(path: Path) -> bool:
    """Whether an entry is there and has the content that its name tells."""
    try:
        return sha256(path) == path.suffix[1:]
    except FileNotFoundError:
        return False


def sha256(path: Path) -> str:
    """Hex digest of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

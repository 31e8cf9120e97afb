"""Entries of the store, on this machine and in the store that several machines share, if any.

An entry is `<root>/<step>/<2 hex>/<key>.<sha256 of its content>`. Its name holds its checksum, so
a single rename makes it appear complete, and a damaged one is noticed when it is read.
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
from stages.base.store.shared import PARTIAL, RemoteFile, shared_store

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
        """Path of the entry, verified, or None; a damaged one is removed."""
        if (path := self._find_local(key)) is not None:
            return path
        pulled = (pull(self.root / name, self.root) for name in self._remote_names(key))
        return next((path for path in pulled if path is not None), None)

    def has(self, key: str) -> bool:
        """Whether there is such an entry, here or in the shared store; nothing is transferred."""
        return self._find_local(key) is not None or bool(self._remote_names(key))

    @contextmanager
    def put(self, key: str | None = None, local_only: bool = False) -> Iterator[Path]:
        """Yield a temporary path to write; when the block ends well it becomes the entry.

        key: None for that of the content's sha256; local_only: not pushed to the shared store.
        """
        with _temporary(self.root / self.step) as temporary:
            yield temporary
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            digest = sha256(temporary)
            entry = self.root / self._name(key or self.key(digest), digest)
            entry.parent.mkdir(exist_ok=True)
            temporary.replace(entry)
        if not local_only:
            push(entry, self.root)

    def drop(self, key: str) -> None:
        """Remove the entry, wherever it is."""
        for path in self._paths(key):
            path.unlink(missing_ok=True)
        if (remote := shared_store()) is not None:
            for name in self._remote_names(key):
                remote.remove(name)

    def upload(self, path: Path) -> str:
        """Upload a file that is no entry, unless it is there; its name in the shared store.

        The name depends on the content alone. Raises BenchmarkError where no store is shared.
        """
        remote = shared_store(needed=True)
        digest = sha256(path)
        name = self._name(self.key(digest), digest)
        if remote.size(name) != path.stat().st_size:
            remote.upload(path, name)
        return name

    def recover(self) -> None:
        """After a killed run: remove its partial files, and push the entries that it did not.

        While another run writes here, nothing is removed: its partial files look the same.
        """
        folder = self.root / self.step
        with suppress(FileNotFoundError, BlockingIOError), locked(folder / PARTIAL, exclusive=True):
            for path in folder.glob(f"{PARTIAL}/*.part"):
                path.unlink(missing_ok=True)
        if (remote := shared_store()) is not None:
            known = set(remote.names(self.step))
            for path in sorted(folder.glob("??/*")):
                name = path.relative_to(self.root).as_posix()
                if name not in known and _is_intact(path):
                    remote.upload(path, name)

    def _find_local(self, key: str) -> Path | None:
        for path in self._paths(key):
            if _is_intact(path):
                return path
            path.unlink(missing_ok=True)
        return None

    def _remote_names(self, key: str) -> list[str]:
        remote = shared_store()
        return remote.names(f"{self.step}/{key[:2]}", f"{key}.") if remote is not None else []

    def _paths(self, key: str) -> list[Path]:
        return sorted((self.root / self.step / key[:2]).glob(f"{key}.*"))

    def _name(self, key: str, digest: str) -> str:
        return f"{self.step}/{key[:2]}/{key}.{digest}"


def push(entry: Path, root: Path = ROOT) -> None:
    """Upload an entry of this machine to the shared store, if there is one and it lacks it."""
    if (remote := shared_store()) is not None:
        name = entry.relative_to(root).as_posix()
        if remote.size(name) != entry.stat().st_size:
            remote.upload(entry, name)


def pull(entry: Path, root: Path = ROOT) -> Path | None:
    """The entry, verified, downloaded if it is not here; None where the shared store lacks it.

    A damaged one is removed there, so that it is computed again.
    """
    if _is_intact(entry):
        return entry
    if (remote := shared_store()) is None:
        return None
    name = entry.relative_to(root)
    with _temporary(root / name.parts[0]) as temporary:
        if not remote.download(name.as_posix(), temporary):
            return None
        if sha256(temporary) != entry.suffix[1:]:
            remote.remove(name.as_posix())
            return None
        entry.parent.mkdir(exist_ok=True)
        return temporary.replace(entry)


def open_remote(name: str) -> RemoteFile:
    """A file of the shared store, of which only what is read is transferred."""
    return shared_store(needed=True).open(name)


@contextmanager
def _temporary(step: Path) -> Iterator[Path]:
    """A temporary path to write in a step's folder; removed at the end unless it was renamed."""
    folder = step / PARTIAL
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f"{uuid4().hex}.part"
    with locked(folder):
        try:
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)


def _is_intact(path: Path) -> bool:
    """Whether an entry is there and has the sha256 that its name states."""
    try:
        return sha256(path) == path.suffix[1:]
    except FileNotFoundError:
        return False


def sha256(path: Path) -> str:
    """Hex digest of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

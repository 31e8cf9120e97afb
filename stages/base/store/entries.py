"""Entries of the store, on this machine and in the store that several machines share, if any.

An entry is `<root>/<step>/<2 hex>/<key>.<sha256 of its content>`. Its name holds its checksum, so
a single rename makes it appear complete, and a damaged one is noticed when it is read: it is set
aside in `<root>/<step>/damaged`, which nothing reads and anyone may empty.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from stages.base.files import locked
from stages.base.store.content import Check, fault, is_entry_name, set_aside, sha256
from stages.base.store.modes import make_folder, restrict
from stages.base.store.shared import PARTIAL, RemoteFile, SharedStore, shared_store
from stages.base.store.using import use

ROOT = Path("data/store")


class Store:
    """Results of one step under one set of parameters.

    `version` says which code made them: `code_of` its files where the code decides the result, a
    number where it does not (what came over the network). Where machines share a store, `root` is
    this one's cache of it; `local`: of entries that are not shared. `check` raises for content that
    the step never writes: an entry that has the hash of its name and yet is none of ours.
    """

    def __init__(
        self,
        step: str,
        version: int | str,
        parameters: Any,
        root: Path = ROOT,
        check: Check | None = None,
        local: bool = False,
    ) -> None:
        values = asdict(parameters) if is_dataclass(parameters) else parameters  # type: ignore[arg-type]
        self.root = root
        self.step = step
        self.check = check
        self.local = local
        self.salt = json.dumps([step, version, values], sort_keys=True)

    def key(self, *source: str) -> str:
        """Hash of what the result is made from: the source's ids or sha256, step and parameters."""
        return hashlib.sha256(json.dumps([self.salt, *source]).encode()).hexdigest()[:32]

    def find(self, key: str, digest: str = "") -> Path | None:
        """Path of the entry, verified, or None; a damaged one is set aside.

        digest: the sha256 that its content must have, where that is known.
        """
        if (path := self._find_local(key, digest)) is not None:
            return path
        names = self._remote_names(key, digest)
        pulled = (pull(self.root / name, self.root, self.check) for name in names)
        return next((path for path in pulled if path is not None), None)

    def find_content(self, digest: str) -> Path | None:
        """Path of the entry that was put under the sha256 of its content, verified, or None."""
        return self.find(self.key(digest), digest)

    def has(self, key: str, digest: str = "") -> bool:
        """Whether there is such an entry, here or in the shared store; nothing is transferred."""
        return self._find_local(key, digest) is not None or bool(self._remote_names(key, digest))

    def has_content(self, digest: str) -> bool:
        """As `has`, for an entry that was put under the sha256 of its content."""
        return self.has(self.key(digest), digest)

    @contextmanager
    def put(self, key: str | None = None, local_only: bool = False) -> Iterator[Path]:
        """Yield a temporary path to write; when the block ends well it becomes the entry.

        key: None for that of the content's sha256; local_only: not pushed to the shared store.
        """
        with _temporary(self.root / self.step) as temporary:
            yield temporary
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            restrict(temporary)
            digest = sha256(temporary)
            entry = self.root / self._name(key or self.key(digest), digest)
            make_folder(entry.parent, self.root)
            temporary.replace(entry)
        if not (local_only or self.local):
            push(entry, self.root)

    def drop(self, key: str) -> None:
        """Remove the entry, wherever it is."""
        for path in self._paths(key):
            path.unlink(missing_ok=True)
        if (remote := self._remote()) is not None:
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
        use(self.root)
        folder = self.root / self.step
        with suppress(FileNotFoundError, BlockingIOError), locked(folder / PARTIAL, exclusive=True):
            for path in folder.glob(f"{PARTIAL}/*.part"):
                _remove(path)
        if (remote := self._remote()) is not None:
            known = set(remote.names(self.step))
            for path in sorted(folder.glob("??/*")):
                name = path.relative_to(self.root).as_posix()
                if name not in known and _is_intact(path, self.check):
                    remote.upload(path, name)

    def paths(self) -> Iterator[Path]:
        """Of this step's entries on this machine, in no order."""
        return (self.root / self.step).glob("??/*")

    def _find_local(self, key: str, digest: str) -> Path | None:
        use(self.root)
        for path in self._paths(key):
            with suppress(FileNotFoundError):
                reason = fault(path, self.check)
                if not reason and digest and path.suffix[1:] != digest:
                    reason = f"its key is that of other content, with sha256 {digest}"
                if not reason:
                    return path
                set_aside(path, path.relative_to(self.root).as_posix(), self.root, reason)
        return None

    def _remote(self) -> SharedStore | None:
        return None if self.local else shared_store()

    def _remote_names(self, key: str, digest: str = "") -> list[str]:
        """Names in the shared store; one that leads anywhere else is none of ours."""
        if (remote := self._remote()) is None:
            return []
        names = remote.names(f"{self.step}/{key[:2]}", f"{key}.{digest}")
        return [name for name in names if is_entry_name(name, self.step)]

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


def pull(entry: Path, root: Path = ROOT, check: Check | None = None) -> Path | None:
    """The entry, verified, downloaded if it is not here; None where the shared store lacks it.

    A damaged one is set aside here and removed there, so that it is computed again.
    """
    use(root)
    if _is_intact(entry, check):
        return entry
    name = entry.relative_to(root).as_posix()
    step = name.partition("/")[0]
    if (remote := shared_store()) is None or not is_entry_name(name, step):
        return None
    with _temporary(root / step) as folder:
        temporary = folder / entry.name
        folder.mkdir()
        if not remote.download(name, temporary):
            return None
        if reason := fault(temporary, check):
            set_aside(temporary, name, root, reason)
            remote.remove(name)
            return None
        restrict(temporary)
        make_folder(entry.parent, root)
        return temporary.replace(entry)


def open_remote(name: str) -> RemoteFile:
    """A file of the shared store, of which only what is read is transferred."""
    return shared_store(needed=True).open(name)


@contextmanager
def _temporary(step: Path) -> Iterator[Path]:
    """A temporary path to write in a step's folder; removed at the end unless it was renamed."""
    folder = step / PARTIAL
    make_folder(folder, step.parent)
    use(step.parent)
    temporary = folder / f"{uuid4().hex}.part"
    with locked(folder):
        try:
            yield temporary
        finally:
            _remove(temporary)


def _remove(path: Path) -> None:
    """Remove what was being written, a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _is_intact(path: Path, check: Check | None = None) -> bool:
    """Whether an entry is there and is what its name and its step say."""
    try:
        return not fault(path, check)
    except FileNotFoundError:
        return False

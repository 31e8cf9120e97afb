"""The item store: one verified file per trailer and step, so that no finished work is done twice.

An entry lives at `<root>/<step>/<2 hex>/<key>.<sha256 of its content>`. Its name carries its own
checksum, so a single rename makes it appear whole, and a damaged one is noticed when it is read.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

ROOT = Path("data/store")


class Store:
    """Results of one step under one set of parameters.

    `version` says which code made them: `code_of` its files where the code decides the result, a
    number where it does not (what came over the network).
    """

    def __init__(self, step: str, version: int | str, parameters: Any, root: Path = ROOT) -> None:
        values = asdict(parameters) if is_dataclass(parameters) else parameters  # type: ignore[arg-type]
        self.folder = root / step
        self.salt = json.dumps([step, version, values], sort_keys=True)

    def key(self, *source: str) -> str:
        """Hash of what the result is made from: the source's ids or sha256, step and parameters."""
        return hashlib.sha256(json.dumps([self.salt, *source]).encode()).hexdigest()[:32]

    def find(self, key: str) -> Path | None:
        """Path of the entry, verified; a damaged one is removed, and None says compute it anew."""
        for path in sorted(self._shard(key).glob(f"{key}.*")):
            if not path.name.endswith(".part") and sha256(path) == path.suffix[1:]:
                return path
            if not path.name.endswith(".part"):
                path.unlink(missing_ok=True)
        return None

    @contextmanager
    def put(self, key: str) -> Iterator[Path]:
        """Yield a temporary path to write; when the block ends well it becomes the entry."""
        shard = self._shard(key)
        shard.mkdir(parents=True, exist_ok=True)
        temporary = shard / f"{key}.{uuid4().hex[:8]}.part"
        try:
            yield temporary
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            temporary.replace(shard / f"{key}.{sha256(temporary)}")
        finally:
            temporary.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what killed runs left half-written."""
        for path in self.folder.glob("*/*.part"):
            path.unlink(missing_ok=True)

    def _shard(self, key: str) -> Path:
        return self.folder / key[:2]


def sha256(path: Path) -> str:
    """Hex digest of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

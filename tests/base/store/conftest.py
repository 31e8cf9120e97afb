"""Stores that machines share: in memory, in a folder, and in a bucket."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec
import pytest


@dataclass
class Place:
    """What lies in a shared store, for tests that look behind its back."""

    files: Any
    root: str

    def names(self) -> list[str]:
        return sorted(path[len(self.root) :].strip("/") for path in self.files.find(self.root))

    def write(self, name: str, content: bytes) -> None:
        if not self.files.async_impl:
            self.files.makedirs(f"{self.root}/{name}".rpartition("/")[0], exist_ok=True)
        self.files.pipe_file(f"{self.root}/{name}", content)

    def read(self, name: str) -> bytes:
        return bytes(self.files.cat_file(f"{self.root}/{name}"))


@pytest.fixture(params=["memory", "file", "s3"])
def place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    """The shared store that TRAILER_STORE names, of each kind."""
    if request.param == "s3":
        url = request.getfixturevalue("bucket").url
    else:
        url = f"memory://{uuid4().hex}" if request.param == "memory" else f"file://{tmp_path}/far"
        monkeypatch.setenv("TRAILER_STORE", url)
        (tmp_path / "far").mkdir()
    files, root = fsspec.url_to_fs(url, use_listings_cache=False)
    yield Place(files, root)

"""Stores that machines share: in memory, in a folder, and in a bucket of a server of our own."""

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec
import pytest
from moto.server import ThreadedMotoServer
from s3fs import S3FileSystem

from stages.store import shared


@dataclass
class Bucket:
    """A new bucket; environment: what a process needs to use it as its store."""

    endpoint: str
    name: str = field(default_factory=lambda: f"bucket-{uuid4().hex[:8]}")

    @property
    def url(self) -> str:
        return f"s3://{self.name}/trailers"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "TRAILER_STORE": self.url,
        }

    def make(self, monkeypatch: pytest.MonkeyPatch) -> "Bucket":
        for name, value in self.environment.items():
            monkeypatch.setenv(name, value)
        forget()
        S3FileSystem(use_listings_cache=False).mkdir(self.name)
        return self


def forget() -> None:
    """Let no connection outlive the environment it was made from."""
    shared._at.cache_clear()
    S3FileSystem.clear_instance_cache()


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """Address of an S3 server."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A bucket of its own, named in the environment."""
    yield Bucket(s3).make(monkeypatch)
    forget()


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

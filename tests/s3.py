"""An S3 server of our own, and buckets of it."""

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from stages.base.store import shared


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
        from s3fs import S3FileSystem

        forget()
        S3FileSystem(use_listings_cache=False).mkdir(self.name)
        return self


def forget() -> None:
    """Let no connection outlive the environment it was made from."""
    from s3fs import S3FileSystem

    shared._connect.cache_clear()
    S3FileSystem.clear_instance_cache()


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """Address of an S3 server."""
    from moto.server import ThreadedMotoServer

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

"""A hub and plain web addresses on the loopback, and a network small enough to publish there."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, ClassVar

import huggingface_hub
import numpy as np
import pytest
import torch
from huggingface_hub import constants
from safetensors.torch import save
from torch import Tensor, nn

from stages.embedding.network import Network
from stages.embedding.records import Record, Source
from stages.embedding.weights.sources import WeightsConfig, obtain
from tests.loopback import site_on_loopback, without
from tests.trailers.fetching.conftest import Handler, Route, Site, serve

COMMIT = "0123456789abcdef0123456789abcdef01234567"
HUB = "someone/some-model"


class Answering(Handler, BaseHTTPRequestHandler):
    """The same for HEAD, without a body."""

    def do_HEAD(self) -> None:
        self.wfile = _Nothing(self.wfile)  # type: ignore[assignment]
        self.do_GET()


class _Nothing:
    """Lets the head of an answer through and nothing after it."""

    def __init__(self, wfile: Any) -> None:
        self.wfile, self.ended = wfile, False

    def write(self, data: bytes) -> int:
        if not self.ended:
            self.wfile.write(data)
        self.ended = self.ended or b"\r\n\r\n" in data
        return len(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.wfile, name)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    without(monkeypatch, "http_proxy", "https_proxy", "all_proxy", "HF_TOKEN", "WEIGHTS_DIR")
    with site_on_loopback(Answering, Site) as site:
        yield site


@dataclass
class Hub:
    """What the hub's `resolve` endpoint answers (read in huggingface_hub, file_download.py)."""

    site: Site
    folder: Path
    files: dict[str, bytes] = field(default_factory=dict)

    def publish(self, file: str, data: bytes, commit: str = COMMIT, hub: str = HUB) -> Source:
        """A large file: its metadata on a redirect, its bytes at another origin."""
        sha256 = hashlib.sha256(data).hexdigest()
        elsewhere = self.site.url.replace("127.0.0.1", "localhost") + f"/cdn/{sha256}"
        headers = {
            "X_Repo_Commit": commit,
            "X_Linked_Etag": f'"{sha256}"',
            "X_Linked_Size": str(len(data)),
            "Location": elsewhere,
            "Content_Length": "0",
        }
        for revision in ("main", commit):
            self.site.routes[f"/{hub}/resolve/{revision}/{file}"] = lambda handler, before: (
                handler.head(302, **headers)
            )
        self.site.routes[f"/cdn/{sha256}"] = serve(data)
        return Source(file, hub=hub)

    def answers(self, route: Route, file: str = "model.safetensors") -> Source:
        """A file of the main branch that is answered for in a way of its own."""
        self.site.routes[f"/{HUB}/resolve/main/{file}"] = route
        return Source(file, hub=HUB)

    def fetched(self) -> int:
        """How often the bytes of a file were asked for."""
        return sum(path.startswith("/cdn/") for path, _ in self.site.asked)


@pytest.fixture
def hub(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    folder = tmp_path / "cache"
    template = site.url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "ENDPOINT", site.url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)  # no requests beside ours
    huggingface_hub.close_session()  # a session of before knows its proxies
    yield Hub(site, folder)
    huggingface_hub.close_session()


def config(root: Path, slug: str = "toy", /, **changes: Any) -> WeightsConfig:
    values: dict[str, Any] = {
        "lock": root / "weights.lock",
        "root": root / "store",
        "pauses": (0.0, 0.0, 0.0, 0.0),
        "schemes": ("http",),
    }
    return WeightsConfig(slug, **(values | changes))


def tensors(seed: int = 0, size: int = 4) -> dict[str, Tensor]:
    """Weights that fit the toy network where size is 4."""
    numbers = np.random.default_rng(seed).standard_normal((size, size)).astype(np.float32)
    return {"weight": torch.from_numpy(numbers), "bias": torch.arange(float(size))}


def published(seed: int = 0, size: int = 4) -> bytes:
    return save(tensors(seed, size))


def tensors_of(source: Source, config: WeightsConfig, first: bool = True) -> dict[str, Tensor]:
    """Of a file that was obtained and found good."""
    obtained = obtain(source, config, first)
    obtained.add_to_lock(config)
    return obtained.tensors


class Toy(Network):
    """One linear layer."""

    RECORDS: ClassVar = {}

    def __init__(self, source: Source | None, *more: Source) -> None:
        self.model, self.modality = "toy", "sound"
        self.record = Record("sound", "anything", (4,), 20, "", "", "", source=source, more=more)

    def build(self) -> nn.Module:
        return nn.Linear(4, 4)

    def prepare(self, trailer: Any, sample_rate: int) -> np.ndarray:
        return np.asarray(trailer, np.float32)

    def forward(self, items: Tensor) -> Tensor:
        return self.network(items)

    def convert(self, published: Mapping[str, Tensor]) -> dict[str, Tensor]:
        if "bias" not in published:
            raise ValueError("this is not toy: it has no bias")
        return {"bias": published["bias"], "weight": published["weight"]}

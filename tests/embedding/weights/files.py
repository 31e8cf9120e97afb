"""Published files small enough to be made here, and what is known of them afterwards."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from stages.base.errors import BenchmarkError
from stages.embedding.records import Source
from stages.embedding.weights.lock import Pin, read_lock
from tests.embedding.weights.conftest import HUB, config, published, tensors, tensors_of
from tests.trailers.fetching.conftest import Site, serve

NAME = f"{HUB}/model.safetensors"
DATA = published()
OTHER = published(seed=1)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def pin_of(data: bytes, revision: str = "", stated_by: str = "first use") -> Pin:
    return Pin(revision, len(data), sha(data), stated_by)


def same(found: dict[str, Tensor], seed: int = 0) -> bool:
    wanted = tensors(seed)
    return found.keys() == wanted.keys() and all(
        torch.equal(found[name], wanted[name]) for name in wanted
    )


def pins(root: Path) -> dict[str, Pin]:
    return read_lock(root / "weights.lock")


def web(site: Site, data: bytes = DATA, file: str = "w.safetensors", **stated: Any) -> Source:
    site.routes[f"/{file}"] = serve(data)
    return Source(file, url=f"{site.url}/{file}", **stated)


def refused(source: Source, root: Path, /, **changes: Any) -> str:
    before = pins(root)
    with pytest.raises(BenchmarkError) as error:
        tensors_of(source, config(root, **changes))
    assert pins(root) == before
    return str(error.value)


def put(folder: Path, name: str, data: bytes) -> Path:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    return folder


def in_cache(
    folder: Path, file: str, commit: str, data: bytes, main: bool = False, hub: str = HUB
) -> None:
    """A file as the hub's library keeps it (read in huggingface_hub, file_download.py)."""
    repo = folder / ("models--" + hub.replace("/", "--"))
    path = repo / "snapshots" / commit / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    if main:
        (repo / "refs").mkdir(exist_ok=True)
        (repo / "refs" / "main").write_text(commit)

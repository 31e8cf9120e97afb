"""Files at addresses of the loopback, and what becomes of them when they are fetched."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.base.errors import BenchmarkError
from stages.embedding.weights.download import RemoteFile, download
from tests.trailers.fetching.conftest import Handler, Route, Site

DATA = np.random.default_rng(0).bytes(3_500_000)
NO_PAUSE = (0.0, 0.0, 0.0, 0.0)


def cut(data: bytes, after: int, **headers: str) -> Route:
    """A file whose connection is cut after so many bytes of what was asked for."""

    def route(handler: Handler, before: int) -> None:
        asked = handler.headers.get("Range", "")
        start = int(asked.removeprefix("bytes=").split("-")[0]) if asked else 0
        span = {"Content_Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if start else {}
        length = {"Content_Length": str(len(data) - start)}
        handler.head(206 if start else 200, **span, **length, **headers)
        handler.wfile.write(data[start : start + after])

    return route


def plain(pieces: Iterable[bytes], label: str, total: int) -> Iterable[bytes]:
    return pieces


def remote(site: Site, path: str = "/w.bin", **changes: Any) -> RemoteFile:
    values: dict[str, Any] = {
        "name": "w.bin",
        "url": site.url + path,
        "advice": "carry it",
        "schemes": ("http",),
        "immutable": True,
    }
    return RemoteFile(**(values | changes))


def get(site: Site, route: Route, root: Path, watch: Any = plain, **changes: Any) -> bytes:
    site.routes["/w.bin"] = route
    part = root / "unfinished" / "file"
    download(remote(site, **changes), part, watch, NO_PAUSE)
    return part.read_bytes()


def refused(site: Site, route: Route, root: Path, **changes: Any) -> str:
    with pytest.raises(BenchmarkError) as error:
        get(site, route, root, **changes)
    return str(error.value)


def left(root: Path) -> bytes:
    return (root / "unfinished" / "file").read_bytes()

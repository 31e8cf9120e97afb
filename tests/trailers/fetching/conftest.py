"""A web site on the loopback that misbehaves on request, and real media small enough to send."""

import io
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from stages.base.errors import TrailerError
from stages.base.genres import GENRES
from stages.base.params import DownloadParams, SampleParams
from stages.corpus.reader import Trailer, trailer_id
from stages.trailers.fetching.schemes import FetchContext
from stages.trailers.fetching.web import fetch
from tests.loopback import site_on_loopback, without

Route = Callable[["Handler", int], None]


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the route of its path, with how often the path was asked before."""

    site: "Site"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        before = self.site.counts[self.path]
        self.site.counts[self.path] += 1
        self.site.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        self.close_connection = True
        with suppress(ConnectionError):  # who asked has hung up
            self.site.routes[self.path](self, before)

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def head(self, status: int, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def reset(self) -> None:
        linger = struct.pack("ii", 1, 0)  # closing now sends RST instead of FIN
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.wfile.flush()
        self.connection.close()


@dataclass
class Site:
    """url: http://127.0.0.1:port; asked: (path, headers) of each request since it was cleared."""

    url: str
    routes: dict[str, Route] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    closing: threading.Event = field(default_factory=threading.Event)

    def ranges(self, path: str) -> list[str | None]:
        return [headers.get("range") for asked, headers in self.asked if asked == path]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    without(
        monkeypatch, "http_proxy", "https_proxy", "all_proxy", "TRAILER_PROXY", "TRAILER_COOKIES"
    )
    with site_on_loopback(Handler, Site) as site:
        yield site
        site.closing.set()


def serve(data: bytes, kind: str = "video/mp4", ranges: bool = True) -> Route:
    """A well-behaved file."""

    def route(handler: Handler, before: int) -> None:
        asked = handler.headers.get("Range", "")
        start = int(asked.removeprefix("bytes=").split("-")[0]) if asked and ranges else 0
        if start >= len(data):
            handler.head(416, Content_Range=f"bytes */{len(data)}", Content_Length="0")
            return
        length = str(len(data) - start)
        if start:
            span = f"bytes {start}-{len(data) - 1}/{len(data)}"
            handler.head(206, Content_Type=kind, Content_Range=span, Content_Length=length)
        else:
            handler.head(200, Content_Type=kind, Content_Length=length, Accept_Ranges="bytes")
        handler.wfile.write(data[start:])

    return route


def status(code: int, **headers: str) -> Route:
    """Nothing but a status."""
    return lambda handler, before: handler.head(code, Content_Length="0", **headers)


def first_then(first: list[Route | None], rest: Route) -> Route:
    """`first[n]` for the n-th request (None: `rest`), `rest` after those."""

    def route(handler: Handler, before: int) -> None:
        chosen = first[before] if before < len(first) else None
        (chosen or rest)(handler, before)

    return route


def make_movie(seconds: float = 1.0, sound: bool = True, picture: bool = True) -> bytes:
    """A real MP4: noise at 64x48 and 24 frames a second, with a tone."""
    target = io.BytesIO()
    rng = np.random.default_rng(0)
    with av.open(target, "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=24, options={"crf": "1", "preset": "fast"})
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = container.add_stream("aac", rate=44100, layout="mono") if sound else None
        for _ in range(int(seconds * 24) if picture else 0):
            noise = rng.integers(0, 255, (48, 64, 3), dtype=np.uint8)
            container.mux(video.encode(av.VideoFrame.from_ndarray(noise, format="rgb24")))
        container.mux(video.encode(None))
        if audio is not None:
            tone = np.sin(np.arange(int(44100 * seconds)) * 0.05).astype(np.float32)[None]
            frame = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
            frame.sample_rate = 44100
            container.mux(audio.encode(frame))
            container.mux(audio.encode(None))
    return target.getvalue()


@pytest.fixture(scope="session")
def movie() -> bytes:
    """A whole film of one second, some 100 kB."""
    return make_movie()


def trailer_at(url: str) -> Trailer:
    return Trailer(trailer_id("f1", url), "f1", "../../a title", 2001, ("Drama",), url)


def download_params(**changes: Any) -> DownloadParams:
    values: dict[str, Any] = {
        "max_missing": 0.5,
        "max_height": 480,
        "max_minutes": 1.0,
        "max_megabytes": 2.0,
        "retries": 0,
        "timeout_seconds": 5.0,
        "pause_seconds": 0.0,
        "files_under": None,
        "keep_videos": True,
    }
    return DownloadParams(**(values | changes))


def sample_params(seed: int = 7) -> SampleParams:
    even = dict.fromkeys(GENRES, 0.2)
    values: dict[str, Any] = {"picture": even, "sound": even, "seed": seed}
    return SampleParams(**(values | {"picture_decoy": 0.1, "sound_decoy": 0.1}))


def context(root: Path, **changes: Any) -> FetchContext:
    return FetchContext(download_params(**changes), sample_params(), root / "work")


def get(site: Site, route: Route, root: Path, path: str = "/a.mp4", **changes: Any) -> bytes:
    site.routes.setdefault(path, route)
    target = root / "came"
    fetch(trailer_at(site.url + path), context(root, **changes), target)
    return target.read_bytes()


def reason(site: Site, route: Route, root: Path, path: str = "/a.mp4", **changes: Any) -> str:
    with pytest.raises(TrailerError) as caught:
        get(site, route, root, path, **changes)
    assert not (root / "came").exists()
    return caught.value.reason


def partials(root: Path) -> list[Path]:
    return [path for path in (root / "work" / "partial").rglob("*") if path.is_file()]

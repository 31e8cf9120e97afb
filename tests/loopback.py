"""A server on the loopback, for as long as a test wants it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

import pytest

Site = TypeVar("Site")


@contextmanager
def site_on_loopback(
    handler: type[BaseHTTPRequestHandler], site_at: Callable[[str], Site]
) -> Iterator[Site]:
    """Serve with a handler, which finds the site, made from its address, as `self.site`."""
    kind: Any = type("H", (handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    server.daemon_threads = True
    kind.site = site = site_at(f"http://127.0.0.1:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def without(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Take variables out of the environment, written either way."""
    for name in names:
        monkeypatch.delenv(name.lower(), raising=False)
        monkeypatch.delenv(name.upper(), raising=False)

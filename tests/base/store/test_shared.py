"""Two machines with a store in common: each has a folder of its own, and they share a URL."""

import socket
import socketserver
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from stages.base.errors import BenchmarkError
from stages.base.store import Store, pull, push, sha256, shared
from stages.base.store.shared import shared_store
from tests.base.store.conftest import Place
from tests.base.store.test_entries import put
from tests.s3 import Bucket, forget

CONTENT = b"result"
# printf result | sha256sum
NAME = "f6a214f7a5fcda0c2cee9660b7fc29f5649e3c68aad48e20e950137c98913a68"
KEY = "ab" * 16
ENTRY = f"step/ab/{KEY}.{NAME}"


@pytest.fixture
def here(tmp_path: Path) -> Store:
    return Store("step", 1, {}, tmp_path / "here")


@pytest.fixture
def there(tmp_path: Path) -> Store:
    return Store("step", 1, {}, tmp_path / "there")


def test_what_one_machine_puts_the_other_finds(place: Place, here: Store, there: Store) -> None:
    assert there.find(KEY) is None and not there.has(KEY)
    put(here, KEY, CONTENT)
    assert place.names() == [ENTRY] and place.read(ENTRY) == CONTENT
    assert there.has(KEY) and not there.root.exists()
    found = there.find(KEY)
    assert found == there.root / ENTRY and found.read_bytes() == CONTENT
    there.drop(KEY)
    assert place.names() == [] and there.find(KEY) is None
    assert here.find(KEY) == here.root / ENTRY  # what another machine has is its own


def test_what_was_pulled_needs_the_network_no_more(
    place: Place, here: Store, there: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(here, KEY, CONTENT)
    there.find(KEY)
    with monkeypatch.context() as patched:
        patched.setattr(shared, "_connect", lambda url: pytest.fail("asked"))
        assert there.find(KEY) is not None


@pytest.mark.parametrize("damage", [b"resulT", b"res", b""])
def test_damaged_or_half_of_it_is_absent_and_replaced(
    place: Place, here: Store, there: Store, damage: bytes
) -> None:
    place.write(ENTRY, damage)
    assert there.find(KEY) is None
    assert place.names() == []
    put(here, KEY, CONTENT)
    assert place.read(ENTRY) == CONTENT
    assert there.find(KEY) is not None


def test_a_write_that_failed_or_is_ours_alone_is_not_shared(place: Place, here: Store) -> None:
    with pytest.raises(ValueError), here.put(KEY) as path:
        path.write_bytes(b"half")
        raise ValueError
    with here.put(KEY, local_only=True) as path:
        path.write_bytes(CONTENT)
    assert place.names() == []
    here.recover()  # which makes up for what a killed run did not send
    assert place.names() == [ENTRY]


def test_recovery_pushes_nothing_damaged(place: Place, here: Store) -> None:
    with here.put(KEY, local_only=True) as path:
        path.write_bytes(CONTENT)
    (here.root / ENTRY).write_bytes(b"damaged")
    here.recover()
    assert place.names() == []


def test_an_entry_is_pushed_and_pulled_by_its_path(place: Place, here: Store, there: Store) -> None:
    with here.put(KEY, local_only=True) as path:
        path.write_bytes(CONTENT)
    wanted = there.root / ENTRY
    assert pull(wanted, there.root) is None
    push(here.root / ENTRY, here.root)
    assert pull(wanted, there.root) == wanted and wanted.read_bytes() == CONTENT


def test_a_file_is_uploaded_under_its_content_and_read_in_parts(
    place: Place, here: Store, tmp_path: Path
) -> None:
    part = tmp_path / "part-00.parquet"
    part.write_bytes(bytes(range(100)))
    name = here.upload(part)
    assert name.endswith(f".{sha256(part)}") and place.names() == [name]
    assert here.upload(part) == name
    with shared_store(needed=True).open(name) as file:
        file.seek(50)
        assert file.read(2) == b"23"
    place.write(name, b"half")  # of another length
    here.upload(part)
    assert place.read(name) == part.read_bytes()


def test_many_put_one_key_at_once(place: Place, tmp_path: Path) -> None:
    stores = [Store("step", 1, {}, tmp_path / f"m{n}") for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda store: put(store, KEY, CONTENT), stores * 3))
    assert place.names() == [ENTRY] and place.read(ENTRY) == CONTENT


def test_without_a_shared_store(here: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRAILER_STORE", raising=False)
    put(here, KEY, CONTENT)
    push(here.root / ENTRY, here.root)
    assert pull(here.root / "step/cd/other.0", here.root) is None
    with pytest.raises(BenchmarkError, match="no store is shared"):
        here.upload(here.root / ENTRY)


def test_no_such_bucket(bucket: Bucket, here: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAILER_STORE", "s3://nobody-made-this/x")
    for ask in (here.find, here.has, lambda key: put(here, key, CONTENT)):
        with pytest.raises(BenchmarkError, match=r"nobody-made-this/x: no such bucket"):
            ask(KEY)


def test_a_folder_that_is_not_mounted(
    here: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAILER_STORE", f"file://{tmp_path}/not/mounted")
    with pytest.raises(BenchmarkError, match="not/mounted: no such bucket or folder"):
        put(here, KEY, CONTENT)
    assert not (tmp_path / "not").exists()


def test_no_permission(bucket: Bucket, here: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def let_in_everybody(count: str) -> None:
        plain = {"Content-Type": "text/plain"}
        urlopen(Request(f"{bucket.endpoint}/moto-api/reset-auth", count.encode(), plain)).close()

    let_in_everybody("0")
    try:
        with pytest.raises(BenchmarkError, match=r"no permission(.|\n)*AWS_ACCESS_KEY_ID"):
            here.find(KEY)
    finally:
        let_in_everybody("inf")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    forget()
    with pytest.raises(BenchmarkError, match="no permission"):
        here.find(KEY)


def test_no_connection(bucket: Bucket, here: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")  # a port only the system may give
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")  # the default takes some seconds
    forget()
    with pytest.raises(BenchmarkError, match=r"cannot be reached(.|\n)*AWS_ENDPOINT_URL"):
        here.find(KEY)


class Hiccup(socketserver.BaseRequestHandler):
    """Hangs up on the first two who call, then hands on."""

    called, target = 0, 0

    def handle(self) -> None:
        type(self).called += 1
        if self.called <= 2:
            return
        with socket.create_connection(("127.0.0.1", self.target)) as onward:
            back = threading.Thread(target=self._copy, args=(onward, self.request), daemon=True)
            back.start()
            self._copy(self.request, onward)
            back.join()

    @staticmethod
    def _copy(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


def test_a_hiccup_of_the_network_is_no_failure(
    bucket: Bucket, here: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = int(bucket.endpoint.rpartition(":")[2])
    handler: Any = type("Once", (Hiccup,), {"target": target})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        forget()
        put(here, KEY, CONTENT)
        server.shutdown()
        server.block_on_close = False
    assert handler.called > 2
    monkeypatch.setenv("AWS_ENDPOINT_URL", bucket.endpoint)
    forget()
    assert shared_store(needed=True).names("step") == [ENTRY]


@pytest.mark.parametrize(
    ("url", "library", "said"),
    [
        ("s3://bucket/x", "s3fs", r"python requirements/install\.py core cluster"),
        ("gs://bucket/x", "gcsfs", "gcsfs"),
        ("nothing://x", "", "not the URL of a store"),
        ("s3://", "", "not the URL of a store"),
        ("file:///", "", "not the URL of a store"),
        ("folder", "", "not the URL of a store"),
        (" ", "", "not the URL of a store"),
        ("ftp://127.0.0.1:1/x", "", "cannot be reached"),
    ],
)
def test_a_store_that_cannot_be_opened(
    here: Store, monkeypatch: pytest.MonkeyPatch, url: str, library: str, said: str
) -> None:
    monkeypatch.setenv("TRAILER_STORE", url)
    if library:
        monkeypatch.setitem(sys.modules, library, None)
        protocol = url.partition(":")[0]
        registry = import_module("fsspec.registry")._registry  # fsspec.registry is another thing
        monkeypatch.delitem(registry, protocol, raising=False)
    with pytest.raises(BenchmarkError, match=said):
        here.find(KEY)

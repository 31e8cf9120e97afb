"""What a server may not do, and what the network or the disk may: one error, nothing half-done."""

import errno
import hashlib
import time
from collections.abc import Iterable

import pytest

from stages.base.errors import BenchmarkError
from stages.embedding.weights import download as room
from stages.embedding.weights.download import RemoteFile, download
from tests.embedding.weights.sites import DATA, get, left, plain, refused
from tests.trailers.fetching.conftest import Handler, serve, status


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 451])
def test_a_refusal_is_not_asked_again(site, tmp_path, code):
    message = refused(site, status(code), tmp_path)
    assert f"HTTP status {code}" in message and "what to do: carry it" in message
    assert site.url + "/w.bin" in message and len(site.asked) == 1


def test_a_size_other_than_the_promised_is_refused_before_it_is_fetched(site, tmp_path):
    assert "3500000 bytes, not 99" in refused(site, serve(DATA), tmp_path, bytes=99)
    assert left(tmp_path) == b""


def test_a_body_without_a_stated_length(site, tmp_path):
    def unstated(handler: Handler, before: int) -> None:
        handler.head(200)
        handler.wfile.write(DATA)

    assert get(site, unstated, tmp_path) == DATA
    (tmp_path / "unfinished" / "file").unlink()
    assert "more than the 1000 bytes" in refused(site, unstated, tmp_path, bytes=1000)


def test_a_body_in_chunks(site, tmp_path):
    def chunked(handler: Handler, before: int) -> None:
        handler.head(200, Transfer_Encoding="chunked")
        for start in range(0, len(DATA), 700_000):
            piece = DATA[start : start + 700_000]
            handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        handler.wfile.write(b"0\r\n\r\n")

    assert get(site, chunked, tmp_path) == DATA


def test_bytes_are_taken_as_they_are(site, tmp_path):
    def packed(handler: Handler, before: int) -> None:
        assert handler.headers["Accept-Encoding"] == "identity"
        handler.head(200, Content_Encoding="gzip", Content_Length=str(len(DATA)))
        handler.wfile.write(DATA)

    assert "in another form (gzip)" in refused(site, packed, tmp_path)
    assert get(site, packed, tmp_path, name="w.h5.gz") == DATA


def test_a_web_page_is_no_file(site, tmp_path):
    page = serve(b"<html>Please sign in</html>", kind="text/html; charset=utf-8")
    assert "a web page in its place" in refused(site, page, tmp_path)


def test_redirects_are_followed_but_never_to_another_scheme(site, tmp_path):
    site.routes["/moved"] = serve(DATA)
    moved = status(302, Location="/moved")
    assert get(site, moved, tmp_path) == DATA
    assert "is not https" in refused(site, moved, tmp_path, schemes=("https",))
    assert left(tmp_path) == DATA  # untouched


def test_our_token_stays_with_its_host(site, tmp_path, monkeypatch):
    site.routes["/moved"] = serve(DATA)
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    elsewhere = site.url.replace("127.0.0.1", "localhost") + "/moved"
    headers = {"authorization": "Bearer token"}
    get(site, status(302, Location=elsewhere), tmp_path, headers=headers)
    (_, asked), (_, moved) = site.asked
    assert asked["authorization"] == "Bearer token" and "authorization" not in moved


def test_a_circle_of_redirects_ends(site, tmp_path):
    assert "redirects" in refused(site, status(302, Location="/w.bin"), tmp_path)


def test_no_network_is_said_within_seconds(tmp_path):
    nowhere = RemoteFile("w.bin", "https://127.0.0.1:9/w.bin", "carry it")
    begin = time.monotonic()
    with pytest.raises(BenchmarkError) as error:
        download(nowhere, tmp_path / "file", plain)
    assert time.monotonic() - begin < 5
    assert str(error.value).startswith("127.0.0.1:9: w.bin could not be downloaded\n  found: ")
    assert "Connection refused\n  what to do: carry it" in str(error.value)


def test_a_file_for_which_there_is_no_room(site, tmp_path, monkeypatch):
    usage = room.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(room.shutil, "disk_usage", lambda path: usage._replace(free=2_000_000))
    message = refused(site, serve(DATA), tmp_path)
    assert "no room for w.bin" in message and "found: 2 MB\n  expected: 3 MB" in message


def test_a_size_that_no_weights_have(site, tmp_path):
    def vast(handler: Handler, before: int) -> None:
        handler.head(200, Content_Length=str(10**15))

    assert "no room" in refused(site, vast, tmp_path)


def test_a_disk_that_fills_up_keeps_what_came(site, tmp_path):
    def full(pieces: Iterable[bytes], label: str, total: int) -> Iterable[bytes]:
        for number, piece in enumerate(pieces):
            if number == 1:
                raise OSError(errno.ENOSPC, "No space left on device")
            yield piece

    with pytest.raises(OSError, match="No space left"):
        get(site, serve(DATA), tmp_path, full)
    assert hashlib.sha256(left(tmp_path)).digest() == hashlib.sha256(DATA[:1_000_000]).digest()

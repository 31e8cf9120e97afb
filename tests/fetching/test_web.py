"""http(s) trailers from a real server that does everything servers do."""

import hashlib
import multiprocessing
import time
from pathlib import Path
from typing import Any

import pytest

from stages.errors import BenchmarkError, TrailerError
from stages.fetching import web
from stages.fetching.schemes import Means, fetch
from tests.fetching.conftest import (
    Handler,
    Route,
    Site,
    first_then,
    means,
    serve,
    status,
    trailer_at,
)


def get(site: Site, route: Route, root: Path, path: str = "/a.mp4", **changes: Any) -> bytes:
    site.routes.setdefault(path, route)
    target = root / "came"
    fetch(trailer_at(site.url + path), means(root, **changes), target)
    return target.read_bytes()


def reason(site: Site, route: Route, root: Path, path: str = "/a.mp4", **changes: Any) -> str:
    with pytest.raises(TrailerError) as caught:
        get(site, route, root, path, **changes)
    assert not (root / "came").exists()
    return caught.value.reason


def partials(root: Path) -> list[Path]:
    return [path for path in (root / "workshop" / "partial").rglob("*") if path.is_file()]


def part_of(data: bytes, kind: str = "video/mp4") -> Route:
    """Promise all, send half, and be silent until the test is over."""

    def route(handler: Handler, before: int) -> None:
        handler.head(200, Content_Type=kind, Content_Length=str(len(data)))
        handler.wfile.write(data[: len(data) // 2])
        handler.site.closing.wait(30)

    return route


def long(movie: bytes) -> bytes:
    return movie + bytes(400_000)  # long enough that half of it is many pieces


def test_a_file_comes_byte_for_byte_and_leaves_nothing(
    site: Site, movie: bytes, tmp_path: Path
) -> None:
    assert get(site, serve(movie), tmp_path) == movie
    assert partials(tmp_path) == []


def test_extension_follows_the_url(site: Site, movie: bytes, tmp_path: Path) -> None:
    site.routes["/b.webm"] = serve(movie, "video/webm")
    came = fetch(trailer_at(site.url + "/b.webm"), means(tmp_path), tmp_path / "came")
    assert came.extension == "webm"


@pytest.mark.parametrize(("code", "expected"), [(403, "forbidden"), (404, "gone")])
def test_final_statuses_are_not_tried_again(
    site: Site, tmp_path: Path, code: int, expected: str
) -> None:
    assert reason(site, status(code), tmp_path, retries=3) == expected
    assert len(site.asked) == 1


def test_status_while_the_file_itself_is_fetched(site: Site, movie: bytes, tmp_path: Path) -> None:
    assert reason(site, first_then([serve(movie)], status(403)), tmp_path) == "forbidden"
    assert reason(site, first_then([serve(movie)], status(500)), tmp_path, "/b.mp4") == "http_error"


def test_a_server_error_is_tried_again(site: Site, movie: bytes, tmp_path: Path) -> None:
    assert get(site, first_then([status(500)], serve(movie)), tmp_path, retries=1) == movie


def test_a_lasting_server_error_is_given_up(site: Site, tmp_path: Path) -> None:
    assert reason(site, status(503), tmp_path, retries=1) == "http_error"
    assert len(site.asked) == 2


def test_retry_after_is_honoured(site: Site, movie: bytes, tmp_path: Path) -> None:
    moments: list[float] = []

    def route(handler: Handler, before: int) -> None:
        moments.append(time.monotonic())
        (serve(movie) if before else status(429, Retry_After="1"))(handler, before)

    assert get(site, route, tmp_path, retries=1) == movie
    assert moments[1] - moments[0] >= 1


def test_retry_after_beyond_reason_is_left_to_the_next_run(site: Site, tmp_path: Path) -> None:
    route = status(429, Retry_After="86400")
    assert reason(site, route, tmp_path, retries=3) == "http_error"
    assert len(site.asked) == 1


def test_a_stalled_download_times_out_and_resumes(site: Site, movie: bytes, tmp_path: Path) -> None:
    data = long(movie)
    route = first_then([None, part_of(data)], serve(data))
    assert reason(site, route, tmp_path, timeout_seconds=0.5) == "timeout"
    kept = [path.stat().st_size for path in partials(tmp_path) if path.suffix == ".part"]
    assert len(kept) == 1
    assert 0 < kept[0] <= len(data) // 2
    site.asked.clear()
    site.routes["/a.mp4"] = serve(data)
    came = get(site, serve(data), tmp_path)
    assert hashlib.sha256(came).digest() == hashlib.sha256(data).digest()
    assert f"bytes={kept[0]}-" in site.ranges("/a.mp4")


def test_two_versions_of_a_file_are_never_joined(site: Site, movie: bytes, tmp_path: Path) -> None:
    old, new = long(movie), long(movie[::-1])

    def stall(handler: Handler, before: int) -> None:
        handler.head(200, Content_Type="video/mp4", Content_Length=str(len(old)), ETag='"1"')
        handler.wfile.write(old[: len(old) // 2])
        handler.site.closing.wait(30)

    def changed(handler: Handler, before: int) -> None:
        if handler.headers.get("If-Range", '"2"') == '"2"' and handler.headers.get("Range"):
            serve(new)(handler, before)
        else:
            handler.head(200, Content_Type="video/mp4", Content_Length=str(len(new)), ETag='"2"')
            handler.wfile.write(new)

    assert reason(site, stall, tmp_path, timeout_seconds=0.5) == "timeout"
    site.routes["/a.mp4"] = changed
    assert get(site, changed, tmp_path) == new
    assert [headers.get("if-range") for _, headers in site.asked][-1] == '"1"'


def test_a_reset_download_resumes_at_once(site: Site, movie: bytes, tmp_path: Path) -> None:
    data = long(movie)

    def reset(handler: Handler, before: int) -> None:
        handler.head(200, Content_Type="video/mp4", Content_Length=str(len(data)))
        handler.wfile.write(data[: len(data) // 2])
        handler.reset()

    # a reset may overtake what was sent before it, so how much was kept is not ours to say
    assert get(site, first_then([None, reset], serve(data)), tmp_path, retries=1) == data


def test_a_reset_connection_is_the_network(site: Site, tmp_path: Path) -> None:
    assert reason(site, lambda handler, before: handler.reset(), tmp_path) == "network"


def test_a_server_that_ignores_ranges_gives_the_whole_file(
    site: Site, movie: bytes, tmp_path: Path
) -> None:
    data = long(movie)
    half = truncated(data, len(data))
    whole = serve(data, ranges=False)
    assert get(site, first_then([None, half], whole), tmp_path, retries=1) == data
    assert any(site.ranges("/a.mp4"))


def truncated(data: bytes, promised: int) -> Route:
    """Promise so many bytes, send half of the data and end the connection in good order."""

    def route(handler: Handler, before: int) -> None:
        handler.head(200, Content_Type="video/mp4", Content_Length=str(promised))
        handler.wfile.write(data[: len(data) // 2])

    return route


def test_a_truncated_download_resumes(site: Site, movie: bytes, tmp_path: Path) -> None:
    data = long(movie)
    route = first_then([None, truncated(data, len(data))], serve(data))
    assert get(site, route, tmp_path, retries=1) == data
    start = int((site.ranges("/a.mp4")[-1] or "").removeprefix("bytes=").removesuffix("-"))
    assert len(data) // 2 - (1 << 16) <= start <= len(data) // 2  # at most one piece is lost


def test_a_length_longer_than_the_file_is_truncated(
    site: Site, movie: bytes, tmp_path: Path
) -> None:
    route = truncated(movie, len(movie) * 2)
    assert reason(site, route, tmp_path, retries=1) == "truncated"


def test_a_length_shorter_than_the_file_gives_what_was_promised(
    site: Site, movie: bytes, tmp_path: Path
) -> None:
    def route(handler: Handler, before: int) -> None:
        handler.head(200, Content_Type="video/mp4", Content_Length="1000")
        handler.wfile.write(movie)

    assert get(site, route, tmp_path) == movie[:1000]


def test_known_to_be_too_large(site: Site, tmp_path: Path) -> None:
    assert reason(site, serve(bytes(3_000_000)), tmp_path, max_megabytes=1.0) == "too_large"
    assert partials(tmp_path) == []


def test_too_large_and_never_said_how_large(site: Site, tmp_path: Path) -> None:
    def endless(handler: Handler, before: int) -> None:
        handler.head(200, Content_Type="video/mp4")
        while not handler.site.closing.is_set():
            handler.wfile.write(bytes(1 << 16))

    assert reason(site, endless, tmp_path, max_megabytes=1.0) == "too_large"
    assert partials(tmp_path) == []


def test_the_whole_has_a_time_limit_too(
    site: Site, movie: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drip(handler: Handler, before: int) -> None:
        handler.head(200, Content_Type="video/mp4", Content_Length=str(len(movie)))
        for byte in movie:
            handler.wfile.write(bytes([byte]))
            if handler.site.closing.wait(0.05):
                return

    monkeypatch.setattr(web, "OVERALL", 2)
    start = time.monotonic()
    assert reason(site, drip, tmp_path, timeout_seconds=1.0, retries=3) == "timeout"
    assert time.monotonic() - start < 4


def test_redirects_are_followed(site: Site, movie: bytes, tmp_path: Path) -> None:
    site.routes["/b.mp4"] = serve(movie)
    assert get(site, status(302, Location="/b.mp4"), tmp_path) == movie


def test_redirects_out_of_the_web_are_refused(site: Site, tmp_path: Path) -> None:
    route = status(302, Location="file:///etc/hostname")
    assert reason(site, route, tmp_path) == "not_allowed"


def test_a_stream_may_not_name_local_files(site: Site, tmp_path: Path) -> None:
    secret = tmp_path / "secret.ts"
    secret.write_bytes(b"secret")
    playlist = f"#EXTM3U\n#EXTINF:1,\n{secret.as_uri()}\n#EXT-X-ENDLIST\n".encode()
    route = serve(playlist, "application/x-mpegurl")
    assert reason(site, route, tmp_path, "/a.m3u8") == "not_allowed"


def test_a_redirect_loop(site: Site, tmp_path: Path) -> None:
    assert reason(site, status(302, Location="/a.mp4"), tmp_path, retries=2) == "http_error"


def test_a_page_without_a_video(site: Site, tmp_path: Path) -> None:
    page = b"<!doctype html><html><title>a page</title><p>no film here</p></html>"
    assert reason(site, serve(page, "text/html"), tmp_path, "/page", retries=2) == "unsupported"


def test_nobody_listens(site: Site, tmp_path: Path) -> None:
    trailer = trailer_at("http://127.0.0.1:9/a.mp4")  # discard: never a web server
    with pytest.raises(TrailerError) as caught:
        fetch(trailer, means(tmp_path), tmp_path / "came")
    assert caught.value.reason == "network"
    assert "0x" not in caught.value.detail


def test_nothing_the_web_says_names_a_file_elsewhere(
    site: Site, movie: bytes, tmp_path: Path
) -> None:
    def route(handler: Handler, before: int) -> None:
        name = 'attachment; filename="../../../evil.mp4"'
        kind = "video/..%2f..%2f../../evil"
        handler.head(
            200, Content_Type=kind, Content_Disposition=name, Content_Length=str(len(movie))
        )
        handler.wfile.write(movie)

    assert get(site, route, tmp_path, "/..%2f..%2fevil.mp4") == movie
    files = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {"came", "workshop"}
    assert not [path for path in tmp_path.parent.rglob("*evil*") if "test_" not in path.name]


def test_cookies_are_sent_and_their_file_is_left_alone(
    site: Site, movie: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jar = tmp_path / "cookies.txt"
    text = "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tkey\tvalue\n"
    jar.write_text(text)
    monkeypatch.setenv("TRAILER_COOKIES", str(jar))

    def route(handler: Handler, before: int) -> None:
        handler.head(
            200,
            Content_Type="video/mp4",
            Content_Length=str(len(movie)),
            Set_Cookie="other=1; Max-Age=999",
        )
        handler.wfile.write(movie)

    get(site, route, tmp_path)
    assert site.asked[0][1]["cookie"] == "key=value"
    assert jar.read_text() == text


@pytest.mark.parametrize("text", [None, "no cookies\n"])
def test_cookies_that_cannot_be_read_stop_the_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    if text is not None:
        (tmp_path / "cookies.txt").write_text(text)
    monkeypatch.setenv("TRAILER_COOKIES", str(tmp_path / "cookies.txt"))
    with pytest.raises(BenchmarkError, match="TRAILER_COOKIES") as caught:
        fetch(trailer_at("http://127.0.0.1:9/a.mp4"), means(tmp_path), tmp_path / "came")
    assert not isinstance(caught.value, TrailerError)


def test_the_proxy_is_used(
    site: Site, movie: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAILER_PROXY", site.url)
    url = "http://film.invalid/a.mp4"
    site.routes[url] = serve(movie)
    fetch(trailer_at(url), means(tmp_path), tmp_path / "came")
    assert (tmp_path / "came").read_bytes() == movie


def test_a_killed_run_goes_on_where_it_was(site: Site, movie: bytes, tmp_path: Path) -> None:
    data = long(movie)
    site.routes["/a.mp4"] = first_then([None, part_of(data)], serve(data))
    job: tuple[Any, Means, Path] = (
        trailer_at(site.url + "/a.mp4"),
        means(tmp_path, timeout_seconds=30.0),
        tmp_path / "came",
    )
    process = multiprocessing.get_context("spawn").Process(target=fetch, args=job)
    process.start()
    wait = time.monotonic() + 20
    while not any(path.stat().st_size for path in partials(tmp_path) if path.suffix == ".part"):
        assert time.monotonic() < wait
        process.join(0.05)
    process.kill()
    process.join()
    assert get(site, serve(data), tmp_path) == data
    assert site.ranges("/a.mp4")[-1] is not None

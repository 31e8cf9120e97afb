"""http(s) trailers from a real server that is not to be trusted."""

import time
from pathlib import Path

import pytest

from stages.base.errors import BenchmarkError, TrailerError
from stages.trailers.fetching import web
from stages.trailers.fetching.web import fetch
from tests.trailers.fetching.conftest import (
    Handler,
    Site,
    context,
    get,
    partials,
    reason,
    serve,
    status,
    trailer_at,
)


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

    monkeypatch.setattr(web, "MAX_TIMEOUTS", 2)
    start = time.monotonic()
    assert reason(site, drip, tmp_path, timeout_seconds=1.0, retries=3) == "timeout"
    assert time.monotonic() - start < 4


def test_redirects_are_followed(site: Site, movie: bytes, tmp_path: Path) -> None:
    site.routes["/b.mp4"] = serve(movie)
    assert get(site, status(302, Location="/b.mp4"), tmp_path) == movie


def test_redirects_out_of_the_web_are_refused(site: Site, tmp_path: Path) -> None:
    route = status(302, Location="file:///etc/hostname")
    assert reason(site, route, tmp_path) == "not_allowed"


def test_redirects_to_another_private_host_are_refused(site: Site, tmp_path: Path) -> None:
    other = site.url.replace("127.0.0.1", "127.0.0.2")
    route = status(302, Location=f"{other}/b.mp4")
    assert reason(site, route, tmp_path) == "not_allowed"


@pytest.mark.parametrize("host", ["169.254.169.254", "0.0.0.0", "[::ffff:169.254.169.254]"])
def test_the_secrets_of_clouds_are_asked_for_by_nobody(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("TRAILER_PROXY", site.url)  # which would hear of it
    with pytest.raises(TrailerError) as caught:
        fetch(
            trailer_at(f"http://{host}/latest/meta-data/"),
            context(tmp_path),
            tmp_path / "came",
        )
    assert caught.value.reason == "not_allowed"
    assert site.asked == []


def test_a_url_that_is_read_in_two_ways(site: Site, tmp_path: Path) -> None:
    with pytest.raises(TrailerError) as caught:
        fetch(trailer_at("http://127.0.0.1\\@127.0.0.1/a"), context(tmp_path), tmp_path / "came")
    assert caught.value.reason == "not_allowed"


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
    assert files == {"came", "work"}
    assert not [path for path in tmp_path.parent.rglob("*evil*") if "test_" not in path.name]


@pytest.mark.parametrize("name", ["{}/cookies.txt", "cookies.txt"])
def test_cookies_are_sent_and_their_file_is_left_alone(
    site: Site, movie: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    jar = tmp_path / "cookies.txt"
    text = "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tkey\tvalue\n"
    jar.write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRAILER_COOKIES", name.format(tmp_path))

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


@pytest.mark.parametrize("content", [None, b"no cookies\n", b"\xff\xfe"])
def test_cookies_that_cannot_be_read_stop_the_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "cookies.txt").write_bytes(content)
    monkeypatch.setenv("TRAILER_COOKIES", str(tmp_path / "cookies.txt"))
    with pytest.raises(BenchmarkError, match="TRAILER_COOKIES") as caught:
        fetch(trailer_at("http://127.0.0.1:9/a.mp4"), context(tmp_path), tmp_path / "came")
    assert not isinstance(caught.value, TrailerError)


@pytest.mark.parametrize("kind", ["FileNotFoundError", "PermissionError"])
def test_other_files_that_cannot_be_read_stop_one_trailer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    job = tmp_path / "job.py"
    job.write_text(
        "import json, pathlib, sys\n"
        "folder = pathlib.Path(json.loads(sys.stdin.readline())['folder'])\n"
        f"told = dict(kind={kind!r}, text='[Errno 2] No such file or directory')\n"
        "(folder / 'outcome.json').write_text(json.dumps(told))\n"
    )
    monkeypatch.setattr(web, "JOB", job)
    with pytest.raises(TrailerError) as caught:
        fetch(trailer_at("http://127.0.0.1:9/a.mp4"), context(tmp_path), tmp_path / "came")
    assert caught.value.reason == "crashed"


def test_the_proxy_is_used(
    site: Site, movie: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAILER_PROXY", site.url)
    url = "http://film.invalid/a.mp4"
    site.routes[url] = serve(movie)
    fetch(trailer_at(url), context(tmp_path), tmp_path / "came")
    assert (tmp_path / "came").read_bytes() == movie

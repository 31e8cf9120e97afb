"""http(s) trailers from a real server that does everything servers do."""

import hashlib
import multiprocessing
import time
from pathlib import Path
from typing import Any

import pytest

from stages.base.errors import TrailerError
from stages.trailers.fetching.schemes import FetchContext
from stages.trailers.fetching.web import fetch
from tests.trailers.fetching.conftest import (
    Handler,
    Route,
    Site,
    context,
    first_then,
    get,
    partials,
    reason,
    serve,
    status,
    trailer_at,
)


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
    site.routes["/b.WEBM"] = serve(movie, "video/webm")
    fetch(trailer_at(site.url + "/b.WEBM"), context(tmp_path), tmp_path / "came")
    assert (tmp_path / "came").read_bytes() == movie
    assert partials(tmp_path) == []


def test_a_final_status_is_not_tried_again(site: Site, tmp_path: Path) -> None:
    assert reason(site, status(404), tmp_path, retries=3) == "gone"
    assert len(site.asked) == 1


def test_errors_that_may_pass_are_tried_again_and_retry_after_is_honoured(
    site: Site, movie: bytes, tmp_path: Path
) -> None:
    moments: list[float] = []
    answers = first_then([status(429, Retry_After="1"), status(500)], serve(movie))

    def route(handler: Handler, before: int) -> None:
        moments.append(time.monotonic())
        answers(handler, before)

    assert get(site, route, tmp_path, retries=2) == movie
    assert moments[1] - moments[0] >= 1


def test_status_while_the_file_itself_is_fetched(site: Site, movie: bytes, tmp_path: Path) -> None:
    assert reason(site, first_then([serve(movie)], status(403)), tmp_path) == "forbidden"
    assert reason(site, first_then([serve(movie)], status(500)), tmp_path, "/b.mp4") == "http_error"


def test_a_lasting_server_error_is_given_up(site: Site, tmp_path: Path) -> None:
    assert reason(site, status(503), tmp_path, retries=1) == "http_error"
    assert len(site.asked) == 2


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


def test_nobody_listens(site: Site, tmp_path: Path) -> None:
    trailer = trailer_at("http://127.0.0.1:9/a.mp4")  # discard: never a web server
    with pytest.raises(TrailerError) as caught:
        fetch(trailer, context(tmp_path), tmp_path / "came")
    assert caught.value.reason == "network"
    assert "0x" not in caught.value.detail


def test_a_killed_run_goes_on_where_it_was(site: Site, movie: bytes, tmp_path: Path) -> None:
    data = long(movie)
    site.routes["/a.mp4"] = first_then([None, part_of(data)], serve(data))
    job: tuple[Any, FetchContext, Path] = (
        trailer_at(site.url + "/a.mp4"),
        context(tmp_path, timeout_seconds=30.0),
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

"""Pages and manifests that a downloader reads: counted unpacked, and given up where they go on."""

import gzip
import sys
import textwrap
from pathlib import Path

import pytest

from stages.trailers.fetching import pages, web
from tests.trailers.fetching.conftest import Handler, Route, Site, reason

BLOCK = b"<!-- words -->" * 5000


class Endless:
    """A page of one byte after the other."""

    def read(self, amt: int | None = None) -> bytes:
        return b"x" * (amt or 1)


class RefusalError(Exception):
    pass


def refuse(why: str, text: str) -> None:
    raise RefusalError(why, text)


def test_what_is_read_as_a_whole_counts_over_all_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_BYTES", 100)
    monkeypatch.setattr(pages, "BLOCK", 10)
    ours = pages.Pages(refuse)  # type: ignore[arg-type]
    page = ours.bound(Endless())
    assert page.read(1000) == b"x" * 1000 and ours.left == 100  # a piece of media
    with pytest.raises(RefusalError, match=r"too_heavy.*pages of more than 100 bytes"):
        page.read()


def test_a_page_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_SECONDS", -1.0)
    with pytest.raises(RefusalError, match="timeout"):
        pages.Pages(refuse).bound(Endless()).read()  # type: ignore[arg-type]


def chunked(block: bytes, kind: str, count: int) -> Route:
    def route(handler: Handler, before: int) -> None:
        handler.head(200, Content_Type=kind)
        for _ in range(count):
            handler.wfile.write(block)

    return route


@pytest.mark.parametrize(
    ("path", "kind", "block"),
    [
        ("/a.html", "text/html", BLOCK),
        ("/a.m3u8", "application/vnd.apple.mpegurl", b"#EXTM3U\n# words\n" * 5000),
    ],
)
def test_a_page_or_a_manifest_that_goes_on_is_given_up(
    site: Site, tmp_path: Path, path: str, kind: str, block: bytes
) -> None:
    long = chunked(block, kind, 2 * pages.MAX_BYTES // len(block))
    assert reason(site, long, tmp_path, path, max_megabytes=100.0) == "too_heavy"


def test_a_page_counts_as_it_is_unpacked(site: Site, tmp_path: Path) -> None:
    packed = gzip.compress(b"<html>" * (pages.MAX_BYTES // 6 + 1000))

    def route(handler: Handler, before: int) -> None:
        handler.head(200, Content_Type="text/html", Content_Encoding="gzip")
        handler.wfile.write(packed)

    assert len(packed) < 200_000
    assert reason(site, route, tmp_path, "/a") == "too_heavy"


def test_the_page_of_a_redirect_is_not_read(site: Site, tmp_path: Path) -> None:
    sent = []

    def route(handler: Handler, before: int) -> None:
        handler.head(302, Location="/gone", Content_Length=str(2**40))
        while not handler.site.closing.is_set():
            sent.append(handler.wfile.write(BLOCK))

    site.routes["/gone"] = lambda handler, before: handler.head(404, Content_Length="0")
    assert reason(site, route, tmp_path, "/a") == "gone"
    assert sum(sent) < 20_000_000  # what lies in the sockets


def test_a_downloader_that_takes_too_much_memory_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that allocates and waits, in the place of ours, so without its own limit."""
    monkeypatch.setenv("TRAILER_MEMORY_GB", "0.3")
    job = tmp_path / "job.py"
    job.write_text("import time\nheld = b'x' * 400_000_000\ntime.sleep(60)\n")
    monkeypatch.setattr(web, "JOB", job)
    site = Site("http://127.0.0.1:9")
    assert reason(site, lambda *_: None, tmp_path) == "too_heavy"


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        ("bytearray(1_000_000_000)", "too_heavy"),
        ("all(True for _ in iter(int, 1))", "timeout"),  # as a search that does not end
        ("print(ytdlp_job.limit_cpu(ytdlp_job.resource.RLIM_INFINITY))", "crashed"),
    ],
)
def test_the_job_limits_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: str, expected: str
) -> None:
    """What `main` runs once its limits stand; a stand-in that does nothing is a bug to it."""
    monkeypatch.setenv("TRAILER_MEMORY_GB", "0.8")
    monkeypatch.setenv("TRAILER_SECONDS", "3")
    job = tmp_path / "job.py"
    job.write_text(
        textwrap.dedent(f"""
        import sys
        sys.path[:0] = {sys.path!r}
        from stages.trailers.fetching import ytdlp_job
        ytdlp_job.CheckedDownloader = lambda job: {work}
        ytdlp_job.main()
        """)
    )
    monkeypatch.setattr(web, "JOB", job)
    assert reason(Site("http://127.0.0.1:9"), lambda *_: None, tmp_path) == expected

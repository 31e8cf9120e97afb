"""What is refused before a byte of it is fetched, as yt-dlp itself comes to hear of it."""

import json
from pathlib import Path

import pytest

from stages.base.errors import TrailerError
from stages.trailers.fetching.web import fetch
from tests.trailers.fetching.conftest import Route, Site, context, partials, serve, trailer_at


def refused(site: Site, route: Route, root: Path, path: str) -> TrailerError:
    """Why the address is refused; it would be asked again if that looked like bad luck."""
    site.routes[path] = route
    with pytest.raises(TrailerError) as caught:
        fetch(
            trailer_at(site.url + path),
            context(root, retries=3, max_minutes=10.0),
            root / "came",
        )
    assert partials(root) == []
    return caught.value


def stream(seconds: int, end: str = "#EXT-X-ENDLIST\n") -> Route:
    """An HLS stream in pieces of ten seconds."""
    pieces = "".join(f"#EXTINF:10,\n{number}.ts\n" for number in range(seconds // 10))
    text = f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n{pieces}{end}"
    return serve(text.encode(), "application/x-mpegurl")


def page(body: str) -> Route:
    return serve(f"<!doctype html><html><title>a</title>{body}</html>".encode(), "text/html")


def described(**more: str) -> Route:
    """A page that describes its one video to search engines."""
    video = {"@context": "https://schema.org", "@type": "VideoObject", "name": "a"}
    video |= {"encodingFormat": "video/mp4"} | more
    return page(f'<script type="application/ld+json">{json.dumps(video)}</script>')


def times(site: Site, path: str) -> int:
    return site.counts[path]


def test_a_stream_that_is_too_long(site: Site, tmp_path: Path) -> None:
    error = refused(site, stream(700), tmp_path, "/a.m3u8")
    assert (error.reason, error.detail) == ("too_long", "700.0 s, at most 600 s")
    assert times(site, "/a.m3u8") <= 3  # yt-dlp's own looks, in one attempt
    assert times(site, "/0.ts") == 0


def test_a_page_that_says_how_long_its_video_is(site: Site, tmp_path: Path) -> None:
    route = described(contentUrl=f"{site.url}/v.mp4", duration="PT11M40S")
    error = refused(site, route, tmp_path, "/page")
    assert (error.reason, error.detail) == ("too_long", "700.0 s, at most 600 s")
    assert (times(site, "/page"), times(site, "/v.mp4")) == (1, 0)


def test_a_page_that_says_how_large_its_video_is(site: Site, tmp_path: Path) -> None:
    route = described(contentUrl=f"{site.url}/v.mp4", contentSize="2000001")
    error = refused(site, route, tmp_path, "/page")
    assert (error.reason, error.detail) == ("too_large", "2000001 bytes, at most 2000000 allowed")
    assert (times(site, "/page"), times(site, "/v.mp4")) == (1, 0)


def test_a_page_of_two_videos(site: Site, tmp_path: Path) -> None:
    route = page('<video src="/v.mp4"></video><video src="/w.mp4"></video>')
    error = refused(site, route, tmp_path, "/page")
    assert (error.reason, error.detail) == ("unsupported", "a playlist, not one video")
    assert (times(site, "/page"), times(site, "/v.mp4")) == (1, 0)


def test_a_feed(site: Site, tmp_path: Path) -> None:
    items = "".join(
        f'<item><title>{n}</title><enclosure url="{site.url}/{n}.mp4"/></item>' for n in (1, 2)
    )
    text = f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'
    error = refused(site, serve(text.encode(), "application/rss+xml"), tmp_path, "/feed")
    assert (error.reason, error.detail) == ("unsupported", "a playlist, not one video")
    assert (times(site, "/feed"), times(site, "/1.mp4")) == (1, 0)


def test_a_live_stream(site: Site, tmp_path: Path) -> None:
    error = refused(site, stream(30, end=""), tmp_path, "/a.m3u8")
    assert (error.reason, error.detail) == ("unsupported", "a live stream, not a video")
    assert times(site, "/a.m3u8") <= 3
    assert times(site, "/0.ts") == 0


def test_a_live_manifest(site: Site, tmp_path: Path) -> None:
    manifest = '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="dynamic"><Period/></MPD>'
    route = serve(manifest.encode(), "application/dash+xml")
    error = refused(site, route, tmp_path, "/a.mpd")
    assert error.reason == "unsupported"
    assert times(site, "/a.mpd") <= 2

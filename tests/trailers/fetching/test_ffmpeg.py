"""ffmpeg may join what yt-dlp has fetched; it may fetch nothing itself."""

import json
import sys
from pathlib import Path

import pytest
from yt_dlp.aes import aes_cbc_encrypt_bytes

from tests.trailers.fetching.conftest import Site, get, reason, serve

KEY, IV = bytes(range(16)), bytes(16)
# answers like ffmpeg, notes what it was asked for, and makes a file of its own
FAKE = """#!{python}
import json, sys
with open({log!r}, "a") as log:
    log.write(json.dumps(sys.argv[1:]) + "\\n")
if "-i" in sys.argv:
    with open(sys.argv[-1].removeprefix("file:"), "wb") as file:
        file.write(b"joined")
else:
    print("ffmpeg version 7.0")
"""


pytestmark = pytest.mark.usefixtures("ffmpeg")


@pytest.fixture
def ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ffmpeg on the PATH that keeps a log."""
    log = tmp_path / "log"
    log.touch()
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("ffmpeg", "ffprobe"):
        (programs / name).write_text(FAKE.format(python=sys.executable, log=str(log)))
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")


def inputs(tmp_path: Path) -> list[str]:
    """What ffmpeg was given as input."""
    calls = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    return [call[i + 1] for call in calls for i, word in enumerate(call) if word == "-i"]


def playlist(key: str) -> bytes:
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n{key}\n#EXTINF:1,\n0.ts\n#EXT-X-ENDLIST\n".encode()


def test_an_encrypted_stream_is_not_handed_over(site: Site, tmp_path: Path) -> None:
    data = bytes(188 * 8 + 1)  # not whole blocks, so padded as it must be
    site.routes["/0.ts"] = serve(aes_cbc_encrypt_bytes(data, KEY, IV))
    site.routes["/key"] = serve(KEY)
    route = serve(
        playlist('#EXT-X-KEY:METHOD=AES-128,URI="key",IV=0x' + IV.hex()), "application/x-mpegurl"
    )
    assert get(site, route, tmp_path, "/x.m3u8") == data
    assert inputs(tmp_path) == []


def test_a_stream_that_only_ffmpeg_could_fetch_is_refused(site: Site, tmp_path: Path) -> None:
    site.routes["/0.ts"] = serve(bytes(188))
    route = serve(playlist('#EXT-X-KEY:METHOD=SAMPLE-AES,URI="key"'), "application/x-mpegurl")
    assert reason(site, route, tmp_path, "/x.m3u8") == "unsupported"
    assert inputs(tmp_path) == []


def test_picture_and_sound_are_joined(site: Site, tmp_path: Path) -> None:
    streams = "".join(
        f'<AdaptationSet mimeType="{kind}/mp4"><Representation id="{kind}" bandwidth="1000" '
        f'codecs="{codec}" height="48"><BaseURL>{kind}.mp4</BaseURL><SegmentList>'
        f'<SegmentURL media="{kind}.mp4"/></SegmentList></Representation></AdaptationSet>'
        for kind, codec in (("video", "avc1"), ("audio", "mp4a"))
    )
    manifest = (
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="PT1S">'
        f'<Period duration="PT1S">{streams}</Period></MPD>'
    ).encode()
    site.routes |= {"/video.mp4": serve(bytes(999)), "/audio.mp4": serve(bytes(99))}
    route = serve(manifest, "application/dash+xml")
    assert get(site, route, tmp_path, "/x.mpd") == b"joined"
    assert len(inputs(tmp_path)) == 2
    assert all(name.startswith("file:") for name in inputs(tmp_path))

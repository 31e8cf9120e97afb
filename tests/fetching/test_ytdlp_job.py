"""What the yt-dlp process refuses, without a network."""

from typing import Any

import pytest

from stages.fetching import ytdlp_job as job

JOB: dict[str, Any] = {
    "url": "http://93.184.215.14/a.mp4",
    "folder": "/nowhere",
    "max_height": 480,
    "max_seconds": 600.0,
    "max_bytes": 1000,
    "timeout": 1.0,
    "pause": 0.5,
    "retries": 2,
}
VIDEO = {"url": "https://93.184.215.14/v.mp4", "duration": 100}


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://93.184.215.14/a", "data:,a", "//93.184.215.14/a", "rtmp:a"]
)
def test_only_the_web(url: str) -> None:
    with pytest.raises(job.Refused) as caught:
        job.check_address(url, JOB["url"])
    assert caught.value.reason == "not_allowed"


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "[::1]", "0.0.0.0"])
def test_the_web_may_not_send_us_home(host: str) -> None:
    with pytest.raises(job.Refused):
        job.check_address(f"http://{host}/a", JOB["url"])
    job.check_address(f"http://{host}/a", "http://192.168.0.7/films")  # the catalogue may


def test_public_addresses_pass() -> None:
    job.check_address("https://93.184.215.14:8443/a?b", JOB["url"])


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        ({"playlist_index": 1}, "unsupported"),
        ({"playlist_id": "PL1"}, "unsupported"),
        ({"is_live": True}, "unsupported"),
        ({"live_status": "is_upcoming"}, "unsupported"),
        ({"duration": 600.5}, "too_long"),
        ({"filesize": 1001}, "too_large"),
        ({"requested_formats": [{"filesize": 600}, {"filesize": 600}]}, "too_large"),
        ({"protocol": "rtmp"}, "unsupported"),
        ({"url": "mms://93.184.215.14/v"}, "unsupported"),
    ],
)
def test_known_in_advance(info: dict[str, Any], reason: str) -> None:
    with pytest.raises(job.Refused) as caught:
        job.check_info(JOB, VIDEO | info, incomplete=False)
    assert caught.value.reason == reason


def test_a_good_video_passes() -> None:
    job.check_info(JOB, VIDEO | {"filesize": 1000, "duration": 600.0}, incomplete=False)


def test_bytes_are_counted_over_all_files_of_a_download() -> None:
    came: dict[str, int] = {}
    job.check_progress(JOB, came, {"filename": "picture", "downloaded_bytes": 700})
    job.check_progress(JOB, came, {"filename": "picture", "downloaded_bytes": 900})
    with pytest.raises(job.Refused):
        job.check_progress(JOB, came, {"filename": "sound", "downloaded_bytes": 101})


def test_merging_is_asked_for_only_where_there_is_ffmpeg() -> None:
    merged = job.options(JOB | {"merge": True})
    single = job.options(JOB | {"merge": False})
    assert merged["format"] == "bv*[height<=?480]+ba/b[height<=?480]/b/ba"
    assert single["format"] == "b[height<=?480]/b"


def test_dangerous_options_are_off() -> None:
    options = job.options(JOB | {"merge": True})
    assert options["enable_file_urls"] is False
    assert options["cachedir"] is False
    assert options["geo_bypass"] is False
    for name in (
        "postprocessors",
        "cookiesfrombrowser",
        "usenetrc",
        "download_archive",
        "exec_cmd",
    ):
        assert name not in options
    assert options["outtmpl"] == {"default": "%(format_id)s.%(ext)s"}


def test_fragments_back_off_exponentially() -> None:
    wait = job.options(JOB | {"merge": True})["retry_sleep_functions"]["fragment"]
    assert [wait(n=n) for n in range(3)] == [0.5, 1.0, 2.0]

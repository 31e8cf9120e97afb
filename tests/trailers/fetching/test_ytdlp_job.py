"""What the yt-dlp process refuses, without a network."""

import copy
from pathlib import Path
from typing import Any

import pytest
from yt_dlp.utils import ExtractorError

from stages.trailers.fetching import ytdlp_job as job
from stages.trailers.fetching.reasons import Failure, is_transient, reason_for

JOB: dict[str, Any] = {
    "url": "http://93.184.215.14/a.mp4",
    "folder": "/nowhere",
    "max_height": 480,
    "max_seconds": 600.0,
    "max_bytes": 1000,
    "timeout": 1.0,
    "memory": 1_500_000_000,
    "pause": 0.5,
    "retries": 2,
    "merge": True,
    "cookies": None,
}
VIDEO = {"url": "https://93.184.215.14/v.mp4", "duration": 100}


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


def a_format(name: str, height: int | None, kind: str = "both", **more: Any) -> dict[str, Any]:
    return {
        "format_id": name,
        "url": f"https://93.184.215.14/{name}.mp4",
        "ext": "mp4",
        "height": height,
        "vcodec": "none" if kind == "sound" else "avc1",
        "acodec": "none" if kind == "picture" else "mp4a",
    } | more


def chosen(folder: Path, formats: list[dict[str, Any]], merge: bool) -> str:
    """The format that yt-dlp itself chooses from what a site offers, best last."""
    settings = JOB | {"folder": str(folder), "merge": merge}
    offer = {"id": "a", "title": "a", "extractor": "site", "extractor_key": "Site"}
    with job.CheckedDownloader(settings) as downloader:
        copies = copy.deepcopy(formats)
        found = downloader.process_video_result(offer | {"formats": copies}, download=False)
    return str(found["format_id"])


SOUND, UNKNOWN = a_format("sound", None, "sound"), a_format("unknown", None)
TALL, TOO_TALL = a_format("b480", 480), a_format("b481", 481)
TALL_PICTURE, TOO_TALL_PICTURE = a_format("p480", 480, "picture"), a_format("p720", 720, "picture")


@pytest.mark.parametrize(
    ("offered", "merge", "expected"),
    [
        ([TALL, TOO_TALL], False, "b480"),
        ([TALL, TOO_TALL], True, "b480"),
        ([UNKNOWN, TOO_TALL], False, "unknown"),
        ([UNKNOWN], False, "unknown"),
        ([UNKNOWN], True, "unknown"),
        ([SOUND, TALL_PICTURE, TOO_TALL_PICTURE], True, "p480+sound"),
        ([SOUND, TALL, TOO_TALL_PICTURE], False, "b480"),
        ([SOUND], False, "sound"),
        ([SOUND], True, "sound"),
        ([TALL_PICTURE, TOO_TALL_PICTURE], False, "p480"),
        ([a_format("b240", 240), TALL, TOO_TALL], True, "b480"),
        ([a_format("upright", 854, width=480), a_format("b360", 360)], True, "upright"),
    ],
)
def test_the_tallest_within_the_limit_is_chosen(
    tmp_path: Path, offered: list[dict[str, Any]], merge: bool, expected: str
) -> None:
    assert chosen(tmp_path, offered, merge) == expected


@pytest.mark.parametrize(
    ("offered", "merge", "expected"),
    [
        ([TOO_TALL], False, "b481"),
        ([TOO_TALL], True, "b481"),
        ([SOUND, TOO_TALL, a_format("b1080", 1080)], True, "b481"),
        ([SOUND, TOO_TALL, a_format("b1080", 1080)], False, "b481"),
        ([SOUND, TOO_TALL_PICTURE, a_format("p1080", 1080, "picture")], True, "p720+sound"),
    ],
)
def test_where_all_are_too_tall_the_smallest_comes_and_never_sound_alone(
    tmp_path: Path, offered: list[dict[str, Any]], merge: bool, expected: str
) -> None:
    assert chosen(tmp_path, offered, merge) == expected


def test_picture_and_sound_apart_need_ffmpeg(tmp_path: Path) -> None:
    with pytest.raises(ExtractorError, match="Requested format is not available"):
        chosen(tmp_path, [SOUND, TALL_PICTURE], merge=False)


def hdr(name: str, height: int, kind: str, dynamic_range: str = "HDR10") -> dict[str, Any]:
    return a_format(name, height, "picture", vcodec=kind, dynamic_range=dynamic_range)


HDR10, HLG = hdr("hdr10", 480, "vp9.2"), hdr("hlg", 480, "vp9.2", "HLG")
DOLBY, AV1_HDR = hdr("dolby", 480, "dvh1", "DV"), hdr("av1", 480, "av01.0.05M.10.0.110.09.16.09.0")


@pytest.mark.parametrize(
    ("pictures", "expected"),
    [
        ([TALL_PICTURE, HDR10, AV1_HDR, DOLBY], "p480"),
        ([hdr("said", 480, "avc1", "SDR"), HDR10], "said"),
        ([a_format("p360", 360, "picture"), HDR10], "p360"),
        ([TOO_TALL_PICTURE, HDR10], "p720"),
        ([HDR10], "hdr10"),
        ([HDR10, DOLBY], "hdr10"),
        ([hdr("hdr144", 144, "vp9.2"), HDR10, hdr("hdr720", 720, "vp9.2")], "hdr10"),
    ],
)
def test_hdr_comes_only_where_there_is_nothing_else(
    tmp_path: Path, pictures: list[dict[str, Any]], expected: str
) -> None:
    assert chosen(tmp_path, [SOUND, *pictures], merge=True) == f"{expected}+sound"


STEREO = a_format("stereo", None, "sound", audio_channels=2, abr=128)
SURROUND = a_format("surround", None, "sound", audio_channels=6, abr=384, quality=9)
MONO = a_format("mono", None, "sound", audio_channels=1, abr=64)


@pytest.mark.parametrize(
    ("sounds", "expected"),
    [
        ([STEREO, SURROUND], "stereo"),
        ([MONO, STEREO, SURROUND], "stereo"),
        ([MONO, SURROUND], "mono"),
        ([SURROUND], "surround"),
        ([a_format("7.1", None, "sound", audio_channels=8), SURROUND], "surround"),
    ],
)
def test_more_than_two_channels_come_only_where_there_is_nothing_else(
    tmp_path: Path, sounds: list[dict[str, Any]], expected: str
) -> None:
    assert chosen(tmp_path, [TALL_PICTURE, *sounds], merge=True) == f"p480+{expected}"


@pytest.mark.parametrize("merge", [True, False])
def test_of_two_files_of_one_height_the_stereo_one_comes(tmp_path: Path, merge: bool) -> None:
    two = a_format("two", 480, audio_channels=2, tbr=500)
    six = a_format("six", 480, audio_channels=6, tbr=900)
    assert chosen(tmp_path, [two, six], merge) == "two"
    assert chosen(tmp_path, [a_format("b360", 360, audio_channels=2), six], merge) == "six"


def test_a_fault_of_the_program_is_no_fault_of_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise TypeError("connection refused")

    monkeypatch.setattr(job, "CheckedDownloader", broken)
    found = Failure(**job.outcome(JOB))
    assert reason_for(found) == "crashed" and not is_transient(found)
    assert found.text == "TypeError: connection refused"


def test_dangerous_options_are_off() -> None:
    options = job.options(JOB)
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
    wait = job.options(JOB)["retry_sleep_functions"]["fragment"]
    assert [wait(n=n) for n in range(3)] == [0.5, 1.0, 2.0]

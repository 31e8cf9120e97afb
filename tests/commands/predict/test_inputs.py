import shutil
import struct
from pathlib import Path

import pytest

from stages.base.errors import REASONS, BenchmarkError, TrailerError
from stages.base.store import sha256
from stages.commands.predict.inputs import explain, open_trailer
from stages.trailers.fetching.video_info import VideoInfo
from stages.trailers.media.results import video_store
from tests.commands.predict.small_run import write_clip


def test_a_url_is_downloaded_and_a_path_is_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the store lies below the working folder
    clip = write_clip(tmp_path / "clip.mkv", 0)
    asked = []

    def obtain(trailer):
        asked.append(trailer.url)
        with video_store().put() as path:
            shutil.copy(clip, path)
        return VideoInfo(sha256(clip), 1, 4.0, "mpeg4", "", 64, 48, ())

    fetched = open_trailer("HTTPS://films.example/a.mp4", 0, obtain)
    opened = open_trailer(str(clip), 1, obtain)
    assert asked == ["HTTPS://films.example/a.mp4"]
    assert fetched.path.read_bytes() == clip.read_bytes()
    assert (fetched.sha256, fetched.has_picture, fetched.has_sound) == (sha256(clip), True, False)
    assert (opened.path, opened.has_picture, opened.has_sound) == (clip, True, True)


def test_the_same_file_twice_is_two_trailers(tmp_path):
    clip = str(write_clip(tmp_path / "clip.mkv", 0))
    first, second = (open_trailer(clip, number, obtain=None) for number in (0, 1))  # type: ignore
    assert first.trailer_id != second.trailer_id and first.sha256 == second.sha256


@pytest.mark.parametrize("reason", ["gone", "private", "network", "too_large"])
def test_what_did_not_come_says_why_and_what_to_do(reason):
    def obtain(trailer):
        raise TrailerError(reason, "words of the site")

    with pytest.raises(
        BenchmarkError, match=f"could not be downloaded .{reason.replace('_', ' ')}"
    ) as said:
        open_trailer("https://films.example/a.mp4", 0, obtain)
    assert "words of the site" in str(said.value) and "what to do" in str(said.value)


@pytest.mark.parametrize("reason", [reason for reason in REASONS if reason != "ok"])
def test_every_reason_has_its_words(reason):
    said = str(explain("a.mp4", TrailerError(reason)))
    assert said.startswith("a.mp4: it ") and "what to do" in said


def test_a_file_that_is_too_heavy_says_so_in_a_sentence(tmp_path):
    path = tmp_path / "a.wav"
    fields = (1, 2, 3_000_000, 12_000_000, 4, 16)
    chunks = b"fmt \x10\0\0\0" + struct.pack("<HHIIHH", *fields) + b"data\x40\0\0\0" + bytes(64)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks)
    with pytest.raises(BenchmarkError) as said:
        open_trailer(str(path), 0, obtain=None)  # type: ignore[arg-type]
    assert "it takes more than one trailer may" in str(said.value)
    assert "sound at 3,000,000 Hz, at most 192,000 Hz" in str(said.value)


@pytest.mark.parametrize("name", ["", "a\0b", "no/such.mp4"])
def test_a_name_that_is_no_file(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BenchmarkError, match=r"cannot be opened|is a folder"):
        open_trailer(name, 0, obtain=None)  # type: ignore[arg-type]
    assert not list(Path().iterdir())

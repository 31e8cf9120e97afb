"""From a catalogue row to the store, with files, which need neither network nor renderer."""

import hashlib
import io
import struct
from pathlib import Path
from typing import Any

import av
import pytest

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.store.shared import PARTIAL, SharedStore
from stages.trailers.fetching import local
from stages.trailers.fetching.fetcher import TrailerFetcher, remove_leftovers
from stages.trailers.fetching.ledger import check_missing
from stages.trailers.fetching.schemes import Fetched, scheme_of
from stages.trailers.fetching.video_info import VideoInfo
from stages.trailers.media.results import video_path
from tests.trailers.fetching.conftest import download_params, make_movie, sample_params, trailer_at


@pytest.fixture
def obtain(tmp_path: Path, movie: bytes, monkeypatch: pytest.MonkeyPatch) -> Any:
    """obtain(name, …) for a folder with film.mp4 in it, under the limits given."""
    monkeypatch.chdir(tmp_path)  # the store lies below the working folder
    folder = tmp_path / "films"
    folder.mkdir()
    (folder / "film.mp4").write_bytes(movie)

    def run(name: str = "film.mp4", take: tuple[Any, ...] = (), **changes: Any) -> VideoInfo:
        params = download_params(files_under=str(folder), **changes)
        return TrailerFetcher(params, sample_params(), take)(trailer_at(f"file:{name}"))

    return run


def test_facts(obtain: Any, movie: bytes) -> None:
    found = obtain()
    assert video_path(found.sha256).read_bytes() == movie
    assert found.sha256 == hashlib.sha256(movie).hexdigest()
    assert found.bytes == len(movie)
    assert (found.width, found.height) == (64, 48)
    assert obtain() == found


def test_a_film_without_its_end_is_truncated_and_its_owner_told(
    obtain: Any, movie: bytes, tmp_path: Path
) -> None:
    (tmp_path / "films" / "film.mp4").write_bytes(movie[: len(movie) // 2])  # the index comes last
    with pytest.raises(TrailerError) as caught:
        obtain()
    assert caught.value.reason == "truncated"
    counts = {"trailers": 1, "ok": 0, "reasons": {"truncated": 1}}
    with pytest.raises(BenchmarkError, match="what to do: get the whole files"):
        check_missing(counts, download_params())


def test_a_film_without_a_trailer_is_a_row_with_a_reason_of_its_own() -> None:
    with pytest.raises(TrailerError) as caught:
        TrailerFetcher(download_params(), sample_params())(trailer_at(""))
    assert caught.value.reason == "no_trailer"
    counts = {"trailers": 1, "ok": 0, "reasons": {"no_trailer": 1}}
    with pytest.raises(BenchmarkError, match="what to do: name trailers in the catalogue"):
        check_missing(counts, download_params())


def test_kept_once_it_came(obtain: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found = obtain()

    def never(*_: Any) -> Fetched:
        raise AssertionError("fetched again")

    monkeypatch.setattr(local, "fetch", never)
    assert obtain(timeout_seconds=1.0, retries=9, max_height=100, max_minutes=0.5) == found


def test_a_shared_store_out_of_reach_costs_no_second_download(
    obtain: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: Any) -> None:
        raise BenchmarkError("out of reach")

    far = tmp_path / "far"
    far.mkdir()
    monkeypatch.setenv("TRAILER_STORE", f"file://{far}")
    with monkeypatch.context() as patched, pytest.raises(BenchmarkError, match="out of reach"):
        patched.setattr(SharedStore, "upload", unreachable)
        obtain()
    monkeypatch.setattr(local, "fetch", unreachable)  # not again
    remove_leftovers()
    here = video_path(obtain().sha256)
    names = {path.name for path in far.rglob("*") if path.is_file()}
    assert here.name in names and len(names) == 2


def test_two_rows_with_one_video_share_a_file(obtain: Any, movie: bytes) -> None:
    Path("films/again.mp4").write_bytes(movie)
    assert obtain() == obtain("again.mp4")
    assert [path.read_bytes() for path in Path("data/store/videos").glob("??/*")] == [movie]


def test_narrower_limits_hold_for_what_came_before(obtain: Any) -> None:
    obtain()
    for limit, reason in (("max_minutes", "too_long"), ("max_megabytes", "too_large")):
        with pytest.raises(TrailerError) as caught:
            obtain(**{limit: 0.01})
        assert caught.value.reason == reason


def test_a_header_that_lies_about_length_is_judged_by_its_packets(
    obtain: Any, tmp_path: Path, movie: bytes
) -> None:
    path = tmp_path / "films" / "film.mkv"
    with av.open(io.BytesIO(movie), "r") as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                target.mux(packet)
    whole = path.read_bytes()
    at = whole.index(b"\x44\x89\x88") + 3  # Matroska's Duration: eight bytes, milliseconds
    path.write_bytes(whole[:at] + struct.pack(">d", 5_000_000) + whole[at + 8 :])
    assert obtain("film.mkv").duration == pytest.approx(1.0, abs=0.05)
    with pytest.raises(TrailerError) as caught:
        obtain("film.mkv", max_minutes=0.9 / 60)
    assert caught.value.reason == "too_long"


def test_a_damaged_entry_is_noticed_and_fetched_again(obtain: Any, movie: bytes) -> None:
    path = video_path(obtain().sha256)
    path.write_bytes(movie[:-1] + b"x")
    assert video_path(obtain().sha256).read_bytes() == movie


def test_one_modality_is_enough(obtain: Any, tmp_path: Path) -> None:
    (tmp_path / "films" / "silent.mp4").write_bytes(make_movie(sound=False))
    facts = obtain("silent.mp4")
    assert (facts.video_codec, facts.audio_codec) == ("h264", "")


@pytest.mark.parametrize("content", [b"", b"<html>no film</html>", bytes(5000)])
def test_nothing_usable_is_not_kept(obtain: Any, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "films" / "bad.mp4").write_bytes(content)
    with pytest.raises(TrailerError) as caught:
        obtain("bad.mp4")
    assert caught.value.reason == "unreadable"
    assert not [path for path in Path("data/store").rglob("*") if path.is_file()]


def test_a_cut_off_film_is_told_from_a_whole_one(obtain: Any, tmp_path: Path, movie: bytes) -> None:
    (tmp_path / "films" / "half.mp4").write_bytes(movie[: len(movie) // 2])  # its index is gone
    with pytest.raises(TrailerError):
        obtain("half.mp4")


def test_a_full_disk_stops_the_stage(obtain: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> Fetched:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(local, "fetch", full)
    with pytest.raises(BenchmarkError, match="disk is full"):
        obtain()


def test_other_schemes_are_refused() -> None:
    with pytest.raises(TrailerError) as caught:
        scheme_of("ftp://host/a.mp4")
    assert caught.value.reason == "not_allowed"


def test_half_written_entries_are_swept(obtain: Any) -> None:
    path = video_path(obtain().sha256)
    half = path.parents[1] / f"{PARTIAL}/0123.part"
    half.write_bytes(b"half")
    remove_leftovers()
    assert not half.exists()
    assert path.exists()

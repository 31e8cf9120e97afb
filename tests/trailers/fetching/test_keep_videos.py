"""download.keep_videos: frames and sound are taken while the video is there, or later, alike."""

import errno
import os
import signal
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.params import AudioParams, FramesParams
from stages.corpus.reader import Trailer
from stages.trailers.fetching import fetcher, ledger, local
from stages.trailers.fetching.fetcher import TrailerFetcher
from stages.trailers.fetching.video_info import VideoInfo
from stages.trailers.media import probe as probe_room
from stages.trailers.media.results import AUDIO, FRAMES, extract, jobs, write
from tests.trailers.fetching.conftest import download_params, make_movie, sample_params, trailer_at

PICTURE = FramesParams(
    count=3, first_frame=0, first_second=None, short_side=32, jpeg_quality=90, black_level=16
)
SOUND = AudioParams(sample_rate=8000, seconds=0.5, windows=("start", "end"))
TAKE = (PICTURE, SOUND)


@pytest.fixture
def films(tmp_path: Path, movie: bytes, monkeypatch: pytest.MonkeyPatch) -> list[Trailer]:
    """A film, the same once more, one without sound, and a text."""
    folder = tmp_path / "films"
    folder.mkdir()
    for name, content in (
        ("film.mp4", movie),
        ("again.mp4", movie),
        ("silent.mp4", make_movie(sound=False)),
        ("text.mp4", b"no film"),
    ):
        (folder / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    return [trailer_at(f"file:{path.name}") for path in sorted(folder.iterdir())]


def obtain(take: tuple[Any, ...] = TAKE) -> TrailerFetcher:
    return TrailerFetcher(
        download_params(files_under=str(Path("films").resolve())), sample_params(), take
    )


def came(films: list[Trailer], take: tuple[Any, ...]) -> Iterator[tuple[Trailer, Any]]:
    for trailer in films:
        try:
            yield trailer, obtain(take)(trailer)
        except TrailerError as error:
            yield trailer, error


def videos() -> list[Path]:
    return list(Path("data/store/videos").glob("??/*"))


def made(films: list[Trailer], take: tuple[Any, ...], folder: Path) -> dict[str, bytes]:
    """The ledger and the packs, as the stages write them."""
    ledger.write_ledger(list(came(films, take)), folder / "downloads.parquet")
    for params, schema, name in ((PICTURE, FRAMES, "frames"), (SOUND, AUDIO, "audio")):
        todo = jobs(folder / "downloads.parquet", params)
        write(folder / name, schema, ((job, extract(job)) for job in todo))
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_packs_are_the_same_and_no_video_stays(films: list[Trailer], tmp_path: Path) -> None:
    dropped = made(films, TAKE, tmp_path / "dropped")
    assert videos() == []
    Path("data/store").rename("data/other")
    kept = made(films, (), tmp_path / "kept")
    assert len(videos()) == 2
    assert dropped == kept and len(kept) > 5


def test_what_is_taken_otherwise_is_fetched_again_and_nothing_else(
    films: list[Trailer], monkeypatch: pytest.MonkeyPatch
) -> None:
    list(came(films, TAKE))
    fetched: list[str] = []
    fetch = local.fetch

    def counted(trailer: Trailer, *rest: Any) -> Any:
        fetched.append(trailer.url)
        return fetch(trailer, *rest)

    monkeypatch.setattr(local, "fetch", counted)
    list(came(films, TAKE))
    assert fetched == ["file:text.mp4"]  # what failed is tried again
    fetched.clear()
    list(came(films, (FramesParams(**vars(PICTURE) | {"count": 2}), SOUND)))
    assert fetched == ["file:again.mp4", "file:silent.mp4", "file:text.mp4"]
    assert videos() == []


def test_said_later_what_is_there_is_dropped_and_can_come_again(films: list[Trailer]) -> None:
    first = list(came(films[:1], ()))
    assert len(videos()) == 1
    assert list(came(films[:1], TAKE)) == first and videos() == []
    assert list(came(films[:1], ())) == first and len(videos()) == 1


def test_a_video_from_which_taking_failed_by_chance_stays(
    films: list[Trailer], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(fetcher, "extract", _slow)
        assert isinstance(obtain()(films[0]), VideoInfo)
    assert len(videos()) == 1
    obtain()(films[0])
    assert videos() == []


@pytest.mark.parametrize("trouble", [OSError(errno.ENOSPC, "full"), BenchmarkError("no bucket")])
def test_what_stops_the_run_leaves_no_video_to_suspect(
    films: list[Trailer], monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    with monkeypatch.context() as patched, pytest.raises(type(trouble)):
        patched.setattr(fetcher, "extract", partial(_stop, trouble))
        obtain()(films[0])
    assert len(videos()) == 1
    obtain()(films[0])  # the next run
    assert videos() == []


def test_a_video_that_kills_its_process_is_left_to_the_stages(
    films: list[Trailer], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(fetcher, "extract", _die)
        assert isinstance(obtain()(films[0]), VideoInfo)
    assert len(videos()) == 1
    obtain()(films[0])  # the next run
    assert videos() == []


def test_a_video_that_is_too_heavy_to_look_into_is_a_row(
    films: list[Trailer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAILER_MEMORY_GB", "0.4")
    with monkeypatch.context() as patched, pytest.raises(TrailerError) as caught:
        patched.setattr(probe_room, "probe", _fill)
        obtain()(films[0])
    assert (caught.value.reason, caught.value.detail) == ("too_heavy", "more than 0.4 GB of memory")
    assert isinstance(obtain()(films[0]), VideoInfo)  # in a new process


def _slow(job: Any) -> Path:
    if job.params == SOUND:
        raise TrailerError("timeout")
    return extract(job)


def _stop(trouble: Exception, job: Any) -> Path:
    raise trouble


def _die(job: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _fill(path: Path) -> None:
    """Take half a gigabyte and hold it."""
    held = np.ones(500_000_000, np.uint8)
    time.sleep(60 + held[0])

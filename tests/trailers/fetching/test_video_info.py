"""What an entry of the store says of a video is checked like what comes from the web."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from stages.base.store import Store
from stages.trailers.fetching.fetcher import TrailerFetcher
from stages.trailers.fetching.video_info import VideoInfo, VideoInfoCheck
from tests.trailers.fetching.conftest import download_params, sample_params, trailer_at
from tests.trailers.fetching.test_keep_videos import TAKE

EVENT: dict[str, Any] = {
    "trailer_id": "t",
    "film_id": "f",
    "modality": "picture",
    "event": 0,
    "start": 0.0,
    "end": 1.5,
    "cue": "",
    "decoy": False,
}
INFO: dict[str, Any] = {
    "sha256": "ab" * 32,
    "bytes": 5,
    "duration": 1.5,
    "video_codec": "h264",
    "audio_codec": "",
    "width": 64,
    "height": 48,
    "events": [EVENT],
}


def refusal(path: Path, content: object) -> str:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    try:
        VideoInfoCheck("t", "f")(path)
    except ValueError as error:
        return str(error)
    return ""


def test_what_the_fetcher_writes_is_taken(tmp_path: Path) -> None:
    assert refusal(tmp_path / "x", INFO) == ""
    assert refusal(tmp_path / "x", INFO | {"duration": None, "events": []}) == ""
    assert VideoInfo.read(tmp_path / "x").width == 64


WRONG: dict[str, tuple[Any, ...]] = {
    "sha256": ("", "AB" * 32, "../../../x", "ab" * 32 + "\n"),
    "bytes": (-1, 2**63, "5", 5.5, True, None),
    "duration": (-1.0, float("nan"), float("inf"), "1"),
    "video_codec": (None, 7, "h 264", "a" * 65, "h264\n"),
    "width": (-1, 2**31, "64"),
    "events": (None, {}, [7], [{}], [EVENT | {"more": 1}], [EVENT | {"event": "first"}]),
}


@pytest.mark.parametrize(
    "content",
    [
        *("", "{}", "[]", "null", "7", '"text"', "{", "[" * 500),
        {key: value for key, value in INFO.items() if key != "events"},
        INFO | {"more": 1},
        *(INFO | {name: value} for name, values in WRONG.items() for value in values),
        INFO | {"events": [EVENT | {"start": float("nan")}]},
        INFO | {"events": [EVENT | {"cue": None}]},
        INFO | {"events": [EVENT | {"film_id": "another"}]},
    ],
    ids=lambda content: str(content)[:60],
)
def test_what_it_never_writes_is_refused(tmp_path: Path, content: object) -> None:
    assert refusal(tmp_path / "x", content)


@pytest.mark.parametrize("content", [{}, [], INFO | {"sha256": "../../../own.mp4", "events": []}])
def test_a_damaged_entry_is_made_anew_and_removes_nothing(
    content: object,
    movie: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As an entry that names another file did with keep_videos: false, which removes videos."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "films"
    folder.mkdir()
    (folder / "film.mp4").write_bytes(movie)
    own = tmp_path / "data/own.mp4"  # from data/store/fetching/extracting/<sha256>
    own.parent.mkdir()
    own.write_bytes(b"a file of one's own")
    obtain = TrailerFetcher(download_params(files_under=str(folder)), sample_params(), TAKE)
    trailer = trailer_at("file:film.mp4")
    first = obtain(trailer)
    (entry,) = (path for path in Path("data/store/copy").glob("??/*"))
    entry.unlink()
    with Store("copy", 0, None).put(entry.stem) as path:
        path.write_text(json.dumps(content))
    assert obtain(trailer) == first and first.sha256 == hashlib.sha256(movie).hexdigest()
    assert own.read_bytes() == b"a file of one's own"
    assert len(list(Path("data/store/copy/damaged").iterdir())) == 1
    assert capsys.readouterr().err.count("is damaged") == 1

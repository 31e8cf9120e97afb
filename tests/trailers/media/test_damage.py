"""Damaged copies: each gives the pictures of a full decode at their times, or says so."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from stages.base.params import FramesParams
from stages.trailers.media import extraction
from stages.trailers.media.frames import extract_frames
from stages.trailers.media.picture import encode_jpeg, resize_upright
from tests.trailers.media.test_reader import CLOSED, OPEN, X265, b_frames

PARAMETERS = FramesParams(
    count=9, first_frame=0, first_second=None, short_side=64, jpeg_quality=90, black_level=16
)
FILES: dict[str, dict[str, Any]] = {
    "closed_gops.mp4": {"options": CLOSED},
    "closed_gops.ts": {"options": CLOSED},
    "open.mkv": {"options": OPEN},
    "hevc.mp4": {
        "codec": "libx265",
        "options": {"x265-params": X265, "preset": "ultrafast", "crf": "10"},
    },
    "mpeg4.avi": {"codec": "mpeg4", "tune": b_frames},
}


def flipped(data: bytes, seed: int) -> bytes:
    """A copy with a bit turned over at four places between a tenth and nine."""
    chance, copy = np.random.default_rng(seed), bytearray(data)
    for at in chance.integers(len(data) // 10, len(data) * 9 // 10, 4):
        copy[at] ^= 1 << int(chance.integers(8))
    return bytes(copy)


def with_hole(data: bytes, seed: int) -> bytes:
    """A copy with 2,000 zeros somewhere, as downloads in parts leave them."""
    at = int(np.random.default_rng(seed).integers(len(data) // 10, len(data) * 9 // 10))
    return data[:at] + bytes(2000) + data[at + 2000 :]


@pytest.fixture(scope="module", params=FILES)
def whole(request, tmp_path_factory, video) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    return video(folder / request.param, count=160, size=(160, 96), **FILES[request.param])


@pytest.mark.parametrize("damage", [flipped, with_hole])
def test_a_damaged_copy_gives_the_pictures_of_a_full_decode_or_a_note(
    tmp_path, whole, plain_decode, monkeypatch, damage
):
    monkeypatch.setattr(
        extraction, "MIN_FRAMES_TO_SEEK", 0
    )  # as in a long file, most packets are passed over
    path = tmp_path / whole.name
    for seed in range(6):
        path.write_bytes(damage(whole.read_bytes(), seed))
        truth = plain_decode(path)
        shown = {
            round(float((frame.pts - truth[0].pts) * frame.time_base), 3): frame for frame in truth
        }
        found = extract_frames(path, PARAMETERS)
        same = all(
            round(second, 3) in shown
            and data == encode_jpeg(resize_upright(shown[round(second, 3)], 1.0, 64), 90)
            for second, data in zip(found.seconds, found.jpegs, strict=True)
        )
        gap = "pictures are missing" in found.note  # whole packets gone, which only times show
        assert same or gap or "damaged" in found.note, seed


@pytest.mark.parametrize("name", ["closed_gops.mp4", "hevc.mp4", "av1.mp4"])
def test_a_picture_lost_to_a_malformed_packet_is_not_counted(
    tmp_path, video, plain_decode, monkeypatch, name
):
    monkeypatch.setattr(extraction, "MIN_FRAMES_TO_SEEK", 0)
    kind = FILES.get(name) or {"codec": "libsvtav1", "options": {"preset": "12", "g": "40"}}
    path = video(tmp_path / name, count=160, **kind)
    with av.open(str(path), "r") as container:
        packet: Any = [p for p in container.demux(video=0) if p.size][70]
    data = bytearray(path.read_bytes())
    data[packet.pos : packet.pos + packet.size] = bytes(packet.size)
    path.write_bytes(data)
    found = extract_frames(path, PARAMETERS)
    assert found.total == len(plain_decode(path)) < 160
    assert "damaged" in found.note


def test_a_whole_file_is_not_called_damaged(whole):
    assert "damaged" not in extract_frames(whole, PARAMETERS).note

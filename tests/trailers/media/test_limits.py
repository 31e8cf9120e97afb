"""What no trailer has is refused before anything is made of it, with what was found and allowed."""

import struct
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest

from benchmarks.hostile import large_picture
from stages.base.errors import TrailerError
from stages.trailers.media import container, limits
from stages.trailers.media.container import StreamDecoder, open_media
from stages.trailers.media.probe import probe
from stages.trailers.media.tables import Claim, claimed
from stages.trailers.media.timeline import read_timeline


def refusal(path: Path) -> str:
    with pytest.raises(TrailerError) as failure:
        probe(path)
    assert failure.value.reason == "too_heavy"
    return failure.value.detail


def wav(path: Path, rate: int, channels: int) -> Path:
    """A header that says this, and a little silence."""
    data = bytes(channels * 2 * 200)
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2, channels * 2, 16)
    chunks = b"fmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)
    return path


def test_sound_beyond_four_times_a_cd(tmp_path):
    assert probe(wav(tmp_path / "a.wav", 192_000, 32)).channels == 32
    found = refusal(wav(tmp_path / "fast.wav", 192_001, 2))
    assert found == "sound at 192,001 Hz, at most 192,000 Hz"
    found = refusal(wav(tmp_path / "wide.wav", 48_000, 33))
    assert found == "33 channels of sound, at most 32"


def test_sound_that_is_not_what_its_header_says():
    frame = av.AudioFrame.from_ndarray(np.zeros((1, 8), np.float32), format="fltp", layout="mono")
    frame.sample_rate = 192_000
    limits.check_frame(frame)
    frame.sample_rate = 3_000_000
    with pytest.raises(TrailerError, match="sound at 3,000,000 Hz"):
        limits.check_frame(frame)


def test_pictures_of_more_than_8k():
    def stream(width, height):
        context = SimpleNamespace(width=width, height=height)
        return SimpleNamespace(type="video", codec_context=context)

    limits.check_stream(stream(8192, 4320))
    with pytest.raises(TrailerError) as failure:
        limits.check_stream(stream(8192, 4321))
    assert failure.value.detail == "pictures of 8192 x 4321 pixels, at most 35,389,440 are allowed"


def test_a_picture_that_is_too_large_is_refused_by_the_probe(tmp_path):
    path = tmp_path / "a.mov"
    large_picture(path, 9000, 4000)
    assert refusal(path) == "pictures of 9000 x 4000 pixels, at most 35,389,440 are allowed"


def test_packets_beyond_the_bound_end_the_table_with_a_reason(tmp_path, video, monkeypatch):
    path = video(tmp_path / "a.mp4", count=30)
    monkeypatch.setattr(container, "MAX_PACKETS", 30)
    assert read_timeline(path).n_frames == 30
    monkeypatch.setattr(container, "MAX_PACKETS", 29)
    with pytest.raises(TrailerError, match="too_heavy: more than 29 packets in one track"):
        read_timeline(path)
    with open_media(path) as opened, pytest.raises(TrailerError, match="too_heavy"):
        list(StreamDecoder(opened, opened.streams[0]).frames())


def box(kind: bytes, *content: bytes) -> bytes:
    held = b"".join(content)
    return struct.pack(">I4s", 8 + len(held), kind) + held


def full(kind: bytes, *numbers: int, flags: int = 0) -> bytes:
    """A box with a version, flags and 32-bit numbers."""
    return box(kind, struct.pack(f">{1 + len(numbers)}I", flags, *numbers))


def movie(*tables: bytes, handler: bytes = b"vide") -> bytes:
    handlers = full(b"hdlr", 0, int.from_bytes(handler), 0, 0, 0)
    media = box(b"mdia", handlers, box(b"minf", box(b"stbl", *tables)))
    return box(b"ftyp", b"isom") + box(b"moov", box(b"trak", media)) + box(b"mdat", bytes(100))


MANY = 400_000_000
EACH = full(b"stts", 1, MANY, 1)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (movie(full(b"stsz", 1, MANY)), Claim(MANY, MANY)),
        (movie(full(b"stsz", 700, MANY), full(b"stts", 1, MANY, 40)), Claim(MANY, 700 * MANY)),
        (movie(full(b"stsz", 0, MANY)), Claim(MANY, 4 * MANY)),
        (movie(full(b"stz2", 4, MANY)), Claim(MANY, MANY // 2)),
        (movie(EACH, full(b"stsz", 4, MANY), handler=b"soun"), Claim()),  # PCM, whose end is gone
        (movie(EACH, full(b"stsz", 4, MANY)), Claim(MANY, 4 * MANY)),
        (box(b"moof", box(b"traf", full(b"trun", MANY))), Claim(MANY, MANY)),
        (box(b"moof", box(b"traf", full(b"trun", MANY, flags=0x301))), Claim(MANY, 8 * MANY)),
        (box(b"moof", *2 * [box(b"traf", full(b"trun", MANY))]), Claim(2 * MANY, 2 * MANY)),
        (b"RIFF" + bytes(100), Claim()),
    ],
)
def test_what_tables_claim(tmp_path, data, expected):
    path = tmp_path / "a.mp4"
    path.write_bytes(data)
    assert claimed(path) == expected
    if expected.samples:
        assert f"tables of {expected.samples:,} samples" in refusal(path)


def test_the_tables_of_real_files_fit_them(tmp_path, video, audio):
    for name, options in (("a.mp4", {}), ("f.mp4", {"movflags": "frag_keyframe+empty_moov"})):
        path = video(tmp_path / name, count=48, muxer=options)
        claim = claimed(path)
        assert claim.samples == 48 and 0 < claim.bytes < path.stat().st_size
    pcm = audio(tmp_path / "a.mov", np.zeros((1, 48_000)))
    assert claimed(pcm) == Claim()

"""Why nothing in a file decodes: encrypted or cut short only where its own structure says so."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.base.errors import TrailerError
from stages.trailers.media.container import undecodable_reason
from stages.trailers.media.probe import probe
from stages.trailers.media.structure import MAX_HEADERS, diagnose

CENC = {
    "encryption_scheme": "cenc-aes-ctr",
    "encryption_key": "76a6c65c5ea762046bd749a2e632ccbb",
    "encryption_kid": "a7e61c373e219033c21091fa607bf3b8",
}


def reason(path):
    with pytest.raises(TrailerError) as failure:
        probe(path)
    return failure.value.reason


def damaged(data: bytes, seed: int) -> bytes:
    """A copy with bits turned over, a burst of noise, a hole, or its end cut off."""
    chance, copy = np.random.default_rng(seed), bytearray(data)
    where = int(chance.integers(len(data)))
    match seed % 4:
        case 0:
            for place in chance.integers(0, len(data), 200):
                copy[place] ^= 1 << int(chance.integers(8))
        case 1:
            copy[where : where + 5000] = chance.bytes(5000)
        case 2:
            copy[where : where + 5000] = bytes(5000)
        case 3:
            del copy[where:]
    return bytes(copy)


@pytest.fixture(scope="module")
def noise(tmp_path_factory, video):
    """Matroska of 1.5 MB in which any two bytes are found somewhere."""
    path = tmp_path_factory.mktemp("noise") / "a.mkv"
    chance = np.random.default_rng(0)
    shape = (96, 128, 3)
    return video(
        path,
        codec="ffv1",
        count=48,
        size=shape[1::-1],
        picture=lambda _: chance.integers(0, 255, shape, np.uint8),
    )


def test_a_damaged_matroska_is_not_encrypted(noise, tmp_path):
    data, path = noise.read_bytes(), tmp_path / "a.mkv"
    assert 0 < data.find(b"\x62\x40") < data.rfind(b"\x50\x35")  # else the test says nothing
    found = set()
    for seed in range(100):
        path.write_bytes(damaged(data, seed))
        found.add(undecodable_reason(path))
    assert found == {"unreadable", "truncated"}


def element(kind: int, *content: bytes | int) -> bytes:
    """An element of Matroska: its id, the size of what it holds in 8 bytes, and that."""
    held = b"".join(c if isinstance(c, bytes) else bytes([c]) for c in content)
    size = len(held) | 1 << 56
    return kind.to_bytes((kind.bit_length() + 7) // 8) + size.to_bytes(8) + held


def matroska(*encoding: bytes, blocks: int = 3) -> bytes:
    """A WebM of VP9 that is noise, with what its track says of how it is encoded."""
    encodings = element(0x6D80, element(0x6240, *encoding)) if encoding else b""
    size = element(0xE0, element(0xB0, 64), element(0xBA, 48))
    track = element(0xD7, 1), element(0x73C5, 1), element(0x83, 1), element(0x86, b"V_VP9")
    chance = np.random.default_rng(0)
    data = (element(0xA3, b"\x81\0\0\x80", chance.bytes(2000)) for _ in range(blocks))
    return element(
        0x1A45DFA3, element(0x4282, b"webm"), element(0x4287, 4), element(0x4285, 2)
    ) + element(
        0x18538067,
        element(0x1654AE6B, element(0xAE, *track, size, encodings)),
        element(0x1F43B675, element(0xE7, 0), *data),
    )


KEY = element(0x5035, element(0x47E1, 5))
COMPRESSION = element(0x5034, element(0x4254, 3))


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ((), "unreadable"),
        ((element(0x5033, 1), KEY), "encrypted"),
        ((element(0x5031, 0), KEY, element(0x5033, 1)), "encrypted"),
        ((element(0x5033, 0), COMPRESSION), "unreadable"),
        ((element(0x5033, 0), KEY), "unreadable"),  # one bit of a compression turned over
        ((KEY,), "unreadable"),
    ],
)
def test_an_encrypted_matroska_says_so(tmp_path, encoding, expected):
    path = tmp_path / "a.webm"
    path.write_bytes(matroska(*encoding))
    assert undecodable_reason(path) == expected
    assert reason(path) == expected


@pytest.mark.parametrize("codec", ["libx264", "libsvtav1"])
@pytest.mark.parametrize("flags", ["faststart", "frag_keyframe+empty_moov"])
def test_an_encrypted_mp4_says_so(tmp_path, video, codec, flags):
    path = video(tmp_path / "a.mp4", codec=codec, count=10, muxer=CENC | {"movflags": flags})
    assert undecodable_reason(path) == "encrypted"
    assert reason(path) == "encrypted"  # though AV1's decoder makes pictures of it


def test_words_in_the_pictures_of_an_mp4_are_not_its_own(tmp_path, video):
    path = video(tmp_path / "a.mp4", count=48, muxer={"movflags": "faststart"})
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    data[start:] = np.random.default_rng(0).bytes(len(data) - start)
    data[start + 100 : start + 116] = b"psshsencencvenca"
    path.write_bytes(data)
    assert reason(path) == "unreadable"


WAYS: dict[str, dict[str, Any]] = {
    "a.mp4": {},
    "a.mov": {},
    "fast.mp4": {"muxer": {"movflags": "faststart"}},
    "fragments.mp4": {"muxer": {"movflags": "frag_keyframe+empty_moov"}},
    "a.mkv": {},
    "a.webm": {"codec": "libvpx"},
    "live.webm": {"codec": "libvpx", "muxer": {"live": "1"}},
    "a.avi": {"codec": "mpeg4"},
}


@pytest.mark.parametrize("name", WAYS)
def test_a_file_without_its_end_is_truncated(tmp_path, video, name):
    path = video(tmp_path / name, count=24, **WAYS[name])
    data = path.read_bytes()
    lengths = [*range(8, 64, 5), *range(64, len(data), len(data) // 40)]
    found = [_verdict(path, data[:length]) for length in lengths]
    usable = found.index("ok") if "ok" in found else len(found)
    assert usable > 8
    assert set(found[:usable]) == {"truncated"} and set(found[usable:]) <= {"ok"}


def test_sound_in_ogg_without_its_end_is_truncated(tmp_path, audio):
    path = audio(tmp_path / "a.ogg", np.zeros((2, 48000)), codec="flac", packet=4608)
    data = path.read_bytes()
    found = [_verdict(path, data[:length]) for length in range(8, len(data), 40)]
    assert found[0] == "truncated" and set(found) <= {"truncated", "ok"}


def _verdict(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    try:
        probe(path)
    except TrailerError as error:
        return error.reason
    return "ok"


def test_a_whole_file_of_which_nothing_decodes_is_not_truncated(tmp_path):
    path = tmp_path / "a.webm"
    path.write_bytes(matroska())
    assert reason(path) == "unreadable"
    whole = b"".join(struct.pack(">I4s", 8, kind) for kind in (b"ftyp", b"mdat", b"moov"))
    path.write_bytes(whole)
    assert diagnose(path) is None
    path.write_bytes(whole + b"garbage that looks like a box")
    assert diagnose(path) is None
    path.write_bytes(b"RIFF" + struct.pack("<I", 4) + b"AVI ")
    assert diagnose(path) is None


def nested(depth: int) -> bytes:
    box = b""
    for _ in range(depth):
        box = struct.pack(">I4s", 8 + len(box), b"moov") + box
    return box


def hostile() -> Iterator[bytes]:
    """What would take a careless reader's memory, stack or time."""
    yield nested(5000)
    yield struct.pack(">I4s", 8, b"free") * (MAX_HEADERS + 10)
    yield struct.pack(">I4sQ", 1, b"ftyp", (1 << 64) - 1)
    yield struct.pack(">I4sQ", 1, b"ftyp", 0)
    yield b"\x1a\x45\xdf\xa3\x80" + b"\x18\x53\x80\x67\xff" * 50_000
    yield b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\xff" + b"\xec\x80" * (MAX_HEADERS + 10)
    yield b"\x1a\x45\xdf\xa3\x01" + b"\xfe" * 20
    yield b"OggS" + bytes(22) + b"\0" + b"OggS"
    yield from (b"\x1a\x45\xdf\xa3"[:n] + bytes(n) for n in range(1, 9))


@pytest.mark.parametrize("number", range(16))
def test_no_structure_takes_the_reader_down(tmp_path, number):
    path = tmp_path / "a"
    path.write_bytes(list(hostile())[number])
    assert diagnose(path) in (None, "truncated")


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.avi", "a.ogg"])
def test_any_damage_gets_an_answer(tmp_path, video, audio, name):
    path = tmp_path / name
    if name == "a.ogg":
        audio(path, np.zeros((2, 48000)), codec="flac", packet=4608)
    else:
        video(path, count=24, codec="mpeg4" if name == "a.avi" else "libx264")
    data = path.read_bytes()
    for seed in range(200):
        path.write_bytes(damaged(data[:2000] if seed % 2 else data, seed))
        assert diagnose(path) in (None, "truncated")

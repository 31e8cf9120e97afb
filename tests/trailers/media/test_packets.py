"""Packets are found by the container's index, and in spite of it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from stages.trailers.media import packets
from stages.trailers.media.container import StreamDecoder
from stages.trailers.media.packets import PacketReader
from stages.trailers.media.reader import SeekingReader
from stages.trailers.media.timeline import read_timeline
from tests.trailers.media.test_reader import CLOSED, OPEN

CUES, POSITION = b"\x1c\x53\xbb\x6b", 0xF1  # RFC 9559


@pytest.fixture
def read(monkeypatch) -> list[Any]:
    """What is read of any stream from now on, packet by packet."""
    found: list[Any] = []
    plain = StreamDecoder.packets

    def noting(self):
        for packet in plain(self):
            found.append(packet.pts)
            yield packet

    monkeypatch.setattr(StreamDecoder, "packets", noting)
    return found


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "fragments.mp4", "a.ts"])
@pytest.mark.parametrize("options", [CLOSED, OPEN])
def test_packets_in_between_are_not_read(tmp_path, video, read, name, options):
    muxer = {"movflags": "frag_keyframe+empty_moov"} if name.startswith("fragments") else {}
    path = video(tmp_path / name, options=options, muxer=muxer)
    timeline = read_timeline(path)
    keys = np.flatnonzero(timeline.is_key)
    read.clear()
    with PacketReader(path, timeline, {}) as reader:
        for key in (keys[1], keys[-2]):
            position, packet = next(reader.packets_from(int(key)))
            assert (position, packet.pts) == (key, timeline.pts[key])
    assert (len(read) == 2) if name != "a.ts" else (len(read) == keys[-2] + 1)


def test_few_packets_are_read_and_not_sought(tmp_path, video, read):
    path = video(tmp_path / "a.mp4", options=CLOSED)
    timeline = read_timeline(path)
    read.clear()
    with PacketReader(path, timeline, {}) as reader:
        assert next(reader.packets_from(packets.WORTH_A_SEEK))[0] == packets.WORTH_A_SEEK
    assert len(read) == packets.WORTH_A_SEEK + 1


def with_positions(data: bytes, change: Callable[[list[int]], list[int]]) -> bytes:
    """A Matroska file whose index says that its key frames lie elsewhere."""
    start, copy = data.rindex(CUES), bytearray(data)
    places = []  # each position is the element F1, its length with the first bit set, its value
    for at in range(start, len(data) - 3):
        if data[at] == POSITION and 0x81 <= data[at + 1] <= 0x84 and data[at - 3] == 0xF7:
            places.append((at + 2, at + 2 + (data[at + 1] & 15)))
    values = change([int.from_bytes(data[a:b]) for a, b in places])
    for (a, b), value in zip(places, values, strict=True):
        copy[a:b] = value.to_bytes(b - a)
    return bytes(copy)


@pytest.mark.parametrize(
    ("change", "times_opened"),
    [
        (lambda found: [max(place for place in found if place < 1 << 16)] * len(found), 2),
        (lambda found: [found[0]] * len(found), 1),  # from there it reads up to the right one
        (lambda found: [place + 7 for place in found], 2),
    ],
    ids=["a late one", "the first", "none"],
)
def test_an_index_that_lies_costs_time_alone(
    tmp_path, video, plain_decode, monkeypatch, change, times_opened
):
    options = {"cluster_time_limit": "500"}
    path = video(tmp_path / "a.mkv", options=CLOSED, muxer=options)
    truth = [frame.to_ndarray() for frame in plain_decode(path)]
    path.write_bytes(with_positions(path.read_bytes(), change))
    timeline, opened = read_timeline(path), []
    plain = PacketReader._open

    def noting(self):
        opened.append(self)
        plain(self)

    monkeypatch.setattr(PacketReader, "_open", noting)
    assert timeline.trusted
    numbers = [5, 60, 61, 110, 159]
    found = dict(SeekingReader(path, timeline, 16).frames_at(numbers))
    assert sorted(found) == numbers
    assert all(np.array_equal(found[n].to_ndarray(), truth[n]) for n in numbers)
    assert len(opened) == times_opened


def test_a_seek_that_fails_is_made_good(tmp_path, video, plain_decode, monkeypatch):
    path = video(tmp_path / "a.mp4", options=CLOSED)
    truth = [frame.to_ndarray() for frame in plain_decode(path)]
    monkeypatch.setattr(PacketReader, "_seek", lambda self, start: not next(self._packets))
    found = dict(SeekingReader(path, read_timeline(path), 16).frames_at([60, 150]))
    assert all(np.array_equal(found[n].to_ndarray(), truth[n]) for n in (60, 150))

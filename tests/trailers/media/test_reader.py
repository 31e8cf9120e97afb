"""Seeking must give the same frames as a plain decode, on every kind of file it accepts."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from stages.trailers.media.container import StreamDecoder
from stages.trailers.media.reader import SeekingReader, SequentialReader, TimelineMismatchError
from stages.trailers.media.timeline import read_timeline

CLOSED = {"x264-params": "keyint=24:min-keyint=24:scenecut=0:bframes=3:b-pyramid=normal"}
OPEN = {"x264-params": CLOSED["x264-params"] + ":open-gop=1"}
IRREGULAR = [int(t) for t in np.cumsum(np.random.default_rng(1).choice([1500, 3750, 15000], 160))]
LATE = [135000 + 3750 * n for n in range(160)]
LIVE = {"deadline": "realtime", "cpu-used": "8", "auto-alt-ref": "1", "lag-in-frames": "16"}
X265 = "keyint=24:min-keyint=24:bframes=4:b-pyramid=1:open-gop=1:log-level=none"


def b_frames(stream: Any) -> None:
    stream.codec_context.max_b_frames = 2
    stream.codec_context.gop_size = 24


FILES: dict[str, dict[str, Any]] = {
    "closed_gops.mp4": {"options": CLOSED},
    "open.mp4": {"options": OPEN},
    "open.mkv": {"options": OPEN},
    "open.ts": {"options": OPEN},
    "fragments.mp4": {"options": OPEN, "muxer": {"movflags": "frag_keyframe+empty_moov"}},
    "irregular.mp4": {"options": CLOSED, "times": IRREGULAR},
    "irregular.mkv": {"options": OPEN, "times": IRREGULAR},
    "late.ts": {"options": CLOSED, "times": LATE},
    "late.mkv": {"options": CLOSED, "times": LATE},
    "late.mp4": {"options": CLOSED, "times": LATE},
    "refresh.mp4": {"options": {"x264-params": "keyint=24:intra-refresh=1:bframes=2"}},
    "interlaced.ts": {"options": {"x264-params": "keyint=24:interlaced=1:bframes=2"}},
    "mpeg4.avi": {"codec": "mpeg4", "tune": b_frames},
    "mpeg4.mp4": {"codec": "mpeg4", "tune": b_frames},
    "mpeg2.ts": {"codec": "mpeg2video", "tune": b_frames},
    "vp8.webm": {"codec": "libvpx", "count": 90, "options": LIVE | {"g": "40", "b": "200k"}},
    "vp9.webm": {"codec": "libvpx-vp9", "options": LIVE | {"g": "40"}},
    "av1.mp4": {"codec": "libsvtav1", "options": {"preset": "12", "g": "40"}},
    "hevc.mkv": {"codec": "libx265", "options": {"x265-params": X265, "preset": "ultrafast"}},
    "layers.mp4": {
        "codec": "libx265",
        "options": {"x265-params": X265 + ":temporal-layers=3", "preset": "ultrafast"},
    },
    "ffv1.mkv": {"codec": "ffv1"},
    "mjpeg.mov": {"codec": "mjpeg", "pixel_format": "yuvj420p"},
}


@pytest.mark.parametrize("name", FILES)
def test_seeking_gives_the_pictures_of_a_plain_decode(name, tmp_path, video, plain_decode):
    path = video(tmp_path / name, **FILES[name])
    truth = [frame.to_ndarray() for frame in plain_decode(path)]
    timeline = read_timeline(path)
    assert timeline.trusted and timeline.n_frames == len(truth)
    reader = SeekingReader(path, timeline, black_level=16)
    chance = np.random.default_rng(0)
    for size in (1, 2, 5, 20, timeline.n_frames):
        numbers = sorted(chance.choice(timeline.n_frames, size, replace=False).tolist())
        found = {number: frame.to_ndarray() for number, frame in reader.frames_at(numbers)}
        assert sorted(found) == numbers
        assert all(np.array_equal(found[number], truth[number]) for number in numbers)


def test_an_edit_list_cuts_pictures_away(tmp_path, video, plain_decode):
    whole = video(tmp_path / "whole.mp4", options=CLOSED)
    path = tmp_path / "cut.mp4"
    muxer = {"avoid_negative_ts": "disabled", "use_editlist": "1"}
    with av.open(str(whole)) as source, av.open(str(path), "w", options=muxer) as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None and packet.pts is not None:
                packet.pts, packet.dts = packet.pts - 90000, packet.dts - 90000
                packet.stream = stream
                target.mux(packet)
    truth = [frame.to_ndarray() for frame in plain_decode(path)]
    assert len(truth) == 136  # one second of 24 pictures is gone
    timeline = read_timeline(path)
    for number, frame in SeekingReader(path, timeline, 16).frames_at([0, 5, 60, 135]):
        assert np.array_equal(frame.to_ndarray(), truth[number])


def test_seeking_decodes_only_what_is_needed(tmp_path, video, monkeypatch):
    path = video(tmp_path / "a.mp4", options=CLOSED)
    packets = []
    decode = StreamDecoder.decode

    def counting(self, packet):
        packets.append(packet)
        return decode(self, packet)

    monkeypatch.setattr(StreamDecoder, "decode", counting)
    list(SeekingReader(path, read_timeline(path), 16).frames_at([50, 121]))
    # key frames lie at 0, 24, ... 144: from 48 to 50 and from 120 to 121, and B-frames' references
    assert len([p for p in packets if p is not None]) <= 2 * 6


def test_hevc_pictures_that_no_other_needs_are_left_out(tmp_path, video, monkeypatch):
    path = video(tmp_path / "a.mp4", **FILES["hevc.mkv"])
    timeline, fed = read_timeline(path), []
    decode = StreamDecoder.decode

    def noting(self, packet):
        fed.append(packet)
        return decode(self, packet)

    monkeypatch.setattr(StreamDecoder, "decode", noting)
    target = int(np.flatnonzero(timeline.is_reference)[22])
    number = int(timeline.frame_of_packet[target])
    assert [n for n, _ in SeekingReader(path, timeline, 16).frames_at([number])] == [number]
    start = int(np.flatnonzero(timeline.is_key[: target + 1])[-1])
    assert len([p for p in fed if p]) == timeline.is_reference[start : target + 1].sum()
    assert not timeline.is_reference[start : target + 1].all()


def test_times_count_from_the_first_picture(tmp_path, video):
    seconds = read_timeline(video(tmp_path / "a.mkv", times=LATE, options=CLOSED)).seconds()
    assert seconds is not None
    assert np.allclose(seconds, np.arange(160) / 24, atol=0.001)  # Matroska counts milliseconds


def test_a_raw_stream_without_times_is_not_trusted(tmp_path, video):
    path = video(tmp_path / "a.h264", options=CLOSED)
    assert not read_timeline(path).trusted


def test_a_table_that_lies_is_noticed(tmp_path, video):
    path = video(tmp_path / "a.mp4", options=CLOSED)
    timeline = read_timeline(path)
    timeline.is_key[:] = True  # as a file without a table of key frames claims
    with pytest.raises(TimelineMismatchError):
        list(SeekingReader(path, timeline, 16).frames_at([100]))


def test_broken_packets_are_noticed(tmp_path, video):
    path = video(tmp_path / "a.mp4", options=CLOSED, size=(320, 240))
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat")
    for at in range(start + 20000, start + 60000, 700):
        data[at] ^= 1
    path.write_bytes(data)
    timeline = read_timeline(path)
    assert timeline.trusted  # the table itself is whole
    with pytest.raises(TimelineMismatchError):
        list(SeekingReader(path, timeline, 16).frames_at(range(timeline.n_frames)))


def test_sequential_counts_and_finds_black(tmp_path, video, plain_decode):
    path = video(tmp_path / "a.mp4", count=40, options=CLOSED, black=lambda n: 10 <= n < 15)
    reader = SequentialReader(path, black_level=16)
    assert [number for number, _ in reader.scan()] == list(range(40))
    assert [n for n in range(40) if reader.is_black(n)] == [10, 11, 12, 13, 14]
    truth = [frame.to_ndarray() for frame in plain_decode(path)]
    found = {n: frame.to_ndarray() for n, frame in reader.frames_at([3, 39])}
    assert all(np.array_equal(found[n], truth[n]) for n in (3, 39))


def test_black_frames_are_found_in_any_order(tmp_path, video):
    path = video(tmp_path / "a.mp4", options=CLOSED, black=lambda n: n in (50, 51, 52, 90))
    reader = SeekingReader(path, read_timeline(path), 16)
    assert [n for n in range(45, 60) if reader.is_black(n)] == [50, 51, 52]
    assert reader.is_black(90) and not reader.is_black(91) and reader.is_black(50)


def test_frames_keep_their_place_in_paths_with_odd_names(tmp_path, video):
    path: Path = tmp_path / "100% %03d ‘ä’ concat:a|b.mp4"
    video(tmp_path / "a.mp4", count=30).rename(path)
    assert read_timeline(path).n_frames == 30


def table_of(timeline: Any, frame_of_packet: np.ndarray) -> Any:
    """A timeline in which every packet is a key frame that shows the frame of this number."""
    return replace(
        timeline,
        pts=frame_of_packet,
        is_key=np.ones(len(frame_of_packet), bool),
        packet_of_frame=np.argsort(frame_of_packet),
        frame_of_packet=frame_of_packet,
    )


def lines_run(call: Any) -> int:
    """How many lines of Python a call takes."""
    count = 0

    def trace(frame: Any, event: str, argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("order", ["as shown", "backwards", "shuffled"])
def test_planning_takes_time_in_proportion_to_the_key_frames(tmp_path, video, order):
    timeline = read_timeline(video(tmp_path / "a.mp4", count=10))
    orders: dict[str, Any] = {
        "as shown": np.arange,
        "backwards": lambda n: np.arange(n)[::-1].copy(),
        "shuffled": np.random.default_rng(0).permutation,
    }
    lines = []
    for count in (1000, 2000):
        reader = SeekingReader(tmp_path, table_of(timeline, orders[order](count)), 16)
        lines.append(lines_run(lambda reader=reader, n=count: reader._plan_runs(range(n))))
    assert lines[1] < 2.2 * lines[0]


def test_planning_finds_the_last_key_frame_that_serves(tmp_path, video):
    timeline = read_timeline(video(tmp_path / "a.mp4", count=10))
    shown = np.random.default_rng(1).permutation(300)
    reader = SeekingReader(tmp_path, table_of(timeline, shown), 16)
    for number in range(300):
        packet = int(np.flatnonzero(shown == number)[0])
        fits = [k for k in range(packet + 1) if shown[k] <= number]
        assert reader._plan_runs([number]) == [(fits[-1], packet, {number})]


def test_many_key_frames_are_planned_at_once(tmp_path, video):
    timeline = read_timeline(video(tmp_path / "a.mp4", count=10))
    reader = SeekingReader(tmp_path, table_of(timeline, np.arange(40_000)), 16)
    runs = reader._plan_runs(range(40_000))
    assert runs == [(n, n, {n}) for n in range(40_000)]

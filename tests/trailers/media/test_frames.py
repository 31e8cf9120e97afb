"""The rules of extraction, by hand and on files."""

from typing import Any

import av
import cv2
import numpy as np
import pytest

from stages.base.errors import TrailerError
from stages.base.params import FramesParams
from stages.trailers.media import extraction, reader
from stages.trailers.media.frames import (
    evenly_spaced,
    extract_frames,
    nearest_key_frames,
    skip_black,
)
from stages.trailers.media.picture import encode_jpeg, resize_upright
from tests.trailers.media.test_reader import OPEN, X265, b_frames

GROUPS = {"x264-params": "keyint=48:min-keyint=24:scenecut=0:bframes=3"}
OPEN_GROUPS: dict[str, dict[str, Any]] = {
    "h264.mkv": {"options": OPEN},
    "h264.ts": {"options": OPEN},
    "hevc.mkv": {
        "codec": "libx265",
        "options": {"x265-params": X265, "preset": "ultrafast"},
    },
    "mpeg2.ts": {"codec": "mpeg2video", "tune": b_frames},
}
VALUES: dict[str, Any] = {"count": 31, "first_frame": 200, "first_second": None, "short_side": 64}


def parameters(**changes):
    return FramesParams(**(VALUES | {"jpeg_quality": 90, "black_level": 16} | changes))


@pytest.fixture(scope="module")
def film(tmp_path_factory, video):
    return video(tmp_path_factory.mktemp("film") / "a.mp4", count=700, options=GROUPS)


def test_spacing():
    assert evenly_spaced(801, 200, 31) == [200 + 20 * i for i in range(31)]
    assert evenly_spaced(1000, 0, 4) == [0, 333, 666, 999]
    assert evenly_spaced(231, 200, 31) == list(range(200, 231))
    assert evenly_spaced(230, 200, 31)[0] == 0 and evenly_spaced(230, 200, 31)[-1] == 229
    assert evenly_spaced(3, 200, 5) == [
        0,
        0,
        1,
        2,
        2,
    ]  # 0, 0.5, 1, 1.5, 2 to the nearest, halves to even
    assert evenly_spaced(1, 200, 31) == [0] * 31


@pytest.mark.parametrize(
    ("targets", "black", "expected"),
    [
        ([2, 5, 9], set(), [2, 5, 9]),
        ([2, 5, 9], {5}, [2, 6, 9]),
        ([2, 5, 9], {5, 6, 7}, [2, 8, 9]),
        ([2, 4, 9], {2, 3, 4, 5}, [6, 7, 9]),  # two in one black stretch do not share a picture
        ([2, 4, 9], {2, 3}, [4, 5, 9]),  # nor does one take its successor's
        ([2, 5, 9], {8, 9}, [2, 5, 7]),  # black to the end: the last picture before
        ([2, 5, 7, 9], {5, 6, 7, 8, 9}, [2, 3, 4, 9]),  # too few before: black stays
        ([0, 0, 1, 1], {0}, [1, 1, 1, 1]),  # a short film repeats pictures anyway
        ([2, 5, 9], set(range(10)), [2, 5, 9]),
        ([5, 7, 9], set(range(3, 10)), [0, 1, 2]),
    ],
)
def test_black_pictures_are_passed_over(targets, black, expected):
    total = max(targets) + 1
    assert skip_black(targets, total, lambda number: number in black) == expected


def test_31_exact_frames(film, plain_decode):
    found = extract_frames(film, parameters())
    assert found.numbers == tuple(np.linspace(200, 699, 31).round().astype(int))
    assert np.allclose(found.seconds, np.array(found.numbers) / 24)
    assert found.note == "" and found.total == 700
    truth = plain_decode(film)
    for number, jpeg in zip(found.numbers, found.jpegs, strict=True):
        picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        wanted = truth[number].to_ndarray(format="bgr24")
        assert picture is not None and picture.shape == (64, 96, 3)
        assert np.abs(picture.astype(int) - wanted).mean() < 6  # neighbours differ by more than 10


def test_both_ways_give_the_same_bytes(film, monkeypatch):
    sought = extract_frames(film, parameters())
    monkeypatch.setattr(extraction, "MIN_FRAMES_TO_SEEK", 10**6)
    assert extract_frames(film, parameters()) == sought


def test_start_in_seconds(film):
    found = extract_frames(film, parameters(first_second=10.0, count=5))
    assert found.numbers[0] == 240 and found.numbers[-1] == 699


@pytest.mark.parametrize("small", [0, 10**6])
def test_black_frames_in_a_file(tmp_path, video, monkeypatch, small):
    monkeypatch.setattr(extraction, "MIN_FRAMES_TO_SEEK", small)
    targets = [int(n) for n in np.linspace(0, 299, 5).round()]
    assert targets == [0, 75, 150, 224, 299]
    dark = {*range(0, 7), *range(140, 160), *range(280, 300)}
    path = video(tmp_path / "a.mp4", count=300, options=GROUPS, black=dark.__contains__)
    assert extract_frames(path, parameters(first_frame=0, count=5)).numbers == (
        (7, 75, 160, 224, 279)
    )


def test_short_and_black_files(tmp_path, video):
    short = extract_frames(video(tmp_path / "a.mp4", count=12), parameters())
    assert short.numbers == tuple(np.linspace(0, 11, 31).round().astype(int))
    assert len(short.jpegs) == 31 and short.note.startswith("short: 12 frames")
    brief = extract_frames(video(tmp_path / "b.mp4", count=220), parameters())
    assert (brief.numbers[0], brief.numbers[-1]) == (0, 219) and brief.note.startswith("short")


@pytest.mark.parametrize("changes", [{}, {"nearest_key_frame": True}])
@pytest.mark.parametrize("count", [50, 700])
def test_a_film_that_is_black_throughout_has_no_picture(tmp_path, video, count, changes):
    path = video(tmp_path / "a.mp4", count=count, black=lambda number: True)
    with pytest.raises(TrailerError) as failure:
        extract_frames(path, parameters(**changes))
    assert failure.value.reason == "black"


def test_a_film_that_is_not_black_throughout_keeps_its_black_frames(tmp_path, video):
    lit = video(tmp_path / "a.mp4", count=50, black=lambda number: number != 31)
    found = extract_frames(lit, parameters())
    assert len(found.jpegs) == 31 and 31 in found.numbers


def test_too_few_pictures(tmp_path, video):
    assert extract_frames(video(tmp_path / "a.mp4", count=10), parameters()).total == 10
    with pytest.raises(TrailerError) as failure:
        extract_frames(video(tmp_path / "b.mp4", count=9), parameters())
    assert failure.value.reason == "too_short"
    assert failure.value.detail == "9 pictures, at least 10 are needed"
    assert extract_frames(tmp_path / "b.mp4", parameters(min_pictures=9)).total == 9
    with pytest.raises(TrailerError, match="too_short: 1 picture,"):
        extract_frames(video(tmp_path / "c.mp4", count=1), parameters())


def test_too_few_pictures_of_many_promised_are_a_truncated_file(tmp_path, video):
    muxer = {"movflags": "faststart"}
    path = video(tmp_path / "a.mp4", count=300, options=GROUPS, muxer=muxer)
    path.write_bytes(path.read_bytes()[: path.read_bytes().index(b"mdat") + 20_000])
    with pytest.raises(TrailerError) as failure:
        extract_frames(path, parameters(min_pictures=100))
    assert failure.value.reason == "truncated"


def test_a_truncated_file_is_noted(tmp_path, video):
    muxer = {"movflags": "faststart"}
    path = video(tmp_path / "a.mp4", count=700, options=GROUPS, muxer=muxer)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found = extract_frames(path, parameters())
    assert len(found.jpegs) == 31 and 200 < found.total < 500
    assert found.note.startswith(f"stopped after {found.total} of 700 frames")
    path.write_bytes(path.read_bytes()[: path.read_bytes().index(b"mdat") + 20])
    with pytest.raises(TrailerError) as failure:
        extract_frames(path, parameters())
    assert failure.value.reason in ("truncated", "unreadable")


def test_what_a_cut_without_recoding_leaves_out_was_not_promised(tmp_path, video, ffmpeg):
    far = {"x264-params": "keyint=250:scenecut=0"}
    whole = video(tmp_path / "whole.mp4", count=750, options=far)
    path = tmp_path / "cut.mp4"
    ffmpeg("-ss", "8", "-i", whole, "-c", "copy", path)
    with av.open(str(path)) as container:
        assert container.streams.video[0].frames == 750  # from the key frame before, the first
    found = extract_frames(path, parameters())
    assert found.total == 750 - 8 * 24 and found.note == ""


def test_variable_frame_rate_is_noted(tmp_path, video):
    times = np.cumsum(np.random.default_rng(0).choice([3750, 7500], 60))
    path = video(tmp_path / "a.mkv", times=[int(t) for t in times])
    found = extract_frames(path, parameters(first_frame=0))
    assert "variable frame rate" in found.note
    expected = (times - times[0])[list(found.numbers)] / 90000
    assert np.allclose(found.seconds, expected, atol=0.002)


def test_no_picture(tmp_path, audio):
    path = audio(tmp_path / "a.wav", np.zeros((1, 4800)))
    with pytest.raises(TrailerError) as failure:
        extract_frames(path, parameters())
    assert failure.value.reason == "no_video"


def test_the_nearest_key_frame():
    keys = np.array([10, 20, 40])
    assert nearest_key_frames([0, 10, 15, 16, 29, 30, 31, 90], keys) == [0, 0, 0, 1, 1, 1, 2, 2]
    assert nearest_key_frames([0, 700], np.array([5])) == [0, 0]


def test_key_frames_instead_of_exact_ones(film, plain_decode):
    found = extract_frames(film, parameters(nearest_key_frame=True))
    keys = range(240, 700, 48)  # one every 48 pictures, none before the 200th
    targets = np.linspace(200, 699, 31).round()
    assert found.numbers == tuple(min(keys, key=lambda k: abs(k - t)) for t in targets)
    assert np.allclose(found.seconds, np.array(found.numbers) / 24)
    pictures = plain_decode(film)
    for number, jpeg in zip(found.numbers, found.jpegs, strict=True):
        assert jpeg == encode_jpeg(resize_upright(pictures[number], 1.0, 64), 90)


@pytest.mark.parametrize("key", [True, False])
@pytest.mark.parametrize("name", ["h264.mkv", "h264.ts", "hevc.mkv", "mpeg2.ts"])
def test_leading_pictures_that_do_not_decode_are_not_counted(
    tmp_path, video, plain_decode, monkeypatch, name, key
):
    whole, path = video(tmp_path / f"whole_{name}", **OPEN_GROUPS[name]), tmp_path / name
    keys = 0
    with av.open(str(whole), "r") as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            keys += packet.is_keyframe
            if packet.size and keys > 1:  # the first group of pictures is gone
                packet.stream = stream
                target.mux(packet)
    truth = plain_decode(path)
    monkeypatch.setattr(extraction, "MIN_FRAMES_TO_SEEK", 0)
    monkeypatch.setattr(
        reader.SequentialReader, "scan", lambda *_: pytest.fail("decoded everything")
    )
    found = extract_frames(path, parameters(first_frame=0, count=5, nearest_key_frame=key))
    assert found.total == len(truth) == 136
    assert found.numbers[0] == 0 and found.seconds[0] == 0 and found.note == ""
    for number, jpeg in zip(found.numbers, found.jpegs, strict=True):
        assert jpeg == encode_jpeg(resize_upright(truth[number], 1.0, 64), 90)


def test_a_black_key_frame_is_passed_over_too(tmp_path, video):
    dark = {288, 336, 672}
    path = video(tmp_path / "a.mp4", count=700, options=GROUPS, black=lambda number: number in dark)
    found = extract_frames(path, parameters(nearest_key_frame=True))
    plain = [min(range(240, 700, 48), key=lambda k: abs(k - t)) for t in np.linspace(200, 699, 31)]
    instead = {288: 384, 336: 384, 672: 624}
    assert found.numbers == tuple(instead.get(number, number) for number in plain)


def test_a_track_with_one_key_frame_shows_it_31_times(tmp_path, video):
    path = video(tmp_path / "a.mp4", options={"x264-params": "keyint=999:scenecut=0"})
    assert extract_frames(path, parameters(nearest_key_frame=True)).numbers == (0,) * 31


def test_a_track_whose_key_frames_are_all_black_gives_its_exact_pictures(tmp_path, video):
    one = {"x264-params": "keyint=999:scenecut=0"}
    path = video(tmp_path / "a.mp4", options=one, black=lambda number: number < 9)
    assert extract_frames(path, parameters(nearest_key_frame=True)) == (
        extract_frames(path, parameters())
    )


def test_key_frames_that_lie_are_not_taken(tmp_path, video, monkeypatch):
    path = video(tmp_path / "a.mp4", options=GROUPS)
    exact = extract_frames(path, parameters())

    def broken(*_):
        raise reader.TimelineMismatchError("a key frame is not one")

    monkeypatch.setattr(reader.SeekingReader, "frames_at", broken)
    assert extract_frames(path, parameters(nearest_key_frame=True)) == exact

"""Every real file of ../shared/media against its INDEX.tsv: exact frames, lengths, or why not."""

from pathlib import Path

import av
import numpy as np
import pytest

from stages.base.errors import TrailerError
from stages.base.params import AudioParams, FramesParams
from stages.trailers.media.frames import extract_frames
from stages.trailers.media.picture import encode_jpeg, resize_upright
from stages.trailers.media.probe import probe
from stages.trailers.media.sound import extract_windows
from stages.trailers.media.timeline import read_timeline

FRAMES = FramesParams(
    count=31, first_frame=200, first_second=None, short_side=64, jpeg_quality=90, black_level=16
)
AUDIO = AudioParams(sample_rate=48000, seconds=30.0, windows=("start", "middle", "end"))


def peak(path):
    """Of a plain decode of the first sound track, mixed by FFmpeg, in steps of 16 bits."""
    resampler = av.AudioResampler("s16", "mono")
    with av.open(str(path), metadata_errors="replace") as container:
        found = 0
        for packet in container.demux(audio=0):
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                continue
            for frame in frames:
                for each in resampler.resample(frame):
                    found = max(found, int(np.abs(each.to_ndarray().astype(int)).max()))
    return found


def test_picture(media_row, plain_decode):
    path, count = Path(media_row["path"]), media_row["frames_decoded"]
    if count in ("-", "0"):
        with pytest.raises(TrailerError) as failure:
            extract_frames(path, FRAMES)
        assert failure.value.reason in ("no_video", "unreadable", "encrypted", "truncated")
        return
    if int(count) < FRAMES.min_pictures:
        with pytest.raises(TrailerError, match="too_short"):
            extract_frames(path, FRAMES)
        return
    found = extract_frames(path, FRAMES)
    truth = plain_decode(path)
    assert found.total == len(truth) == int(count)
    assert len(found.jpegs) == 31 and list(found.numbers) == sorted(found.numbers)
    aspect = read_timeline(path).sample_aspect
    for number, data in dict(zip(found.numbers, found.jpegs, strict=True)).items():
        assert data == encode_jpeg(resize_upright(truth[number], aspect, 64), 90), number


def test_sound(media_row):
    path, seconds = Path(media_row["path"]), media_row["audio_seconds_decoded"]
    if seconds in ("-", "0.0"):
        with pytest.raises(TrailerError) as failure:
            extract_windows(path, AUDIO)
        assert failure.value.reason in ("no_audio", "unreadable", "encrypted", "truncated")
        return
    if float(seconds) < AUDIO.min_seconds:
        with pytest.raises(TrailerError, match="too_short"):
            extract_windows(path, AUDIO)
        return
    if peak(path) < 32768 * 10 ** (AUDIO.silence_level / 20):
        with pytest.raises(TrailerError) as failure:
            extract_windows(path, AUDIO)
        assert failure.value.reason == "silent"
        return
    windows = extract_windows(path, AUDIO)
    length = float(seconds)  # of the first track, which need not be the one that is heard
    off = 0.02 if "multi-audio" in media_row["tags"] else 0.002
    wanted = [0.0, max(length - 30, 0) / 2, max(length - 30, 0)]
    assert np.allclose([w.start for w in windows], wanted, atol=off)
    assert np.allclose([w.seconds for w in windows], min(length, 30), atol=off)


def test_probe(media_row):
    path = Path(media_row["path"])
    picture = media_row["frames_decoded"] not in ("-", "0")
    sound = media_row["audio_seconds_decoded"] not in ("-", "0.0")
    if not picture and not sound:
        with pytest.raises(TrailerError):
            probe(path)
        return
    found = probe(path)
    assert (found.video_codec is not None, found.audio_codec is not None) == (picture, sound)
    if picture:
        assert media_row["video"].startswith(found.video_codec or "")
    if sound:
        tracks = media_row["audio"].split("; ")
        assert any(track.startswith(found.audio_codec or "") for track in tracks)

"""Which of several sound tracks is heard: each is a tone of its own."""

import io
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest
from av.stream import Disposition

from stages.base.errors import TrailerError
from stages.base.params import AudioParams
from stages.trailers.media.probe import probe
from stages.trailers.media.sound import extract_windows

RATE = 48000
PARAMS = AudioParams(sample_rate=RATE, seconds=0.5, windows=("start",))
FIRST, SECOND, THIRD = 300, 1000, 2500  # hertz
DEFAULT, NONE = Disposition.default, Disposition(0)


def write(path, tracks, codec="aac"):
    """tracks: (hertz, disposition) each; None for hertz: no packet, b"": packets that are none."""
    with av.open(str(path), "w") as container:
        streams: list[Any] = []
        for _, disposition in tracks:
            streams.append(container.add_stream(codec, rate=RATE, layout="mono"))
            streams[-1].disposition = disposition
        packets = []
        for (hertz, _), stream in zip(tracks, streams, strict=True):
            tone = 0.3 * np.sin(2 * np.pi * (hertz or 1) * np.arange(RATE) / RATE)
            frame = av.AudioFrame.from_ndarray(
                tone.astype(np.float32)[None], format="fltp", layout="mono"
            )
            frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
            packets.append([*stream.encode(frame), *stream.encode(None)])
        for (hertz, _), own in zip(tracks, packets, strict=True):
            if hertz == b"":
                container.mux([empty(packet) for packet in own])
            elif hertz is not None:
                container.mux(own)
    return path


def empty(packet):
    """A packet with the times of another and nothing that decodes in it."""
    other = av.Packet(bytes(8))
    other.stream, other.pts, other.dts = packet.stream, packet.pts, packet.dts
    other.time_base, other.duration = packet.time_base, packet.duration
    return other


def heard(path):
    """Pitch of what is taken from a file, to the nearest 10 Hz."""
    (window,) = extract_windows(path, PARAMS)
    with av.open(io.BytesIO(window.flac), "r") as container:
        sound = np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)])
    return int(np.abs(np.fft.rfft(sound * np.hanning(len(sound)))).argmax()) * RATE // len(sound)


@pytest.mark.parametrize("suffix", ["mkv", "mp4"])
def test_the_default_is_heard(tmp_path, suffix):
    path = write(tmp_path / f"a.{suffix}", [(FIRST, NONE), (SECOND, DEFAULT), (THIRD, NONE)])
    assert heard(path) == SECOND
    path = write(tmp_path / f"b.{suffix}", [(FIRST, DEFAULT), (SECOND, NONE)])
    assert heard(path) == FIRST


@pytest.mark.parametrize("flag", ["comment", "visual_impaired", "hearing_impaired"])
@pytest.mark.parametrize("also", [NONE, DEFAULT])
def test_what_is_for_some_of_the_audience_comes_last(tmp_path, flag, also):
    aside = getattr(Disposition, flag) | also
    assert heard(write(tmp_path / "a.mkv", [(FIRST, aside), (SECOND, DEFAULT)])) == SECOND
    assert heard(write(tmp_path / "b.mkv", [(FIRST, aside), (SECOND, NONE)])) == SECOND
    assert heard(write(tmp_path / "c.mkv", [(FIRST, aside)])) == FIRST


@pytest.mark.parametrize("suffix", ["mkv", "mp4"])
@pytest.mark.parametrize("nothing", [None, b""], ids=["without packets", "does not decode"])
def test_a_track_that_does_not_decode_gives_way(tmp_path, suffix, nothing):
    path = write(tmp_path / f"a.{suffix}", [(nothing, DEFAULT), (SECOND, NONE)])
    assert heard(path) == SECOND
    assert probe(path).audio_codec == "aac"


def test_the_ledger_names_what_is_heard(tmp_path, audio):
    path = tmp_path / "a.mkv"
    signal = np.zeros((2, RATE))
    parts = [
        av.open(str(audio(tmp_path / "one.flac", signal[:1], codec="flac", packet=4608))),
        av.open(str(audio(tmp_path / "two.wav", signal, rate=RATE))),
    ]
    with av.open(str(path), "w") as container:
        pairs = [(part, container.add_stream_from_template(part.streams[0])) for part in parts]
        pairs[0][1].disposition, pairs[1][1].disposition = Disposition.comment, DEFAULT
        for part, stream in pairs:
            for packet in part.demux():
                if packet.size:
                    packet.stream = stream
                    container.mux(packet)
    found = probe(path)
    assert (found.audio_codec, found.channels) == ("pcm_s16le", 2)


def test_where_none_decodes_the_file_is_unreadable(tmp_path):
    path = write(tmp_path / "a.mkv", [(b"", DEFAULT), (b"", NONE)])
    with pytest.raises(TrailerError) as failure:
        extract_windows(path, PARAMS)
    assert failure.value.reason == "unreadable"

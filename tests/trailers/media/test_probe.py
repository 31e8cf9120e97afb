"""What a file holds; that nothing but the file is read; that no file makes us hang."""

import os
import struct
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from stages.base.errors import TrailerError
from stages.trailers.media.container import open_media, undecodable_reason, video_stream
from stages.trailers.media.probe import probe


def reason(path):
    with pytest.raises(TrailerError) as failure:
        probe(path)
    return failure.value.reason


def test_picture_and_sound(tmp_path, video, audio):
    found = probe(video(tmp_path / "a.mp4", count=48, size=(128, 72)))
    assert (found.video_codec, found.width, found.height) == ("h264", 128, 72)
    assert (found.audio_codec, found.rotation, found.sample_aspect) == (None, 0, 1.0)
    assert found.fps == 24 and found.duration == pytest.approx(2.0, abs=0.05)
    found = probe(audio(tmp_path / "a.ogg", np.zeros((2, 48000)), codec="flac", packet=4608))
    assert (found.video_codec, found.audio_codec) == (None, "flac")
    assert (found.sample_rate, found.channels) == (48000, 2)


@pytest.mark.parametrize("claimed", [5000.0, 0.5])
def test_packets_tell_how_long_a_file_is_whose_header_lies(tmp_path, video, claimed):
    path = video(tmp_path / "a.mkv", count=96)
    data = path.read_bytes()
    at = data.index(b"\x44\x89\x88") + 3  # Matroska's Duration: eight bytes, milliseconds
    path.write_bytes(data[:at] + struct.pack(">d", claimed * 1000) + data[at + 8 :])
    with av.open(str(path)) as container:
        assert container.duration == claimed * 1e6
    assert probe(path).duration == pytest.approx(4.0, abs=0.05)


def test_cover_art_is_no_picture(tmp_path, film_frame):
    path = tmp_path / "a.mp3"
    with av.open(str(path), "w") as container:
        sound = container.add_stream("libmp3lame", rate=44100)
        cover = container.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 48, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        frame = av.VideoFrame.from_ndarray(film_frame(0, 64, 48), format="rgb24")
        frame.pts, frame.time_base = 0, Fraction(1, 1)
        container.mux(cover.encode(frame.reformat(format="yuvj420p")))
        container.mux(cover.encode(None))
        noise = np.random.default_rng(0).normal(0, 0.1, (2, 44100)).astype(np.float32)
        tone = av.AudioFrame.from_ndarray(noise, format="fltp", layout="stereo")
        tone.sample_rate = 44100
        container.mux(sound.encode(tone))
        container.mux(sound.encode(None))
    found = probe(path)
    assert found.video_codec is None and found.audio_codec == "mp3"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("jpg", "a picture (JPEG), not a video"),
        ("png", "a picture (PNG), not a video"),
        ("webp", "a picture (WebP), not a video"),
        ("tiff", "a picture (TIFF), not a video"),
        ("bmp", "a picture (BMP), not a video"),
        ("srt", "no video or sound of a known kind"),
    ],
)
def test_what_is_no_video_is_called_what_it_is(tmp_path, film_frame, name, said):
    path = tmp_path / "trailer.mp4"
    if name == "srt":
        path.write_text("1\n00:00:01,000 --> 00:00:02,000\nHello.\n\n")
    else:
        path.write_bytes(cv2.imencode(f".{name}", film_frame(0, 64, 48))[1].tobytes())
    with pytest.raises(TrailerError) as failure:
        probe(path)
    assert (failure.value.reason, failure.value.detail) == ("unreadable", said)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
@pytest.mark.parametrize("poster_first", [True, False])
def test_a_poster_is_not_the_film(tmp_path, film_frame, name, poster_first):
    path = tmp_path / name
    sizes = [(128, 96, 1), (64, 48, 20)] if poster_first else [(64, 48, 20), (128, 96, 1)]
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("mpeg4", rate=24) for _ in sizes]
        for stream, (width, height, _) in zip(streams, sizes, strict=True):
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.disposition = av.stream.Disposition(0)
        poster = streams[0 if poster_first else 1]
        poster.disposition = av.stream.Disposition.default
        for stream, (width, height, count) in zip(streams, sizes, strict=True):
            for number in range(count):
                image = film_frame(number, width, height)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
            container.mux(stream.encode(None))
    assert probe(path).width == 64
    with open_media(path) as opened:
        film = video_stream(opened)
        assert film is not None and film.width == 64


@pytest.mark.parametrize("name", ["list.mp4", "list.m3u8", "list.mkv"])
def test_lists_of_other_files_are_not_followed(tmp_path, video, name):
    secret = video(tmp_path / "secret.ts", count=30)
    path = tmp_path / name
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{secret}\n#EXT-X-ENDLIST\n"
    for text in (
        playlist,
        f"ffconcat version 1.0\nfile '{secret}'\n",
        f"#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n{secret}\n",
        f"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n{secret}",
        f'<?xml version="1.0"?><MPD><BaseURL>{secret}</BaseURL></MPD>',
    ):
        path.write_text(text)
        assert reason(path) == "unreadable"


def test_unreadable_files(tmp_path):
    path = tmp_path / "a.mp4"
    assert reason(path) == "unreadable"
    path.write_bytes(b"")
    assert reason(path) == "unreadable"
    path.write_bytes(np.random.default_rng(0).bytes(100_000))
    assert reason(path) in ("unreadable", "no_video")
    path.write_text("<html>gone</html>" * 100)
    assert reason(path) == "unreadable"
    os.mkfifo(tmp_path / "pipe.mp4")
    assert reason(tmp_path / "pipe.mp4") == "unreadable"
    assert reason(tmp_path) == "unreadable"


def test_an_encrypted_file_says_so(tmp_path, video):
    path = video(tmp_path / "a.mp4", count=10)
    data = path.read_bytes()
    assert undecodable_reason(path) == "unreadable"
    path.write_bytes(data.replace(b"avc1\0\0\0\0", b"encv\0\0\0\0"))
    assert undecodable_reason(path) == "encrypted"


def test_garbage_after_the_header_ends_soon(tmp_path, video):
    path = video(tmp_path / "a.mp4", count=400, muxer={"movflags": "faststart"})
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    data[start:] = np.random.default_rng(0).bytes(len(data) - start)
    path.write_bytes(data)
    assert reason(path) == "unreadable"

"""Sound windows against signals whose every sample is known."""

import io
from dataclasses import replace
from typing import Any

import av
import numpy as np
import pytest

from stages.base.errors import TrailerError
from stages.base.params import AudioParams
from stages.trailers.media import sound
from stages.trailers.media.resampling import resample
from stages.trailers.media.sound import encode_flac, extract_windows
from stages.trailers.media.track import decode_segments, read_audio_packets

ALL = ("start", "middle", "end")


def parameters(seconds=1.0, windows=ALL, rate=48000):
    return AudioParams(sample_rate=rate, seconds=seconds, windows=windows)


def samples(data):
    with av.open(io.BytesIO(data), "r") as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.layout.name) == ("flac", "mono")
        return np.concatenate([f.to_ndarray()[0] for f in container.decode(stream)]) / 32768


def chirp(seconds, rate, gain=0.5):
    """A rising tone, unlike itself at every other place."""
    t = np.arange(round(seconds * rate)) / rate
    return gain * np.sin(2 * np.pi * (200 * t + 900 * t**2 / seconds))


def test_windows_of_a_plain_track_are_exact(tmp_path, audio):
    signal = np.random.default_rng(0).integers(-30000, 30000, 48000 * 7 + 311) / 32768
    windows = extract_windows(audio(tmp_path / "a.wav", signal[None]), parameters(2.0))
    starts = [0, (len(signal) - 96000) // 2, len(signal) - 96000]
    for window, name, start in zip(windows, ALL, starts, strict=True):
        assert (window.name, window.seconds) == (name, 2.0)
        assert window.start == start / 48000
        assert np.array_equal(samples(window.flac), signal[start : start + 96000])


def test_channels_are_averaged(tmp_path, audio):
    left, right = chirp(2, 48000), np.random.default_rng(0).normal(0, 0.1, 96000)
    path = audio(tmp_path / "a.mkv", np.stack([left, right]), codec="flac", packet=4608)
    found = samples(extract_windows(path, parameters(1.0))[0].flac)
    assert np.abs(found - ((left + right) / 2)[:48000]).max() < 2 / 32768


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 96000])
def test_resampling_keeps_place_and_loudness(tmp_path, audio, rate):
    t = np.arange(3 * rate) / rate
    path = audio(tmp_path / "a.wav", 0.5 * np.sin(2 * np.pi * 440 * t + 0.3)[None], rate=rate)
    window = extract_windows(path, parameters(1.0))[1]
    found = samples(window.flac)
    assert len(found) == 48000
    wanted = 0.5 * np.sin(2 * np.pi * 440 * (window.start + np.arange(48000) / 48000) + 0.3)
    inner = slice(400, -400)  # the filter sees silence beyond the cut
    assert np.abs(found - wanted)[inner].max() < 3e-4


def reason(path, **changes):
    with pytest.raises(TrailerError) as failure:
        extract_windows(path, replace(parameters(), **changes))
    return failure.value.reason


def test_a_track_without_a_sound_is_silent(tmp_path, audio):
    nothing = np.zeros(96000)
    assert reason(audio(tmp_path / "a.wav", nothing[None])) == "silent"
    dither = np.random.default_rng(0).integers(-1, 2, 96000) / 32768
    assert reason(audio(tmp_path / "b.wav", dither[None])) == "silent"
    tone = chirp(2, 48000)
    assert reason(audio(tmp_path / "c.wav", np.stack([tone, -tone]))) == "silent"
    assert reason(audio(tmp_path / "d.wav", nothing[None, :47000])) == "silent"  # a short one too


def test_the_peak_decides_what_is_silent(tmp_path, audio):
    peak = -40.0  # dB of full scale
    click = np.zeros(96000)
    click[[0, 48000, 95999]] = 10 ** (peak / 20)
    path = audio(tmp_path / "a.wav", click[None])
    assert len(extract_windows(path, replace(parameters(), silence_level=peak - 0.1))) == 3
    assert reason(path, silence_level=peak + 0.1) == "silent"


def test_only_the_windows_that_are_silent_are_left_out(tmp_path, audio):
    signal = chirp(6, 48000)
    signal[96000:192000] = 0
    windows = extract_windows(audio(tmp_path / "a.wav", signal[None]), parameters())
    assert [(w.name, w.start) for w in windows] == [("start", 0.0), ("end", 5.0)]
    assert np.abs(samples(windows[1].flac) - signal[-48000:]).max() < 2 / 32768


def test_short_tracks_give_all_they_have(tmp_path, audio):
    path = audio(tmp_path / "a.wav", chirp(1.4, 48000)[None])
    windows = extract_windows(path, parameters(30.0))
    assert [w.start for w in windows] == [0, 0, 0] and len({w.flac for w in windows}) == 1
    assert windows[0].seconds == 1.4 and len(samples(windows[0].flac)) == 67200


def test_loud_float_sound_is_clipped_not_wrapped():
    found = samples(encode_flac(np.array([0.5, 1.5, -1.5, 1.0, -1.0], np.float32), 48000))
    assert np.array_equal(found, [0.5, 32767 / 32768, -1.0, 32767 / 32768, -1.0])


def test_flac_is_the_same_every_time():
    signal = chirp(1, 48000).astype(np.float32)
    assert encode_flac(signal, 48000) == encode_flac(signal, 48000)


# without noise substitution, which makes up other noise on every decode
AAC: dict[str, Any] = {
    "codec": "aac",
    "sample_format": "fltp",
    "options": {"aac_pns": "0", "b": "192k"},
}
LONG: dict[str, dict[str, Any]] = {
    "aac.mp4": AAC | {"rate": 44100},
    "aac.ts": AAC | {"rate": 48000},
    "aac.mkv": AAC | {"rate": 44100},
    "mp3.mp3": {"codec": "libmp3lame", "sample_format": "fltp", "rate": 44100, "packet": 1152},
    "opus.webm": {"codec": "libopus", "sample_format": "flt", "rate": 48000, "packet": 960},
    "ac3.mkv": {"codec": "ac3", "sample_format": "fltp", "rate": 48000, "packet": 1536},
    "flac.mkv": {"codec": "flac", "sample_format": "s16", "rate": 44100, "packet": 4608},
    "pcm.wav": {"rate": 44100},
}


@pytest.mark.parametrize("name", LONG)
def test_seeking_gives_the_windows_of_a_full_decode(tmp_path, audio, monkeypatch, name):
    path = audio(tmp_path / name, chirp(40, LONG[name]["rate"])[None], **LONG[name])
    sought = []

    def spy(*arguments):
        sought.append(decode_segments(*arguments))
        return sought[-1]

    monkeypatch.setattr(sound, "decode_segments", spy)
    found = extract_windows(path, parameters(2.0))
    assert sought  # seeking was tried, and did not give up
    monkeypatch.setattr(sound, "MIN_SKIPPED_SECONDS", float("inf"))
    full = extract_windows(path, parameters(2.0))
    assert len(sought) == 1
    for one, other in zip(found, full, strict=True):
        assert (one.name, one.start, one.seconds) == (other.name, other.start, other.seconds)
        a, b = samples(one.flac), samples(other.flac)
        assert np.abs(a - b).max() < 1e-3


@pytest.mark.parametrize("name", ["aac.mp4", "opus.webm", "mp3.mp3", "aac.ts"])
def test_coded_sound_is_in_its_place(tmp_path, audio, name):
    rate = LONG[name]["rate"]
    signal = chirp(8, rate)
    path = audio(tmp_path / name, signal[None], **LONG[name])
    window = extract_windows(path, parameters(2.0))[0]
    found, wanted = samples(window.flac), resample(signal.astype(np.float32), rate, 48000)
    shifts = range(0, 2500)  # the container may leave the encoder's delay in, never take away
    scores = [np.dot(found[4000:40000], wanted[4000 - s : 40000 - s]) for s in shifts]
    best = int(np.argmax(scores))
    assert best in ((0, 1024, 2048) if name == "aac.ts" else (0,))
    assert np.abs(found[4000:40000] - wanted[4000 - best : 40000 - best]).max() < 0.1


def test_unsteady_tracks_fall_back(tmp_path, audio):
    """A hole in the time stamps: positions still count samples."""
    whole = audio(tmp_path / "a.mkv", chirp(40, 48000)[None], codec="flac", packet=4608)
    path = tmp_path / "b.mkv"
    with av.open(str(whole)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(audio=0):
            if packet.pts is None or 10 <= packet.pts * packet.time_base < 20:
                continue
            packet.stream = stream
            target.mux(packet)
    assert read_audio_packets(path).samples_per_packet == 0
    end = extract_windows(path, parameters(2.0))[2]
    assert np.abs(samples(end.flac) - chirp(40, 48000)[-96000:]).max() < 2 / 32768
    assert abs(end.start - 28) < 0.2


def test_only_the_start_does_not_read_on(tmp_path, audio):
    path = audio(tmp_path / "a.wav", chirp(20, 48000)[None])
    (window,) = extract_windows(path, parameters(2.0, ("start",)))
    assert (window.start, window.seconds) == (0, 2)


def test_a_wrong_length_is_found_out(tmp_path, audio, monkeypatch):
    path = audio(tmp_path / "a.wav", chirp(20, 48000)[None])
    true = [w.flac for w in extract_windows(path, parameters(2.0))]
    read = sound.read_audio_packets
    lying = lambda p: replace(read(p), samples_per_packet=0, seconds=143165.6)  # noqa: E731
    monkeypatch.setattr(sound, "read_audio_packets", lying)
    assert [w.flac for w in extract_windows(path, parameters(2.0))] == true


def test_no_sound(tmp_path, video, audio):
    with pytest.raises(TrailerError) as failure:
        extract_windows(video(tmp_path / "a.mp4", count=5), parameters())
    assert failure.value.reason == "no_audio"
    with pytest.raises(TrailerError) as failure:
        extract_windows(audio(tmp_path / "b.wav", np.zeros((1, 0))), parameters())
    assert failure.value.reason == "unreadable"


def surround(gain=1.0, count=6):
    """A chirp in each channel, all of them different."""
    return np.stack([chirp(2, 48000, gain * 0.04 * (n + 1)) for n in range(count)])


def stereo_of(six):
    """ITU-R BS.775, by hand: FL, FR, FC, LFE, left and right surround -> left, right."""
    left, right, centre, _, left_surround, right_surround = six
    half = 0.5**0.5
    return np.stack(
        [left + half * centre + half * left_surround, right + half * centre + half * right_surround]
    )


def heard(path):
    return samples(extract_windows(path, parameters(2.0, ("start",)))[0].flac)


def decibels(signal):
    return 10 * np.log10(np.mean(np.square(signal)))


def test_a_film_is_as_loud_in_six_channels_as_in_stereo(tmp_path, audio):
    six = surround()
    coded = {"codec": "flac", "packet": 4608}
    wide = heard(audio(tmp_path / "six.mkv", six, **coded))
    twin = heard(audio(tmp_path / "two.mkv", stereo_of(six), **coded))
    assert np.abs(wide - twin).max() < 3 / 32768
    assert np.abs(wide - stereo_of(six).mean(axis=0)).max() < 3 / 32768


@pytest.mark.parametrize("codec", ["ac3", "aac"])
def test_coded_with_loss_it_is_as_loud_too(tmp_path, audio, codec):
    six = surround()
    coded = {"codec": codec, "sample_format": "fltp", "options": {"b": "384k"}}
    wide = heard(audio(tmp_path / "six.mkv", six, **coded))
    twin = heard(audio(tmp_path / "two.mkv", stereo_of(six), **coded))
    assert decibels(wide) == pytest.approx(decibels(twin), abs=0.2)
    assert decibels(wide) == pytest.approx(decibels(stereo_of(six).mean(axis=0)), abs=0.2)


def test_eight_channels_are_mixed(tmp_path, audio):
    eight = surround(count=8)
    left, right, centre, _, *around = eight
    wanted = (left + right) / 2 + 0.5**0.5 * (centre + sum(around) / 2)
    assert np.abs(heard(audio(tmp_path / "a.wav", eight)) - wanted).max() < 3 / 32768


def test_only_a_mix_that_would_clip_is_made_quieter(tmp_path, audio):
    loud = surround(gain=4.0)
    mix = stereo_of(loud).mean(axis=0)
    assert np.abs(mix).max() > 1.05
    (window,) = extract_windows(audio(tmp_path / "a.wav", loud), parameters(2.0, ("start",)))
    assert window.gain == pytest.approx(32767 / 32768 / np.abs(mix).max(), rel=1e-3)
    assert np.abs(samples(window.flac) - mix * window.gain).max() < 3 / 32768
    (window,) = extract_windows(audio(tmp_path / "b.wav", surround()), parameters(2.0, ("start",)))
    assert window.gain == 1


def test_a_rate_that_changes_leaves_no_seams(tmp_path, audio):
    """A tone at 48 kHz and then at 44.1: at 48 kHz it is the same tone throughout."""
    coded = {"codec": "ac3", "sample_format": "fltp", "options": {"b": "640k"}, "packet": 1536}
    path = tmp_path / "both.ac3"
    with path.open("wb") as both:
        for rate in (48000, 44100):
            tone = 0.5 * np.sin(2 * np.pi * 997 * np.arange(2 * rate) / rate)
            both.write(audio(tmp_path / f"{rate}.ac3", tone[None], rate=rate, **coded).read_bytes())
    (window,) = extract_windows(path, parameters(5.0, ("start",)))
    assert window.seconds == pytest.approx(4.0, abs=0.1)
    second = samples(window.flac)[2 * 48000 + 8000 : 4 * 48000 - 2000]
    angle = 2 * np.pi * 997 * np.arange(len(second)) / 48000
    basis = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    tone = basis @ np.linalg.lstsq(basis, second, rcond=None)[0]
    assert decibels(tone) - decibels(second - tone) > 60


def test_too_little_sound(tmp_path, audio):
    least = 46080  # 0.96 s
    (window,) = extract_windows(
        audio(tmp_path / "a.wav", chirp(1, 48000)[None, :least]), parameters(windows=("start",))
    )
    assert window.seconds == 0.96
    with pytest.raises(TrailerError) as failure:
        extract_windows(audio(tmp_path / "b.wav", chirp(1, 48000)[None, : least - 1]), parameters())
    assert failure.value.reason == "too_short"
    assert failure.value.detail == "0.960 s of sound, at least 0.96 are needed"

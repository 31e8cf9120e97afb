"""The windows of a trailer's sound: ours beside the least that must be decoded, and the whole."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np

from benchmarks.rows import Row, compared
from benchmarks.timing import take_turns
from stages.base.params import AudioParams
from stages.trailers.media.mixing import Downmixer
from stages.trailers.media.resampling import resample
from stages.trailers.media.sound import encode_flac, extract_windows

BUDGET = 40.0
RATE = 48_000
PARAMS = AudioParams(sample_rate=RATE, seconds=30.0, windows=("start", "middle", "end"))
LENGTH = 156  # seconds, a trailer's
TRACKS = {"AAC": ("aac", "m4a"), "Opus": ("libopus", "webm"), "MP3": ("libmp3lame", "mp3")}
FLOOR, SAME, WHOLE = (
    "the floor: packets of the windows, decoded",
    "the floor, and its windows as FLAC",
    "the whole track decoded, and its windows as FLAC",
)
GOALS = {WHOLE: 1.0}  # never slower than what it leaves out
RUN_UP = 4  # packets before a window, without which a decoder does not sound right

Span = tuple[float, float]


@dataclass(frozen=True)
class Size:
    seconds: int = LENGTH
    params: AudioParams = PARAMS
    codecs: Sequence[str] = tuple(TRACKS)


def rows(folder: Path, budget: float, size: Size | None = None) -> Iterator[Row]:
    """Rows for each codec: all three windows, and the first alone."""
    size = size or Size()
    share = budget / len(size.codecs) / 2
    for codec in size.codecs:
        path = _write(folder, codec, size.seconds)
        for windows in (size.params.windows, size.params.windows[:1]):
            yield from _rows(path, codec, size, replace(size.params, windows=windows), share)


def _rows(path: Path, codec: str, size: Size, params: AudioParams, budget: float) -> Iterator[Row]:
    found = extract_windows(path, params)
    spans = [(window.start, window.start + params.seconds) for window in found]
    ways: dict[str, Callable[[], object]] = {
        "ours": partial(extract_windows, path, params),
        FLOOR: partial(_decoded, path, spans),
        SAME: partial(_flacs, path, spans, params),
        WHOLE: partial(_from_whole, path, spans, params),
    }
    costs = take_turns(ways, budget)
    for way in (FLOOR, SAME, WHOLE):
        yield compared(
            case="sound",
            what=f"windows {', '.join(params.windows)}, {params.seconds:g} s each",
            input=f"{codec}, {size.seconds} s, stereo at {RATE // 1000} kHz",
            against=way,
            ours=costs["ours"],
            theirs=costs[way],
            goal=GOALS.get(way) if len(params.windows) == 1 else None,
        )


def _decoded(path: Path, spans: Sequence[Span]) -> list[list[np.ndarray]]:
    """Demux, decode the packets of each span and a few before, mono: pieces by span."""
    pieces: list[list[np.ndarray]] = [[] for _ in spans]
    to_mono = Downmixer()
    with av.open(str(path)) as container:
        stream: Any = container.streams.audio[0]
        stream.codec_context.thread_count = 1
        packets = [p for p in container.demux(stream) if p.size]
        times = np.array([p.pts for p in packets]) * float(stream.time_base)
        for (start, stop), found in zip(spans, pieces, strict=True):
            first = max(int(np.searchsorted(times, start)) - RUN_UP, 0)
            last = int(np.searchsorted(times, stop)) + 1
            stream.codec_context.flush_buffers()
            for packet in packets[first:last]:
                found += [to_mono(frame) for frame in stream.codec_context.decode(packet)]
    return pieces


def _flacs(path: Path, spans: Sequence[Span], params: AudioParams) -> list[bytes]:
    """The same at the rate wanted, as FLAC."""
    found = []
    for pieces in _decoded(path, spans):
        samples = np.concatenate(pieces)[: round(params.seconds * RATE)]
        found.append(encode_flac(resample(samples, RATE, params.sample_rate), params.sample_rate))
    return found


def _from_whole(path: Path, spans: Sequence[Span], params: AudioParams) -> list[bytes]:
    """Decode everything, then cut: the windows as FLAC."""
    (pieces,) = _decoded(path, [(0.0, math.inf)])
    track, wanted = np.concatenate(pieces), round(params.seconds * RATE)
    cuts = [track[round(start * RATE) :][:wanted] for start, _ in spans]
    return [
        encode_flac(resample(cut, RATE, params.sample_rate), params.sample_rate) for cut in cuts
    ]


def _write(folder: Path, codec: str, seconds: int) -> Path:
    """Chords that change every second, under noise, in stereo."""
    encoder, suffix = TRACKS[codec]
    path = folder / f"{encoder}.{suffix}"
    rng = np.random.default_rng(0)
    time = np.arange(RATE) / RATE
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(encoder, rate=RATE, layout="stereo")
        stream.bit_rate = 128_000
        resampler = av.AudioResampler(format=stream.codec_context.format, layout="stereo")
        for second in range(seconds):
            tones = rng.uniform(80, 2000, (4, 1))
            chord = 0.1 * np.sin(2 * np.pi * tones * time).sum(0)
            both = (chord + rng.normal(0, 0.02, (2, RATE))).astype(np.float32)
            frame = av.AudioFrame.from_ndarray(both, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = RATE, second * RATE
            frame.time_base = Fraction(1, RATE)
            for piece in resampler.resample(frame):
                container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path

"""Samples of a sound track by position, mono at the track's own rate.

Positions count the samples that a full decode gives, one after another: what the codec adds at the
start and end is gone as the decoder has it, and gaps in time stamps are not filled. `decode_all`
runs through the track and keeps the stretches asked for; `decode_parts` decodes only these, each
with a run-up that warms the decoder, and raises UnsteadyError when a track does not allow it.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from av.audio.frame import AudioFrame

from stages.base.errors import TrailerError
from stages.trailers.media.container import Reading, open_media, undecodable_reason
from stages.trailers.media.mixing import Mono, Samples
from stages.trailers.media.resampling import at_one_rate
from stages.trailers.media.sound_track import audio_stream

NO_TIME = -(1 << 62)
RUN_UP_SECONDS = 1.0  # more than any codec's memory: MP3's bit reservoir, Opus' 80 ms, SBR
SETTLED = 4  # packets after which a decoder's delay shows


class UnsteadyError(Exception):
    """Packets and samples do not correspond; only a full decode tells positions."""


@dataclass
class Stretch:
    """Positions from `start` to `stop` (None: the end) of a track, at most the last `keep`."""

    start: int
    stop: int | None
    keep: int | None = None
    pieces: list[Samples] = field(default_factory=list)
    begin: int = 0
    size: int = 0

    def add(self, position: int, samples: Samples) -> None:
        end = position + len(samples)
        first, last = max(self.start, position), end if self.stop is None else min(self.stop, end)
        if first >= last:
            return
        if not self.pieces:
            self.begin = first
        elif first != self.begin + self.size:
            raise UnsteadyError("samples do not follow one another")
        self.pieces.append(samples[first - position : last - position])
        self.size += last - first
        while self.keep is not None and self.size - len(self.pieces[0]) >= self.keep:
            self.begin += len(self.pieces[0])
            self.size -= len(self.pieces.pop(0))

    def cut(self, start: int, stop: int) -> Samples | None:
        """Samples [start, stop), None if not all of them are here."""
        if start < self.begin or stop > self.begin + self.size or not self.pieces:
            return None
        return np.concatenate(self.pieces)[start - self.begin : stop - self.begin]


Plan = Callable[[int], list[Stretch]]  # given the sample rate


@dataclass(frozen=True)
class Track:
    """Stretches of a track; length: its samples (as far as it was decoded), at `rate` Hz.

    mixed: whether it has more than two channels, whose mix may exceed full scale.
    """

    stretches: list[Stretch]
    length: int
    rate: int
    mixed: bool

    def cut(self, start: int, stop: int) -> Samples | None:
        """Samples [start, stop), None if no stretch holds them."""
        cuts = (stretch.cut(start, stop) for stretch in self.stretches)
        return next((samples for samples in cuts if samples is not None), None)


@dataclass(frozen=True)
class Packets:
    """The sound track's packets. size: samples in each if all hold the same number, else 0.

    index: of the track among the file's streams.
    """

    index: int
    pts: np.ndarray[Any, np.dtype[np.int64]]
    rate: int
    size: int
    seconds: float


def read_packets(path: Path) -> Packets:
    """Read the table of the sound track; raises TrailerError no_audio, unreadable, ..."""
    with open_media(path) as container:
        stream = audio_stream(path, container)
        index = stream.index
        reading = Reading(container, stream)
        pts = np.array([NO_TIME if p.pts is None else p.pts for p in reading.packets()], np.int64)
        tick, rate = float(stream.time_base or 1), stream.codec_context.sample_rate
        claimed = (container.duration or 0) / 1e6
    if len(pts) < 2 or (pts == NO_TIME).any() or rate <= 0:
        return Packets(index, pts, rate, 0, claimed)
    times = (pts - pts[0]) * tick * rate  # in samples
    size = round(float(times[-1]) / (len(pts) - 1))
    drift = np.abs(times - size * np.arange(len(pts))).max()
    steady = bool((np.diff(pts) > 0).all()) and drift <= tick * rate + 1 and not reading.cut_short
    seconds = (float(times[-1]) + max(size, 0)) / rate
    return Packets(index, pts, rate, size if steady else 0, seconds)


def decode_all(path: Path, plan: Plan, index: int) -> Track:
    """Decode the whole track of that index, keeping the stretches that `plan(rate)` names."""
    position, rate, mono = 0, 0, Mono()
    stretches: list[Stretch] = []
    with open_media(path) as container:
        reading = Reading(container, container.streams[index])
        for rate, samples in at_one_rate(reading.frames(), mono):  # positions need one rate
            stretches = stretches or plan(rate)
            for stretch in stretches:
                stretch.add(position, samples)
            position += len(samples)
            if len(stretches) == 1 and position >= (stretches[0].stop or math.inf):
                break  # nothing asks how long the track is
    if not position:
        raise TrailerError(
            "truncated" if reading.cut_short else undecodable_reason(path), "no sound decodes"
        )
    return Track(stretches, position, rate, mono.mixed)


def decode_parts(path: Path, plan: Plan, packets: Packets) -> Track:
    """Decode only the stretches that `plan(rate)` names, the first of which starts at 0."""
    stretches, size = plan(packets.rate), packets.size
    run_up = math.ceil(RUN_UP_SECONDS * packets.rate / size)
    packet_at = {int(pts): k for k, pts in enumerate(packets.pts)}
    position, delay, mono = 0, None, Mono()
    with open_media(path) as container:
        stream: Any = container.streams[packets.index]
        reading = Reading(container, stream)
        incoming = enumerate(reading.packets())
        for stretch in stretches:
            first = 0 if not stretch.start else max(stretch.start // size - run_up - SETTLED, 0)
            last = len(packets.pts) - 1
            if stretch.stop is not None:
                last = min(last, stretch.stop // size + SETTLED)
            if first:
                stream.codec_context.flush_buffers()
            for frame, warm in _part(reading, incoming, first, last, run_up):
                k = packet_at.get(NO_TIME if frame.pts is None else frame.pts, -1)
                if frame.sample_rate != packets.rate:
                    raise UnsteadyError("the sample rate changed")
                if not first:  # from the beginning: count, and learn the decoder's delay
                    if k >= SETTLED:
                        if delay not in (None, k * size - position):
                            raise UnsteadyError("the decoder's delay is not constant")
                        delay = k * size - position
                elif delay is None or k < 0:
                    raise UnsteadyError("a frame cannot be placed")
                else:
                    position = k * size - delay
                if warm:
                    stretch.add(position, mono(frame))
                position += frame.samples
    return Track(stretches, position, packets.rate, mono.mixed)


def _part(
    reading: Reading, incoming: "Iterator[tuple[int, Any]]", first: int, last: int, run_up: int
) -> Iterator[tuple[AudioFrame, bool]]:
    """Decode packets first..last; yields (frame, past the run-up)."""
    for k, packet in incoming:
        if k < first:
            continue
        warm = not first or k >= first + run_up // 2
        errors = reading.errors
        frames = reading.decode(packet)
        if warm and reading.errors > errors:
            raise UnsteadyError("a packet did not decode")
        if k >= last:
            frames += reading.decode(None)
        for frame in frames:
            yield frame, warm
        if k >= last:
            return

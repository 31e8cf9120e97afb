"""Samples of an audio track by position, mono at the track's own rate.

Positions count the samples of a full decode: the decoder trims what the codec pads at the start and
end, and gaps in time stamps are not filled. `decode_all` decodes the track and keeps the segments
asked for; `decode_segments` decodes only these, each after a pre-roll that settles the decoder, and
raises IrregularPacketsError for a track that does not allow it.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from av.audio.frame import AudioFrame

from stages.base.errors import TrailerError
from stages.trailers.media.container import (
    NO_PTS,
    StreamDecoder,
    open_media,
    undecodable_reason,
)
from stages.trailers.media.mixing import Downmixer, Samples
from stages.trailers.media.resampling import to_constant_rate
from stages.trailers.media.sound_track import choose_audio_stream

PREROLL_SECONDS = 1.0  # more than any codec's memory: MP3's bit reservoir, Opus' 80 ms, SBR
DELAY_PACKETS = 4  # packets after which a decoder's delay is known


class IrregularPacketsError(Exception):
    """Packets do not map to sample positions; only a full decode gives these."""


@dataclass
class Segment:
    """Samples of a part of a track, collected while it is decoded."""

    start: int
    """Position of its first sample."""
    stop: int | None
    """Position after its last sample; None for the end of the track."""
    keep: int | None = None
    """Hold only about the last `keep` samples; None for all."""
    chunks: list[Samples] = field(default_factory=list)
    """The samples so far."""
    begin: int = 0
    """Position of the first sample held."""
    size: int = 0
    """Number of samples held."""

    def add(self, position: int, samples: Samples) -> None:
        """Add what belongs to the segment of decoded samples that begin at `position`."""
        end = position + len(samples)
        first, last = max(self.start, position), end if self.stop is None else min(self.stop, end)
        if first >= last:
            return
        if not self.chunks:
            self.begin = first
        elif first != self.begin + self.size:
            raise IrregularPacketsError("samples are not consecutive")
        self.chunks.append(samples[first - position : last - position])
        self.size += last - first
        while self.keep is not None and self.size - len(self.chunks[0]) >= self.keep:
            self.begin += len(self.chunks[0])
            self.size -= len(self.chunks.pop(0))

    def cut(self, start: int, stop: int) -> Samples | None:
        """Samples [start, stop), None if not all of them are held."""
        if start < self.begin or stop > self.begin + self.size or not self.chunks:
            return None
        return np.concatenate(self.chunks)[start - self.begin : stop - self.begin]


Plan = Callable[[int], list[Segment]]  # given the sample rate


@dataclass(frozen=True)
class Track:
    """The decoded segments of an audio track."""

    segments: list[Segment]
    """Those asked for."""
    length: int
    """Samples in the track, as far as it was decoded."""
    rate: int
    """Hz."""
    mixed: bool
    """Whether it has more than two channels, whose mix may exceed full scale."""

    def cut(self, start: int, stop: int) -> Samples | None:
        """Samples [start, stop), None if no segment holds them."""
        cuts = (segment.cut(start, stop) for segment in self.segments)
        return next((samples for samples in cuts if samples is not None), None)


@dataclass(frozen=True)
class AudioPackets:
    """The packets of an audio track."""

    index: int
    """The track's index among the file's streams."""
    pts: np.ndarray[Any, np.dtype[np.int64]]
    """(n_packets,) time stamps; NO_PTS where missing."""
    rate: int
    """Hz."""
    samples_per_packet: int
    """If all packets hold the same number, else 0."""
    seconds: float
    """Duration of the track."""


def read_audio_packets(path: Path) -> AudioPackets:
    """Scan the packets of the audio track; raises TrailerError no_audio, unreadable, ..."""
    with open_media(path) as container:
        stream = choose_audio_stream(path, container)
        index = stream.index
        decoder = StreamDecoder(container, stream)
        pts = np.array([NO_PTS if p.pts is None else p.pts for p in decoder.packets()], np.int64)
        tick, rate = float(stream.time_base or 1), stream.codec_context.sample_rate
        claimed = (container.duration or 0) / 1e6
    if len(pts) < 2 or (pts == NO_PTS).any() or rate <= 0:
        return AudioPackets(index, pts, rate, 0, claimed)
    times = (pts - pts[0]) * tick * rate  # in samples
    size = round(float(times[-1]) / (len(pts) - 1))
    drift = np.abs(times - size * np.arange(len(pts))).max()
    steady = bool((np.diff(pts) > 0).all()) and drift <= tick * rate + 1 and not decoder.truncated
    seconds = (float(times[-1]) + max(size, 0)) / rate
    return AudioPackets(index, pts, rate, size if steady else 0, seconds)


def decode_all(path: Path, plan: Plan, index: int) -> Track:
    """Decode the whole stream with this index, keeping the segments of `plan(rate)`."""
    position, rate, to_mono = 0, 0, Downmixer()
    segments: list[Segment] = []
    with open_media(path) as container:
        decoder = StreamDecoder(container, container.streams[index])
        for rate, samples in to_constant_rate(decoder.frames(), to_mono):  # positions need one rate
            segments = segments or plan(rate)
            for segment in segments:
                segment.add(position, samples)
            position += len(samples)
            if len(segments) == 1 and position >= (segments[0].stop or math.inf):
                break  # nobody needs the length of the track
    if not position:
        raise TrailerError(
            "truncated" if decoder.truncated else undecodable_reason(path), "no sound decodes"
        )
    return Track(segments, position, rate, to_mono.mixed)


def decode_segments(path: Path, plan: Plan, packets: AudioPackets) -> Track:
    """Decode only the segments of `plan(rate)`, the first of which starts at 0."""
    segments, size = plan(packets.rate), packets.samples_per_packet
    preroll = math.ceil(PREROLL_SECONDS * packets.rate / size)
    packet_at = {int(pts): k for k, pts in enumerate(packets.pts)}
    position, delay, to_mono = 0, None, Downmixer()
    with open_media(path) as container:
        stream: Any = container.streams[packets.index]
        decoder = StreamDecoder(container, stream)
        incoming = enumerate(decoder.packets())
        for segment in segments:
            first = (
                0 if not segment.start else max(segment.start // size - preroll - DELAY_PACKETS, 0)
            )
            last = len(packets.pts) - 1
            if segment.stop is not None:
                last = min(last, segment.stop // size + DELAY_PACKETS)
            if first:
                stream.codec_context.flush_buffers()
            for frame, settled in _decode_packets(decoder, incoming, first, last, preroll):
                k = packet_at.get(NO_PTS if frame.pts is None else frame.pts, -1)
                if frame.sample_rate != packets.rate:
                    raise IrregularPacketsError("the sample rate changed")
                if not first:  # from the beginning: count samples, and measure the decoder's delay
                    if k >= DELAY_PACKETS:
                        if delay not in (None, k * size - position):
                            raise IrregularPacketsError("the decoder's delay is not constant")
                        delay = k * size - position
                elif delay is None or k < 0:
                    raise IrregularPacketsError("a frame cannot be placed")
                else:
                    position = k * size - delay
                if settled:
                    segment.add(position, to_mono(frame))
                position += frame.samples
    return Track(segments, position, packets.rate, to_mono.mixed)


def _decode_packets(
    decoder: StreamDecoder,
    incoming: "Iterator[tuple[int, Any]]",
    first: int,
    last: int,
    preroll: int,
) -> Iterator[tuple[AudioFrame, bool]]:
    """Decode packets first..last; yields (frame, whether the decoder has settled)."""
    for k, packet in incoming:
        if k < first:
            continue
        settled = not first or k >= first + preroll // 2
        errors = decoder.n_errors
        frames = decoder.decode(packet)
        if settled and decoder.n_errors > errors:
            raise IrregularPacketsError("a packet did not decode")
        if k >= last:
            frames += decoder.decode(None)
        for frame in frames:
            yield frame, settled
        if k >= last:
            return

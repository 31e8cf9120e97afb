"""The table of a picture track: which packets hold its pictures, and in which order they show.

One pass over the packets, decoding nothing. Frame numbers everywhere are positions in
presentation order, counted from 0, of the pictures that a full decode would show.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from av.packet import Packet

from stages.base.errors import TrailerError
from stages.trailers.media import h264
from stages.trailers.media.container import Reading, open_media, video_stream
from stages.trailers.media.cropping import Cropping, cropping

LENGTHS = {"h264": 4, "hevc": 21}  # where their headers say how units are told apart
Integers = np.ndarray[Any, np.dtype[np.int64]]
NO_TIME = -(1 << 62)


@dataclass(frozen=True)
class Timeline:
    """Packets in file order, pictures in presentation order.

    pts: (packets,) time stamp in ticks. key: (packets,) bool, a place where decoding can start.
    packet_of: (pictures,) packet that holds each picture. number_of: (packets,) the inverse, -1
    where a packet shows nothing. tick: seconds. trusted: the table can stand for a full decode.
    closed: no start leans on pictures before it, so a decoder may be strict about errors.
    damaged: packets that are damaged in a way that shows without decoding them.
    sample_aspect: width of a pixel over its height, at the beginning; aspect_holds: throughout,
    since the container says another than the stream, as players take it.
    cropping: what the container cuts away from the pictures.
    """

    pts: Integers
    key: np.ndarray[Any, np.dtype[np.bool_]]
    packet_of: Integers
    number_of: Integers
    tick: float
    rate: float
    codec: str
    sample_aspect: float
    aspect_holds: bool
    cropping: Cropping
    trusted: bool
    closed: bool
    cut_short: bool
    damaged: int
    promised: int  # pictures the container says it shows, 0 if it does not say
    claimed_seconds: float  # length the container claims, 0 if it does not say

    @property
    def count(self) -> int:
        return len(self.packet_of)

    def key_numbers(self) -> Integers:
        """Frame numbers of the key frames, ascending."""
        return np.sort(self.number_of[self.key & (self.number_of >= 0)])

    def aspect_of(self, told: Fraction | None) -> float:
        """Sample aspect of a picture; told: what the stream says where the picture is."""
        return self.sample_aspect if self.aspect_holds or not told else _sane_aspect(told)

    def without(self, numbers: Sequence[int]) -> "Timeline":
        """The same where these pictures do not show."""
        packet_of = np.delete(self.packet_of, numbers)
        return replace(self, packet_of=packet_of, number_of=_inverse(packet_of, len(self.pts)))

    def seconds(self) -> "np.ndarray[Any, np.dtype[np.float64]] | None":
        """Time of each picture since the first, None where the file does not tell it."""
        times = self.pts[self.packet_of]
        return (
            None
            if not len(times) or (times == NO_TIME).any()
            else (times - times[0]) * np.float64(self.tick)
        )


def read_timeline(path: Path) -> Timeline:
    """Read the packets of the picture track; raises TrailerError no_video, unreadable, ..."""
    with open_media(path) as container:
        stream = video_stream(container)
        if stream is None:
            raise TrailerError("no_video", "no picture track that can be decoded")
        codec = stream.codec_context.codec.canonical_name
        length_size = 0
        if codec in LENGTHS:
            length_size = h264.length_bytes(stream.codec_context.extradata, LENGTHS[codec])
        reading = Reading(container, stream)
        pts: list[int] = []
        flags: list[tuple[bool, bool]] = []
        closed = True
        damaged = discarded = 0
        for packet in reading.packets():
            pts.append(NO_TIME if packet.pts is None else packet.pts)
            key, data = packet.is_keyframe, bytes(packet)
            if key and codec == "h264":
                kind = h264.start_kind(data, length_size)
                key, closed = kind > 0, closed and kind != h264.SEI
            flags.append((key, _shows(packet, data, codec)))
            discarded += packet.is_discard
            damaged += packet.is_corrupt or _torn(data, codec, length_size)
        claimed = (stream.duration or 0) * float(stream.time_base or 0)
        claimed = claimed or (container.duration or 0) / 1e6
        promised, aspect = max(stream.frames - discarded, 0), stream.sample_aspect_ratio
        place = container.streams.video.index(stream)
        own_aspect = stream.codec_context.sample_aspect_ratio
        tick, rate = float(stream.time_base or 1), float(stream.average_rate or 25)
    times = np.array(pts, dtype=np.int64)
    starts, shown = np.array(flags, dtype=bool).reshape(-1, 2).T
    packet_of = np.flatnonzero(shown)
    packet_of = packet_of[np.argsort(times[packet_of], kind="stable")]
    in_order = times[packet_of]
    told = len(in_order) > 0 and in_order[0] != NO_TIME
    return Timeline(
        pts=times,
        key=starts,
        packet_of=packet_of,
        number_of=_inverse(packet_of, len(times)),
        tick=tick,
        rate=rate if rate > 0 else 25.0,
        codec=codec,
        sample_aspect=_sane_aspect(aspect),
        cropping=cropping(path, place),
        aspect_holds=_sane_aspect(aspect) != _sane_aspect(own_aspect),
        trusted=told
        and bool((np.diff(in_order) > 0).all())
        and not damaged
        and not reading.cut_short,
        closed=closed,
        cut_short=reading.cut_short,
        damaged=damaged,
        promised=promised,
        claimed_seconds=claimed,
    )


def _inverse(packet_of: Integers, packets: int) -> Integers:
    number_of = np.full(packets, -1, dtype=np.int64)
    number_of[packet_of] = np.arange(len(packet_of))
    return number_of


def _shows(packet: "Packet[Any]", data: bytes, codec: str) -> bool:
    """False for packets an edit list cuts away, and for VP8's hidden reference pictures."""
    if packet.is_discard:
        return False
    return codec != "vp8" or bool(data[0] & 0x10)  # show_frame, RFC 6386 9.1


def _torn(data: bytes, codec: str, length_size: int) -> bool:
    """Whether a packet does not even begin as its codec says; what follows needs a decoder."""
    if length_size:
        return h264.torn(data, length_size)
    if codec == "vp9":
        return data[0] >> 6 != 2  # frame_marker
    if codec == "av1":
        return bool(data[0] & 0x81) or not data[0] & 0x78  # obu_header, an obu_type of 0
    return False


def _sane_aspect(aspect: Fraction | None) -> float:
    value = float(aspect) if aspect else 1.0
    return value if 1 / 16 <= value <= 16 else 1.0

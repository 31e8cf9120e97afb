"""The timeline of a video stream: which packet holds which frame, and when each is presented.

One scan of the packets, decoding nothing. Frame numbers everywhere are positions in presentation
order, from 0, among the frames of a full decode.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from stages.base.errors import TrailerError
from stages.trailers.media import h264, hevc
from stages.trailers.media.container import NO_PTS, StreamDecoder, open_media, video_stream
from stages.trailers.media.cropping import Cropping, read_cropping

NAL_LENGTH_OFFSETS = {"h264": 4, "hevc": 21}  # of the byte in the header that states the size
Integers = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Timeline:
    """Packets in file order and frames in presentation order."""

    pts: Integers
    """(n_packets,) presentation time stamps, in units of `time_base`; NO_PTS where missing."""
    is_key: np.ndarray[Any, np.dtype[np.bool_]]
    """(n_packets,) bool: whether decoding can start here."""
    is_reference: np.ndarray[Any, np.dtype[np.bool_]]
    """(n_packets,) bool: False where it is certain that no other picture is decoded from it."""
    packet_of_frame: Integers
    """(n_frames,) the packet that holds each frame."""
    frame_of_packet: Integers
    """(n_packets,) the inverse; -1 where a packet displays nothing."""
    time_base: float
    """Seconds."""
    rate: float
    """Average frame rate, Hz."""
    codec: str
    """FFmpeg's name of it."""
    sample_aspect: float
    """Width of a pixel over its height, at the beginning."""
    constant_aspect: bool
    """Whether it holds throughout: as in players, a container's value overrides the stream's."""
    cropping: Cropping
    """What the container crops from every frame."""
    trusted: bool
    """Whether seeking by this timeline can replace a full decode."""
    closed_gops: bool
    """No key frame depends on frames before it, so the decoder may be strict about errors."""
    truncated: bool
    """Whether the container broke off."""
    n_damaged: int
    """Packets whose damage shows without decoding them."""
    declared_frames: int
    """Frames that the container says it shows; 0 if it does not say."""
    declared_seconds: float
    """Duration that the container states; 0 if it does not say."""

    @property
    def n_frames(self) -> int:
        return len(self.packet_of_frame)

    def key_frame_numbers(self) -> Integers:
        """Frame numbers of the key frames, ascending."""
        return np.sort(self.frame_of_packet[self.is_key & (self.frame_of_packet >= 0)])

    def aspect_of(self, stated: Fraction | None) -> float:
        """Sample aspect of a frame; stated: what the stream states at that frame."""
        if self.constant_aspect or not stated:
            return self.sample_aspect
        return _plausible_aspect(stated)

    def drop_frames(self, numbers: Sequence[int]) -> "Timeline":
        """The same timeline without these frames."""
        packet_of_frame = np.delete(self.packet_of_frame, numbers)
        frame_of_packet = _inverse(packet_of_frame, len(self.pts))
        return replace(self, packet_of_frame=packet_of_frame, frame_of_packet=frame_of_packet)

    def seconds(self) -> "np.ndarray[Any, np.dtype[np.float64]] | None":
        """(n_frames,) time of each frame since the first, None if a time stamp is missing."""
        times = self.pts[self.packet_of_frame]
        return (
            None
            if not len(times) or (times == NO_PTS).any()
            else (times - times[0]) * np.float64(self.time_base)
        )


def read_timeline(path: Path) -> Timeline:
    """Scan the packets of the video stream; raises TrailerError no_video, unreadable, ..."""
    with open_media(path) as container:
        stream = video_stream(container)
        if stream is None:
            raise TrailerError("no_video", "no picture track that can be decoded")
        codec = stream.codec_context.codec.canonical_name
        length_size = 0
        if codec in NAL_LENGTH_OFFSETS:
            header = stream.codec_context.extradata
            length_size = h264.nal_length_size(header, NAL_LENGTH_OFFSETS[codec])
        decoder = StreamDecoder(container, stream)
        pts: list[int] = []
        flags: list[tuple[bool, bool]] = []
        layers: list[tuple[int, bool]] = []
        closed_gops = True
        damaged = discarded = 0
        malformed = _malformed_test(codec, length_size)
        for packet in decoder.packets():
            time, key, discard = packet.pts, packet.is_keyframe, packet.is_discard
            data = bytes(packet)
            pts.append(NO_PTS if time is None else time)
            if key and codec == "h264":
                kind = h264.key_frame_kind(data, length_size)
                key, closed_gops = kind > 0, closed_gops and kind != h264.SEI
            if codec == "hevc" and length_size:
                layers.append(hevc.layer_of(data, length_size))
            # neither what an edit list removes is shown nor VP8's hidden references: show_frame,
            # RFC 6386 9.1
            flags.append((key, not discard and (codec != "vp8" or bool(data[0] & 0x10))))
            discarded += discard
            damaged += packet.is_corrupt or malformed(data)
        declared = (stream.duration or 0) * float(stream.time_base or 0)
        declared = declared or (container.duration or 0) / 1e6
        declared_frames, aspect = max(stream.frames - discarded, 0), stream.sample_aspect_ratio
        track = container.streams.video.index(stream)
        own_aspect = stream.codec_context.sample_aspect_ratio
        time_base, rate = float(stream.time_base or 1), float(stream.average_rate or 25)
    times = np.array(pts, dtype=np.int64)
    is_key, displayed = np.array(flags, dtype=bool).reshape(-1, 2).T
    packet_of_frame = np.flatnonzero(displayed)
    packet_of_frame = packet_of_frame[np.argsort(times[packet_of_frame], kind="stable")]
    in_order = times[packet_of_frame]
    has_pts = len(in_order) > 0 and in_order[0] != NO_PTS
    return Timeline(
        pts=times,
        is_key=is_key,
        is_reference=hevc.references(layers) if layers else np.ones(len(times), bool),
        packet_of_frame=packet_of_frame,
        frame_of_packet=_inverse(packet_of_frame, len(times)),
        time_base=time_base,
        rate=rate if rate > 0 else 25.0,
        codec=codec,
        sample_aspect=_plausible_aspect(aspect),
        cropping=read_cropping(path, track),
        constant_aspect=_plausible_aspect(aspect) != _plausible_aspect(own_aspect),
        trusted=has_pts
        and bool((np.diff(in_order) > 0).all())
        and not damaged
        and not decoder.truncated,
        closed_gops=closed_gops,
        truncated=decoder.truncated,
        n_damaged=damaged,
        declared_frames=declared_frames,
        declared_seconds=declared,
    )


def _inverse(packet_of_frame: Integers, n_packets: int) -> Integers:
    frame_of_packet = np.full(n_packets, -1, dtype=np.int64)
    frame_of_packet[packet_of_frame] = np.arange(len(packet_of_frame))
    return frame_of_packet


def _malformed_test(codec: str, length_size: int) -> Callable[[bytes], bool]:
    """Tells whether a packet's start is invalid for its codec; the rest is for the decoder."""
    if length_size:
        return lambda data: h264.is_malformed(data, length_size)
    if codec == "vp9":
        return lambda data: data[0] >> 6 != 2  # frame_marker
    if codec == "av1":
        return lambda data: bool(data[0] & 0x81) or not data[0] & 0x78  # obu_header, obu_type 0
    return lambda data: False


def _plausible_aspect(aspect: Fraction | None) -> float:
    value = float(aspect) if aspect else 1.0
    return value if 1 / 16 <= value <= 16 else 1.0

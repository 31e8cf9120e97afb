"""Opening a media file safely, and reading its packets and frames without ever hanging.

A file may lie: a playlist named `.mp4` may point at other files or at the network, a header may
claim days of video, a packet may be broken. So only plain media containers are opened, nothing but
the file itself is read, broken packets are counted and skipped, and no read waits for ever. What
all of it may take of memory and time is for the process around this one to see to
(`stages.base.parallel.within_bounds`).
"""

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
from av.codec.context import Flags
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard, Disposition, Stream
from av.video.stream import VideoStream

from stages.base.errors import TrailerError
from stages.trailers.media.limits import (
    MAX_PACKETS,
    MAX_PIXELS,
    PIXELS_TO_READ_OF,
    check_frame,
    check_stream,
)
from stages.trailers.media.structure import diagnose

NO_PTS = -(1 << 62)  # stands for a missing time stamp
# containers that hold their own media: no playlists, image sequences, devices or scripts
FORMATS = (
    "aac,ac3,aiff,amr,amrnb,amrwb,asf,avi,caf,dts,dv,eac3,flac,flv,gif,gxf,h263,h264,hevc,ivf,"
    "live_flv,m4v,matroska,webm,mjpeg,mov,mp4,mp3,mpeg,mpegts,mpegvideo,mxf,nut,obu,ogg,rm,swf,"
    "tta,truehd,vc1,w64,wav,wtv,wv"
)
READ_TIMEOUT_SECONDS = 20.0  # one read or one header
IMAGE_SIGNATURES = (  # by how their files begin
    ("JPEG", lambda head: head.startswith(b"\xff\xd8\xff")),
    ("PNG", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    ("WebP", lambda head: head.startswith(b"RIFF") and head[8:] == b"WEBP"),
    ("TIFF", lambda head: head.startswith((b"II*\0", b"MM\0*"))),
    ("BMP", lambda head: head.startswith(b"BM")),
)
MAX_UNDECODABLE_PACKETS = 300  # packets to try before a track counts as undecodable


@contextmanager
def open_media(path: Path) -> Iterator[InputContainer]:
    """Open a media file for reading; raises TrailerError unreadable, encrypted, truncated or
    timeout."""
    if not path.is_file():  # a pipe or a device would wait for ever
        raise TrailerError("unreadable", "not a regular file")
    if path.stat().st_size == 0:
        raise TrailerError("unreadable", "the file is empty")
    try:
        container = av.open(
            f"file:{path.resolve()}",
            mode="r",
            options={"max_pixels": str(PIXELS_TO_READ_OF)},
            container_options={"protocol_whitelist": "file", "format_whitelist": FORMATS},
            metadata_errors="replace",
            timeout=(READ_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS),
        )
    except av.error.ExitError as error:
        raise TrailerError("timeout", "the header could not be read in time") from error
    except (av.error.FFmpegError, ValueError) as error:
        reason = undecodable_reason(path)
        detail = "the file ends too early" if reason == "truncated" else _message(path, error)
        raise TrailerError(reason, detail) from error
    try:
        yield container
    finally:
        container.close()


def video_stream(container: InputContainer) -> VideoStream | None:
    """The video stream: the best one FFmpeg has a decoder for; cover art never counts.

    A stream of a single frame, such as a poster, is taken only if no other has more.
    """
    streams = [s for s in container.streams.video if is_decodable(s)]
    if len(streams) > 1:
        path = Path(container.name.removeprefix("file:"))
        moving = _multi_frame_streams(path, [s.index for s in streams])
        streams = [s for s in streams if s.index in moving] or streams
    best = container.streams.best("video")
    return next((s for s in streams if s is best), streams[0] if streams else None)


def is_decodable(stream: Stream) -> bool:
    """Whether FFmpeg has a decoder for it and it is not cover art."""
    cover = stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails)
    return stream.codec_context is not None and not cover


def select_stream(container: InputContainer, stream: Stream) -> None:
    """Let the demuxer drop every other stream, and decode this one with one thread."""
    for other in container.streams:
        other.discard = Discard.default if other is stream else Discard.all
    stream.codec_context.thread_count = 1  # the workers are the parallelism


class StreamDecoder:
    """Demuxes and decodes one stream in file order, and counts what went wrong."""

    def __init__(self, container: InputContainer, stream: Any, strict: bool = False) -> None:
        select_stream(container, stream)
        options = {}
        if stream.type == "video":
            options["max_pixels"] = str(MAX_PIXELS)
            # else only a multiple of 64 pixels is cut away at the left
            stream.codec_context.flags |= Flags.unaligned
        stream.codec_context.options = options | ({"err_detect": "explode"} if strict else {})
        check_stream(stream)
        self.container, self.stream = container, stream
        self.n_errors = 0
        """Packets the decoder refused; if `strict`, also those it could only conceal."""
        self.truncated = False
        """Whether the container itself broke off."""
        self.sample_aspects: dict[int | None, Fraction | None] = {}
        """Sample aspect ratio of each frame by its pts, as the stream states it."""

    def packets(self) -> "Iterator[Packet[Any]]":
        """Yield the packets that carry data; raises TrailerError timeout where a read stalls, and
        too_heavy behind MAX_PACKETS of them, the empty ones counted."""
        packets = self.container.demux(self.stream)
        for _ in range(MAX_PACKETS + 2):  # behind the last comes an empty one, then the end
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.error.ExitError as error:
                raise TrailerError("timeout", "a read stalled") from error
            except (av.error.FFmpegError, ValueError):
                self.truncated = True
                return
            if packet.size:  # an empty packet would tell the decoder that the track has ended
                yield packet
        raise TrailerError("too_heavy", f"more than {MAX_PACKETS:,} packets in one track")

    def decode(self, packet: "Packet[Any] | None") -> list[Any]:
        """Frames that come out when this packet goes in; None flushes the decoder."""
        if packet is not None and packet.has_sidedata("encryption_info"):
            self.n_errors += 1  # some decoders produce frames even from this
            return []
        context = self.stream.codec_context
        try:
            frames = context.decode(packet)
            if packet is not None and context.type == "video":
                self.sample_aspects[packet.pts] = context.sample_aspect_ratio
            for frame in frames:
                check_frame(frame)
            return frames
        except av.error.EOFError:
            return []
        except av.error.FFmpegError:
            self.n_errors += 1
            return []

    def first_frame(self) -> Any:
        """The first frame, None if the first MAX_UNDECODABLE_PACKETS packets give none."""
        for number, packet in enumerate(self.packets()):
            frames = self.decode(packet)
            if frames:
                return frames[0]
            if number > MAX_UNDECODABLE_PACKETS:
                return None
        return next(iter(self.decode(None)), None)

    def frames(self) -> Iterator[Any]:
        """Every frame of the stream, in the order of a full decode."""
        for packet in self.packets():
            yield from self.decode(packet)
        yield from self.decode(None)


def undecodable_reason(path: Path) -> str:
    """Why nothing in a file decodes: "encrypted" or "truncated" if its structure says so, else
    "unreadable"."""
    return diagnose(path) or "unreadable"


def _multi_frame_streams(path: Path, indices: Sequence[int]) -> set[int]:
    """Which of these streams have more than one frame; the file is read until all have."""
    seen = dict.fromkeys(indices, 0)
    with open_media(path) as container, suppress(av.error.FFmpegError):
        packets = container.demux([container.streams[index] for index in indices])
        for packet in islice(packets, MAX_PACKETS):
            seen[packet.stream_index] += packet.size > 0
            if min(seen.values()) > 1:
                break
    return {index for index, count in seen.items() if count > 1}


def _message(path: Path, error: Exception) -> str:
    if getattr(error, "errno", None) == errno.EINVAL:  # a format that is not in FORMATS
        with path.open("rb") as file:
            head = file.read(12)
        kind = next((name for name, begins in IMAGE_SIGNATURES if begins(head)), "")
        return f"a picture ({kind}), not a video" if kind else "no video or sound of a known kind"
    return str(getattr(error, "strerror", None) or error)

"""What a media file holds, found by decoding its first frames rather than by its header."""

from dataclasses import dataclass
from pathlib import Path

from stages.base.errors import TrailerError
from stages.trailers.media.container import (
    StreamDecoder,
    open_media,
    undecodable_reason,
    video_stream,
)
from stages.trailers.media.limits import check_tables
from stages.trailers.media.picture import rotation_of
from stages.trailers.media.sound_track import audio_streams, first_frame

TOLERANCE = 0.05  # relative error allowed in a container's duration, or a second


@dataclass(frozen=True)
class Probe:
    """What a media file holds."""

    duration: float | None = None
    """Seconds; None if neither the container nor its packets say."""
    video_codec: str | None = None
    """None if there is no video stream or none of it decodes."""
    width: int = 0
    """Stored pixels, before rotation and sample aspect ratio."""
    height: int = 0
    """Stored pixels, before rotation and sample aspect ratio."""
    rotation: int = 0
    """Degrees clockwise that turn the stored frame upright: 0, 90, 180 or 270."""
    sample_aspect: float = 1.0
    """Width of a pixel over its height."""
    fps: float | None = None
    """Average frame rate; None if unknown."""
    audio_codec: str | None = None
    """None if there is no audio stream or none of it decodes."""
    sample_rate: int = 0
    """Hz."""
    channels: int = 0
    """Number of audio channels."""


def probe(path: Path) -> Probe:
    """Probe a file.

    Raises TrailerError no_video, unreadable, encrypted, truncated, timeout, or too_heavy for what
    no trailer has.
    """
    check_tables(path)
    facts: dict[str, object] = {}
    decodable = []
    with open_media(path) as container:
        found = [*container.streams.video, *container.streams.audio]
        codecs = [
            (stream.index, stream.codec_context.codec.canonical_name)
            for stream in audio_streams(container)
        ]
        claimed = container.duration / 1e6 if container.duration else None
        video = video_stream(container)
        if video is not None:
            frame = StreamDecoder(container, video).first_frame()
            if frame is not None:
                decodable.append(video.index)
                facts |= {
                    "video_codec": video.codec_context.codec.canonical_name,
                    "width": frame.width,
                    "height": frame.height,
                    "rotation": rotation_of(frame),
                    "sample_aspect": float(video.sample_aspect_ratio or 1),
                    "fps": float(video.average_rate) if video.average_rate else None,
                }
    for index, codec in codecs:
        frame = first_frame(path, index)  # opened again: the search for a frame has moved on
        if frame is not None:
            decodable.append(index)
            facts |= {
                "audio_codec": codec,
                "sample_rate": frame.sample_rate,
                "channels": frame.layout.nb_channels,
            }
            break
    if "video_codec" not in facts and "audio_codec" not in facts:
        reason = undecodable_reason(path)
        if not found and reason == "unreadable":
            raise TrailerError("no_video", "neither picture nor sound in it")
        raise TrailerError(reason, "nothing in it decodes")
    facts["duration"] = _choose_duration(claimed, max(_seconds(path, index) for index in decodable))
    return Probe(**facts)  # type: ignore[arg-type]


def _seconds(path: Path, index: int) -> float:
    """From the first packet of a stream to the end of the last; 0 if they have no time stamps."""
    with open_media(path) as container:
        decoder = StreamDecoder(container, container.streams[index])
        shown = (packet for packet in decoder.packets() if not packet.is_discard)
        times = [packet.pts for packet in shown if packet.pts is not None]
        tick = float(decoder.stream.time_base or 0)
    return (max(times) - min(times)) * tick * len(times) / (len(times) - 1) if times[1:] else 0.0


def _choose_duration(claimed: float | None, measured: float) -> float | None:
    """The seconds that the container declares, unless its packets say otherwise."""
    if not measured or (claimed and abs(claimed - measured) <= max(1.0, TOLERANCE * measured)):
        return claimed
    return measured

"""What a media file holds, told by decoding the first picture and sound rather than by its word."""

from dataclasses import dataclass
from pathlib import Path

from stages.base.errors import TrailerError
from stages.trailers.media.container import Reading, open_media, undecodable_reason, video_stream
from stages.trailers.media.picture import rotation_of
from stages.trailers.media.sound_track import audio_streams, first_frame

TOLERANCE = 0.05  # share of its length by which a container may be off, or a second


@dataclass(frozen=True)
class Probe:
    """Codecs are None where there is no such track or nothing of it decodes.

    duration: seconds, None if neither the container nor its packets tell.
    width, height: stored pixels, before rotation and sample aspect ratio.
    rotation: degrees clockwise to turn the stored picture upright: 0, 90, 180 or 270.
    sample_aspect: width of a pixel over its height. fps: average rate, None if unknown.
    """

    duration: float | None = None
    video_codec: str | None = None
    width: int = 0
    height: int = 0
    rotation: int = 0
    sample_aspect: float = 1.0
    fps: float | None = None
    audio_codec: str | None = None
    sample_rate: int = 0
    channels: int = 0


def probe(path: Path) -> Probe:
    """Look into a file; raises TrailerError no_video, unreadable, encrypted, truncated, timeout."""
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
            frame = Reading(container, video).first()
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
        frame = first_frame(path, index)  # afresh: the search for a picture has moved on
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
    facts["duration"] = _believed(claimed, max(_seconds(path, index) for index in decodable))
    return Probe(**facts)  # type: ignore[arg-type]


def _seconds(path: Path, index: int) -> float:
    """From the first packet of a track to the end of the last, 0 where their times do not tell."""
    with open_media(path) as container:
        reading = Reading(container, container.streams[index])
        shown = (packet for packet in reading.packets() if not packet.is_discard)
        times = [packet.pts for packet in shown if packet.pts is not None]
        tick = float(reading.stream.time_base or 0)
    return (max(times) - min(times)) * tick * len(times) / (len(times) - 1) if times[1:] else 0.0


def _believed(claimed: float | None, measured: float) -> float | None:
    """Seconds the container claims, unless its packets tell of others."""
    if not measured or (claimed and abs(claimed - measured) <= max(1.0, TOLERANCE * measured)):
        return claimed
    return measured

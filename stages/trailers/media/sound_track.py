"""Which of a file's audio tracks is used: the one a player would choose, if it decodes."""

from pathlib import Path
from typing import Any

from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.stream import Disposition

from stages.base.errors import TrailerError
from stages.trailers.media.container import (
    StreamDecoder,
    is_decodable,
    open_media,
    undecodable_reason,
)

# tracks for a part of the audience, or to be played together with another
SECONDARY = (
    Disposition.comment
    | Disposition.karaoke
    | Disposition.hearing_impaired
    | Disposition.visual_impaired
    | Disposition.descriptions
    | Disposition.clean_effects
    | Disposition.non_diegetic
    | Disposition.dependent
)


def audio_streams(container: InputContainer) -> list[Any]:
    """The audio tracks that FFmpeg has a decoder for, in order of preference.

    The file's default track first, then the one FFmpeg finds best; commentary, audio description
    and the like come last.
    """
    best = container.streams.best("audio")
    return sorted(
        (stream for stream in container.streams.audio if is_decodable(stream)),
        key=lambda stream: (
            bool(stream.disposition & SECONDARY),
            not stream.disposition & Disposition.default,
            stream is not best,
        ),
    )


def choose_audio_stream(path: Path, container: InputContainer) -> Any:
    """The first of `audio_streams` that decodes, else the first.

    Raises TrailerError no_audio, or unreadable or encrypted if none has a decoder.
    """
    streams = audio_streams(container)
    if not streams:
        exists = bool(container.streams.audio)
        raise TrailerError(
            undecodable_reason(path) if exists else "no_audio",
            "its sound cannot be decoded" if exists else "no sound track",
        )
    if len(streams) == 1:
        return streams[0]
    return next((stream for stream in streams if first_frame(path, stream.index)), streams[0])


def first_frame(path: Path, index: int) -> AudioFrame | None:
    """The first frame of the stream with this index, None if none of it decodes."""
    with open_media(path) as container:
        frame: AudioFrame | None = StreamDecoder(container, container.streams[index]).first_frame()
        return frame

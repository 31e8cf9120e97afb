"""Which of a file's sound tracks is heard: the one that a player would choose, if it decodes."""

from pathlib import Path
from typing import Any

from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.stream import Disposition

from stages.base.errors import TrailerError
from stages.trailers.media.container import Reading, open_media, undecodable_reason, usable

# tracks that are made for some of the audience, or to be heard together with another
ASIDE = (
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
    """The sound tracks that FFmpeg has a decoder for, in the order of choice.

    Commentary, audio description and the like come last; before that the file's default goes first,
    then the one FFmpeg finds best.
    """
    best = container.streams.best("audio")
    return sorted(
        (stream for stream in container.streams.audio if usable(stream)),
        key=lambda stream: (
            bool(stream.disposition & ASIDE),
            not stream.disposition & Disposition.default,
            stream is not best,
        ),
    )


def audio_stream(path: Path, container: InputContainer) -> Any:
    """The first of these of which anything decodes, else the first.

    Raises TrailerError no_audio, or unreadable or encrypted where none has a decoder.
    """
    streams = audio_streams(container)
    if not streams:
        known = bool(container.streams.audio)
        raise TrailerError(
            undecodable_reason(path) if known else "no_audio",
            "its sound cannot be decoded" if known else "no sound track",
        )
    if len(streams) == 1:
        return streams[0]
    return next((stream for stream in streams if first_frame(path, stream.index)), streams[0])


def first_frame(path: Path, index: int) -> AudioFrame | None:
    """The first frame of the file's stream of that index, None if nothing of it decodes."""
    with open_media(path) as container:
        frame: AudioFrame | None = Reading(container, container.streams[index]).first()
        return frame

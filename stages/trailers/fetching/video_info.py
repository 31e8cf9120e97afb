"""What is known of a fetched video, and whether an entry of the store may say so."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
from pydantic import ConfigDict, Field, TypeAdapter

EVENTS = pa.schema(
    [
        ("trailer_id", pa.string()),
        ("film_id", pa.string()),
        ("modality", pa.string()),
        ("event", pa.int32()),
        ("start", pa.float64()),
        ("end", pa.float64()),
        ("cue", pa.string()),
        ("decoy", pa.bool_()),
    ]
)
Codec = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.\-]{0,64}\z")]  # FFmpeg's name of it
Pixels = Annotated[int, Field(ge=0, le=2**31 - 1)]


@dataclass(frozen=True)
class VideoInfo:
    """A fetched video."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}\z")]
    """Of the file; its key in the store."""
    bytes: Annotated[int, Field(ge=0, le=2**63 - 1)]
    """Size of the file."""
    duration: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None
    """Seconds, checked against the file's packets; None if unknown."""
    video_codec: Codec
    """"" if it has no picture."""
    audio_codec: Codec
    """"" if it has no sound."""
    width: Pixels
    """Stored pixels; 0 if it has no picture."""
    height: Pixels
    """Stored pixels; 0 if it has no picture."""
    events: tuple[Mapping[str, Any], ...]
    """The shots and sounds of a rendered sample."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)

    @classmethod
    def read(cls, path: Path) -> "VideoInfo":
        """Read an entry of the store. Raises ValueError for one that was not written as such."""
        info = _adapter().validate_json(path.read_bytes())
        _check_events(info.events)
        return info


@dataclass(frozen=True)
class VideoInfoCheck:
    """Raises ValueError for an entry that says nothing of this trailer's video."""

    trailer_id: str
    film_id: str

    def __call__(self, path: Path) -> None:
        for event in VideoInfo.read(path).events:
            if (event["trailer_id"], event["film_id"]) != (self.trailer_id, self.film_id):
                raise ValueError("an event is another trailer's")


@cache
def _adapter() -> TypeAdapter[VideoInfo]:
    return TypeAdapter(VideoInfo)


def _check_events(events: tuple[Mapping[str, Any], ...]) -> None:
    if any(event.keys() != set(EVENTS.names) for event in events):
        raise ValueError(f"an event has not {', '.join(EVENTS.names)}")
    table = pa.Table.from_pylist(list(events), EVENTS)
    for column in table.columns:
        if column.null_count:
            raise ValueError("an event lacks a value")
        if pa.types.is_floating(column.type) and not all(map(isfinite, column.to_pylist())):
            raise ValueError("an event's time is not finite")

"""What no trailer has: numbers beyond which a file is refused before anything is made of it.

They are wide: pictures of 8K, sound at four times a CD's rate, and as many packets as a film of
four hours has in 60 pictures a second.
"""

from pathlib import Path
from typing import Any

from av.audio.frame import AudioFrame

from stages.base.errors import TrailerError
from stages.trailers.media.tables import claimed

MAX_PIXELS = 8192 * 4320  # of a stored picture
PIXELS_TO_READ_OF = 4 * MAX_PIXELS  # beyond them FFmpeg forgets how large they were
MAX_SAMPLE_RATE = 192_000  # Hz
MAX_CHANNELS = 32
MAX_PACKETS = 1_000_000  # of one track; a table can promise billions of empty ones


def check_stream(stream: Any) -> None:
    """Raise TrailerError too_heavy for what a stream's header says of pictures or sound."""
    context = stream.codec_context
    if stream.type == "video" and context.width * context.height > MAX_PIXELS:
        found = f"pictures of {context.width} x {context.height} pixels"
        raise TrailerError("too_heavy", f"{found}, at most {MAX_PIXELS:,} are allowed")
    if stream.type == "audio":
        _check_sound(context.sample_rate or 0, context.layout.nb_channels)


def check_frame(frame: Any) -> None:
    """Raise TrailerError too_heavy for decoded sound that is not what its header says.

    Pictures are for FFmpeg's max_pixels, before it makes room for them.
    """
    if isinstance(frame, AudioFrame):
        _check_sound(frame.sample_rate, frame.layout.nb_channels)


def check_tables(path: Path) -> None:
    """Raise TrailerError too_heavy for an MP4 whose tables speak of more bytes than the file has.

    Short tables pass whatever they say: a file that breaks off still gives what is there.
    """
    if not path.is_file():
        return  # whoever opens it says so
    claim, size = claimed(path), path.stat().st_size
    if claim.samples > MAX_PACKETS and claim.bytes > size:
        found = f"tables of {claim.samples:,} samples, which take {claim.bytes:,} bytes"
        raise TrailerError("too_heavy", f"{found}; the file has {size:,}")


def _check_sound(rate: int, channels: int) -> None:
    if rate > MAX_SAMPLE_RATE:
        raise TrailerError("too_heavy", f"sound at {rate:,} Hz, at most {MAX_SAMPLE_RATE:,} Hz")
    if channels > MAX_CHANNELS:
        raise TrailerError("too_heavy", f"{channels} channels of sound, at most {MAX_CHANNELS}")

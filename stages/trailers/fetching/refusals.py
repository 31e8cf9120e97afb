"""Downloads that are refused before they start, or stopped while they run."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from yt_dlp.utils import DownloadCancelled

Check = Callable[..., None]
PROTOCOLS = [
    "http",
    "https",
    "m3u8",
    "m3u8_native",
    "http_dash_segments",
    "http_dash_segments_generator",
]


class Refused(DownloadCancelled):
    """A download was refused."""

    def __init__(self, reason: str = "", text: str = "") -> None:
        super().__init__(text)
        self.reason = reason
        """One of REASONS; "" if yt-dlp raised it again, as `type(error)()` after a filter."""


def check_info(job: dict[str, Any], info: dict[str, Any], *, incomplete: bool) -> None:
    """Refuse, by yt-dlp's metadata, what is not one video of allowed length and size."""
    if info.get("playlist_index") is not None or info.get("playlist_id") is not None:
        raise Refused("unsupported", "a playlist, not one video")
    if info.get("is_live") or info.get("live_status") in ("is_live", "is_upcoming"):
        raise Refused("unsupported", "a live stream, not a video")
    duration = info.get("duration")
    if isinstance(duration, int | float) and duration > job["max_seconds"]:
        raise Refused("too_long", f"{duration:.1f} s, at most {job['max_seconds']:g} s")
    if incomplete:
        return
    parts = info.get("requested_formats") or [info]
    size = sum(part.get("filesize") or 0 for part in parts)
    if size > job["max_bytes"]:
        raise Refused("too_large", f"{size} bytes, at most {job['max_bytes']} allowed")
    for part in parts:
        protocol = part.get("protocol") or urlsplit(part["url"]).scheme
        if protocol not in PROTOCOLS:
            raise Refused("unsupported", f"a stream over {protocol}")


def check_progress(job: dict[str, Any], received: dict[str, int], status: dict[str, Any]) -> None:
    """Stop when more bytes are announced, or have arrived, than are allowed."""
    received[status["filename"]] = status.get("downloaded_bytes") or 0
    size = max(sum(received.values()), status.get("total_bytes") or 0)
    if size > job["max_bytes"]:
        raise Refused("too_large", f"more than {job['max_bytes']} bytes")

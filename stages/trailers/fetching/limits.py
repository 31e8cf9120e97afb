"""The bounds every trailer must keep, wherever it comes from."""

from stages.base.errors import TrailerError
from stages.base.params import DownloadParams


def max_bytes(params: DownloadParams) -> int:
    """Largest file allowed, in bytes (a megabyte is 10^6)."""
    return int(params.max_megabytes * 1_000_000)


def check_size(size: int, params: DownloadParams) -> None:
    """Raise TrailerError("too_large") for a file of `size` bytes above the limit."""
    if size > max_bytes(params):
        raise TrailerError("too_large", f"{size} bytes, at most {max_bytes(params)} allowed")


def check_duration(seconds: float | None, params: DownloadParams) -> None:
    """Raise TrailerError("too_long") above the limit; an unknown duration passes."""
    if seconds is not None and seconds > params.max_minutes * 60:
        raise TrailerError("too_long", f"{seconds:.1f} s, at most {params.max_minutes * 60:g} s")

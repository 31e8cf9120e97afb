"""Errors that say what to do, and the complete list of reasons why a trailer can fail."""

import errno

from stages.base.redaction import redact

REASONS = (
    "ok",
    "no_trailer",  # the catalogue names none for this film
    "gone",  # removed, terminated account, HTTP 404 or 410
    "private",
    "geo_blocked",
    "age_restricted",
    "bot_check",
    "unsupported",  # a page without a video the downloader knows
    "forbidden",  # HTTP 401, 403, 451
    "http_error",  # any other HTTP status
    "network",  # no connection, reset, DNS, TLS
    "timeout",
    "too_heavy",  # more memory, or other numbers, than any one trailer may have
    "too_long",
    "too_large",
    "truncated",  # fewer bytes or frames than promised, and nothing usable
    "no_video",
    "no_audio",
    "black",  # every frame taken is black: no picture
    "silent",  # every window of sound taken is silent: no sound
    "unreadable",
    "encrypted",
    "too_short",  # fewer pictures than frames.min_pictures, less sound than audio.min_seconds
    "not_allowed",  # a file: URL outside the folder the user named
    "crashed",  # the worker process died on it
)

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)


class BenchmarkError(Exception):
    """Stops a stage: says what is wrong, where, what was found and expected, and what to do.

    Secrets in any of these are hidden.
    """

    def __init__(
        self, what: str, *, where: str = "", found: str = "", expected: str = "", do: str = ""
    ) -> None:
        parts = [f"{where}: {what}" if where else what]
        parts += [f"found: {found}"] if found else []
        parts += [f"expected: {expected}"] if expected else []
        parts += [f"what to do: {do}"] if do else []
        super().__init__(redact("\n  ".join(parts)))


class TrailerError(BenchmarkError):
    """One trailer failed, and the run continues; `reason` is one of REASONS."""

    def __init__(self, reason: str, detail: str = "") -> None:
        if reason not in REASONS:
            raise ValueError(f"{reason!r} is not one of {REASONS}")
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = redact(detail)

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (
            self.reason,
            self.detail,
        )  # so that it pickles, on its way from a worker


def from_os_error(error: OSError) -> BenchmarkError | None:
    """The error to show for a full disk or a refused access; None for others, which are bugs."""
    again = "and run the same command again"
    if error.errno in DISK_FULL:
        return BenchmarkError("the disk is full", do=f"free some space {again}")
    if error.errno in NOT_ALLOWED:
        return BenchmarkError(
            "may not be read or written",
            where=str(error.filename or ""),
            found=error.strerror or str(error),
            do=f"check whose file and folder it is (`ls -ld`) {again}",
        )
    return None

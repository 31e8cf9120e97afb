"""Errors that tell a person what to do, and the closed list of why a trailer can fail."""

import errno

REASONS = (
    "ok",
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
    "too_long",
    "too_large",
    "truncated",  # fewer bytes or frames than promised, and nothing usable
    "no_video",
    "no_audio",
    "black",  # every frame taken is black: no picture
    "silent",  # every window of sound taken is silent: no sound
    "unreadable",
    "encrypted",
    "too_short",
    "not_allowed",  # a file: URL outside the folder the user named
    "crashed",  # the worker process died on it
)

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


class BenchmarkError(Exception):
    """Stops a stage: says what is wrong, where, what was found and expected, and what to do."""

    def __init__(
        self, what: str, *, where: str = "", found: str = "", expected: str = "", do: str = ""
    ) -> None:
        parts = [f"{where}: {what}" if where else what]
        parts += [f"found: {found}"] if found else []
        parts += [f"expected: {expected}"] if expected else []
        parts += [f"what to do: {do}"] if do else []
        super().__init__("\n  ".join(parts))


class TrailerError(BenchmarkError):
    """One trailer failed, the run goes on; `reason` is one of REASONS."""

    def __init__(self, reason: str, detail: str = "") -> None:
        if reason not in REASONS:
            raise ValueError(f"{reason!r} is not one of {REASONS}")
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.reason, self.detail)  # survives the way back from a worker

"""Maps a downloader's failure to one of REASONS."""

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time

# by yt-dlp's type of error; the HTTP status counts first
REASON_BY_ERROR = {
    "GeoRestrictedError": "geo_blocked",
    "UnsupportedError": "unsupported",
    "ContentTooShortError": "truncated",
    "IncompleteRead": "truncated",
    "UserNotLive": "unsupported",
}
REASON_BY_STATUS = {
    401: "forbidden",
    402: "private",  # payment required
    403: "forbidden",
    404: "gone",
    410: "gone",
    451: "forbidden",
}

# by the site's message, where there is nothing else; the first match counts
SITE_PATTERNS = (
    ("bot_check", r"not a bot|captcha|rate.limit|anti-bot challenge|unusual traffic"),
    ("age_restricted", r"confirm your age|age.(restricted|gated?|verified)|inappropriate for some"),
    ("age_restricted", r"adult verification|nsfw"),
    ("geo_blocked", r"(in|from) your (country|location|region)|geo.?restrict|geo.?block"),
    ("encrypted", r"DRM"),
    # for some people only: invited, members, paying, or signed in
    ("private", r"private|privacy|embed-only|password|available to anyone|not have access"),
    ("private", r"\bmembers\b|members.only|join this channel|premium|subscribed?\b|ticket"),
    ("private", r"\bpaid\b|payment|purchase|\brent(al)?\b|only available (for|to)"),
    ("private", r"registered users|login (required|details)|log.?in (to|for|is)"),
    ("private", r"for the authentication|account credentials"),  # the end of yt-dlp's message
    (
        "gone",
        r"(video|content|recording) (is )?(currently )?(unavailable|not available|isn.t available)",
    ),
    ("gone", r"no longer (available|exists)"),
    ("gone", r"(has been|was) (removed|deleted)|account .*(terminated|closed)|does not exist"),
    ("gone", r"copyright (claim|grounds)|taken down|not found"),
    ("unsupported", r"unsupported url|no video formats|requested format|premieres? in"),
    ("unsupported", r"live event|scheduled for|unusual and will be skipped"),
)
# and messages about the connection
NETWORK_PATTERNS = (
    ("truncated", r"\d+ bytes read|more expected|expected \d+ bytes|content too short"),
    ("truncated", r"did not get any data|file is empty"),
    ("timeout", r"timed? ?out"),
    ("network", r"connection|resolve|name or service|unreachable|reset|refused|ssl|cert"),
    ("network", r"proxy|eof occurred|remote end closed|max retries|got error:"),
)
NETWORK_ERRORS = (
    "TransportError",
    "ProxyError",
    "SSLError",
    "CertificateVerifyError",
    "RequestError",
)
EXTRACTOR_ERRORS = ("ExtractorError", "RegexNotFoundError", "DownloadError")
TRANSIENT_STATUSES = {408, 425, 429, 500, 502, 503, 504}
# reasons after which the partial file is kept for the next run
RESUMABLE = {"network", "timeout", "truncated", "http_error", "bot_check", "crashed"}


@dataclass(frozen=True)
class Failure:
    """How a download failed."""

    kind: str
    """Name of the exception's type."""
    text: str
    """Its message."""
    status: int | None = None
    """HTTP status, if the server answered."""
    reason: str | None = None
    """One of REASONS, if this program stopped the download itself."""
    retry_after: str | None = None
    """The HTTP header."""
    redirect_loop: bool = False
    """Whether the server redirected in a loop."""


def reason_for(failure: Failure) -> str:
    """One of REASONS: by our own reason, else the HTTP status, else the type, else the message."""
    if failure.reason:
        return failure.reason
    if failure.redirect_loop:
        return "http_error"
    # "[site] id: words": the id may be a file's name, so it is not part of the message
    words = re.sub(r"^(ERROR: *)?\[[^\]]*\] .*?: ", "", failure.text, count=1, flags=re.DOTALL)
    if failure.status is not None:
        found = _first_match(SITE_PATTERNS, words)  # a 403 may be a bot check or a country block
        if found in ("bot_check", "age_restricted", "geo_blocked"):
            return found
        return REASON_BY_STATUS.get(failure.status, "http_error")
    if failure.kind in REASON_BY_ERROR:
        return REASON_BY_ERROR[failure.kind]
    if failure.kind in NETWORK_ERRORS or "Got error:" in failure.text:
        return _first_match(NETWORK_PATTERNS, failure.text) or "network"
    words = words.split("(caused by ")[0]  # what follows is yt-dlp's own, not the site's
    found = _first_match(SITE_PATTERNS + NETWORK_PATTERNS, words)
    return found or ("unsupported" if failure.kind in EXTRACTOR_ERRORS else "crashed")


def is_transient(failure: Failure) -> bool:
    """Whether the same request may succeed a little later."""
    if failure.reason or failure.redirect_loop:
        return False
    if failure.status is not None:
        return failure.status in TRANSIENT_STATUSES
    if "CERTIFICATE_VERIFY_FAILED" in failure.text:
        return False
    return reason_for(failure) in ("network", "timeout", "truncated")


def retry_after_seconds(failure: Failure) -> float:
    """Seconds that the server asks to wait (Retry-After, a number or a date); 0 if it does not."""
    text = (failure.retry_after or "").strip()
    if text.isdecimal():
        return float(text)
    try:
        return max(parsedate_to_datetime(text).timestamp() - time(), 0.0)
    except ValueError:
        return 0.0


def short_message(failure: Failure) -> str:
    """One short line for the ledger, without colours, addresses and requests to report a bug."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", failure.text).replace("\r", "")
    text = re.sub(r"^ERROR:\s*|; please report this issue on.*", "", text.strip(), flags=re.DOTALL)
    text = re.sub(r"\(caused by .*| at 0x[0-9a-f]+|https?://\S+", "", text, flags=re.DOTALL)
    lines = [" ".join(filter(str.isprintable, line.split())) for line in text.splitlines()]
    return next((line for line in lines if line), failure.kind)[:200].strip()


def _first_match(table: tuple[tuple[str, str], ...], text: str) -> str | None:
    found = (reason for reason, words in table if re.search(words, text, re.IGNORECASE))
    return next(found, None)

"""From what a downloader says to a reason of the closed list."""

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time

# by type, where yt-dlp has one; the HTTP status is looked at first
KINDS = {
    "GeoRestrictedError": "geo_blocked",
    "UnsupportedError": "unsupported",
    "ContentTooShortError": "truncated",
    "IncompleteRead": "truncated",
    "UserNotLive": "unsupported",
}
STATUSES = {
    401: "forbidden",
    402: "private",  # payment required
    403: "forbidden",
    404: "gone",
    410: "gone",
    451: "forbidden",
}

# by text, where a site's own words are all there is; the first that is found counts
SITE_TEXTS = (
    ("bot_check", r"not a bot|captcha|rate.limit|anti-bot challenge|unusual traffic"),
    ("age_restricted", r"confirm your age|age.(restricted|gated?|verified)|inappropriate for some"),
    ("age_restricted", r"adult verification|nsfw"),
    ("geo_blocked", r"(in|from) your (country|location|region)|geo.?restrict|geo.?block"),
    ("encrypted", r"DRM"),
    # for some people only: whom its owner let in, who are members or have paid, who have signed in
    ("private", r"private|privacy|embed-only|password|available to anyone|not have access"),
    ("private", r"\bmembers\b|members.only|join this channel|premium|subscribed?\b|ticket"),
    ("private", r"\bpaid\b|payment|purchase|\brent(al)?\b|only available (for|to)"),
    ("private", r"registered users|login (required|details)|log.?in (to|for|is)"),
    ("private", r"for the authentication|account credentials"),  # how yt-dlp ends such a message
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
# and what the way there says
WIRE_TEXTS = (
    ("truncated", r"\d+ bytes read|more expected|expected \d+ bytes|content too short"),
    ("truncated", r"did not get any data|file is empty"),
    ("timeout", r"timed? ?out"),
    ("network", r"connection|resolve|name or service|unreachable|reset|refused|ssl|cert"),
    ("network", r"proxy|eof occurred|remote end closed|max retries|got error:"),
)
WIRE_KINDS = ("TransportError", "ProxyError", "SSLError", "CertificateVerifyError", "RequestError")
EXTRACTION_KINDS = ("ExtractorError", "RegexNotFoundError", "DownloadError")
TRANSIENT_STATUSES = {408, 425, 429, 500, 502, 503, 504}
# reasons after which the part that came is kept for the next run
KEEPABLE = {"network", "timeout", "truncated", "http_error", "bot_check", "crashed"}


@dataclass(frozen=True)
class Failure:
    """What a downloader said: the type of its error, its text and, of HTTP, the status.

    `reason` is set where the downloader was stopped by us and the reason is known.
    """

    kind: str
    text: str
    status: int | None = None
    reason: str | None = None
    retry_after: str | None = None
    redirect_loop: bool = False


def reason_for(failure: Failure) -> str:
    """The reason: what we know, else the HTTP status, else the type, else the text."""
    if failure.reason:
        return failure.reason
    if failure.redirect_loop:
        return "http_error"
    # "[site] id: words": the id, which may be a file's name, is not the site's word
    words = re.sub(r"^(ERROR: *)?\[[^\]]*\] .*?: ", "", failure.text, count=1, flags=re.DOTALL)
    if failure.status is not None:
        found = _by_text(SITE_TEXTS, words)  # a 403 may be a bot check or a matter of country
        if found in ("bot_check", "age_restricted", "geo_blocked"):
            return found
        return STATUSES.get(failure.status, "http_error")
    if failure.kind in KINDS:
        return KINDS[failure.kind]
    if failure.kind in WIRE_KINDS or "Got error:" in failure.text:
        return _by_text(WIRE_TEXTS, failure.text) or "network"
    words = words.split("(caused by ")[0]  # what follows is the program's, not the site's
    found = _by_text(SITE_TEXTS + WIRE_TEXTS, words)
    return found or ("unsupported" if failure.kind in EXTRACTION_KINDS else "crashed")


def is_transient(failure: Failure) -> bool:
    """Whether the same request may well succeed a little later."""
    if failure.reason or failure.redirect_loop:
        return False
    if failure.status is not None:
        return failure.status in TRANSIENT_STATUSES
    if "CERTIFICATE_VERIFY_FAILED" in failure.text:
        return False
    return reason_for(failure) in ("network", "timeout", "truncated")


def seconds_to_wait(failure: Failure) -> float:
    """What the server asks for (Retry-After, in seconds or as a date); 0 if it asks for nothing."""
    text = (failure.retry_after or "").strip()
    if text.isdecimal():
        return float(text)
    try:
        return max(parsedate_to_datetime(text).timestamp() - time(), 0.0)
    except ValueError:
        return 0.0


def tell(failure: Failure) -> str:
    """One short line for the ledger: no colours, addresses, paths or appeals to report a bug."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", failure.text).replace("\r", "")
    text = re.sub(r"^ERROR:\s*|; please report this issue on.*", "", text.strip(), flags=re.DOTALL)
    text = re.sub(r"\(caused by .*| at 0x[0-9a-f]+|https?://\S+", "", text, flags=re.DOTALL)
    lines = [" ".join(filter(str.isprintable, line.split())) for line in text.splitlines()]
    return next((line for line in lines if line), failure.kind)[:200].strip()


def _by_text(table: tuple[tuple[str, str], ...], text: str) -> str | None:
    found = (reason for reason, words in table if re.search(words, text, re.IGNORECASE))
    return next(found, None)

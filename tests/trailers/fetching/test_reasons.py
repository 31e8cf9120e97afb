"""Texts are what yt-dlp itself says, or hands on from the sites, word for word."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import yt_dlp
from yt_dlp.extractor.common import InfoExtractor
from yt_dlp.utils import ExtractorError

from stages.base.errors import REASONS
from stages.trailers.fetching.reasons import (
    Failure,
    is_transient,
    reason_for,
    retry_after_seconds,
    short_message,
)

HINT = "Use --cookies-from-browser or --cookies for the authentication."
TEXTS = [
    ("bot_check", f"[youtube] x: Sign in to confirm you’re not a bot. {HINT}"),
    ("bot_check", f"[youtube] x: Sign in to confirm you're not a bot. {HINT}"),
    ("bot_check", "[youtube] x: Error. YouTube is requiring a captcha challenge before playback"),
    (
        "bot_check",
        "[youtube] x: Video unavailable. This content isn't available, try again later. The "
        "current session has been rate-limited by YouTube for up to an hour. It is recommended "
        "to use `-t sleep` to add a delay between video requests",
    ),
    (
        "age_restricted",
        "[youtube] x: Sign in to confirm your age. This video may be inappropriate for some users."
        f" {HINT}",
    ),
    (
        "private",
        "[youtube] x: Private video. Sign in if you've been granted access to this video. " + HINT,
    ),
    ("private", "[youtube] x: This video is private"),
    (
        "private",
        "[youtube] x: Join this channel to get access to members-only content like this video, "
        "and other exclusive perks.",
    ),
    (
        "private",
        "[vimeo] 1: This video is protected by a password, use the --video-password option",
    ),
    ("private", f"[x] 1: This video is only available for registered users. {HINT}"),
    (
        "private",
        "[youtube] x: This video is available to this channel's members on level: Gold (or any "
        "higher level).",
    ),
    ("private", "[youtube] x: This video is only available to Music Premium members"),
    ("private", "[youtube] x: This video requires payment to watch."),
    ("private", "[youtube] x: This video is available to rent"),
    (
        "private",
        "[vimeo] 1: Cannot download embed-only video without embedding URL. Please call yt-dlp "
        "with the URL of the page that embeds this video.",
    ),
    (
        "private",
        "[vimeo] 1: Because of its privacy settings, this video cannot be played here.",
    ),
    ("private", "[vimeo:event] 1: This event has not been made available to anyone"),
    ("private", "[odnoklassniki] 1: This video is paid, subscribe to download it"),
    ("private", "[tvp] 1: Video requires payment and log-in, but log-in is not implemented"),
    ("private", "[bigo] 1: Ticket purchase is required for this stream"),
    ("private", "[x] 1: This account is not subscribed to this content"),
    ("private", "[x] 1: Your account does not have access to this content"),
    ("private", "[x] 1: Failed to get KSession, possibly a premium video"),
    ("private", f"[twitter] 1: You are not authorized to view this protected tweet. {HINT}"),
    ("private", f"[zattoo] 1: An account is needed to access this media. {HINT}"),
    ("age_restricted", f"[twitter] 1: NSFW tweet requires authentication. {HINT}"),
    ("age_restricted", f"[rtve] 1: This video is only available for age verified users. {HINT}"),
    (
        "bot_check",
        "[Instagram] 1: Requested content is not available, rate-limit reached or login required. "
        f"{HINT}",
    ),
    ("gone", "[youtube] x: Video unavailable"),
    ("gone", "[youtube] x: This live stream recording is not available."),
    ("gone", "[x] 1: This content is currently unavailable"),
    ("gone", "[youtube] x: Video unavailable. This video has been removed by the uploader"),
    (
        "gone",
        "[youtube] x: Video unavailable. This video is no longer available because the YouTube "
        "account associated with this video has been terminated.",
    ),
    (
        "gone",
        "[youtube] x: Video unavailable. This video is no longer available due to a copyright "
        "claim by A Studio",
    ),
    ("gone", "[youtube] x: This video has been removed for violating YouTube's Terms of Service"),
    ("gone", "[youtube] x: This video isn't available anymore"),
    (
        "geo_blocked",
        "[youtube] x: Video unavailable. This video contains content from A Studio, who has "
        "blocked it in your country on copyright grounds",
    ),
    ("geo_blocked", "[x] 1: This video is not available from your location due to geo restriction"),
    ("encrypted", "[youtube] x: This video is DRM protected"),
    ("unsupported", "Unsupported URL: http://a/b"),
    ("unsupported", "[x] 1: No video formats found!"),
    ("unsupported", "[x] 1: Requested format is not available. Use --list-formats for a list"),
    ("unsupported", "[youtube] x: Premieres in 3 hours"),
    ("unsupported", "[youtube] x: This live event will begin in 2 days."),
    (
        "unsupported",
        "The extracted extension ('exe') is unusual and will be skipped for safety reasons.",
    ),
    ("truncated", "\r[download] Got error: 1000 bytes read, 500 more expected"),
    ("truncated", "\r[download] Got error: Downloaded 3 bytes, expected 5 bytes"),
    ("truncated", "content too short (expected 5 bytes and served 3)"),
    ("truncated", "Did not get any data blocks"),
    (
        "timeout",
        "\r[download] Got error: HTTPConnectionPool(host='a', port=80): Read timed out.",
    ),
    ("timeout", "[generic] a: Unable to download webpage: The read operation timed out"),
    ("network", "Unable to download webpage: [Errno -2] Name or service not known"),
    ("network", "Unable to download webpage: Failed to resolve 'a.invalid'"),
    ("network", "Got error: ('Connection broken: ConnectionResetError(104, 'reset by peer')'"),
    ("network", "Unable to download webpage: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify"),
]


@pytest.mark.parametrize(("expected", "text"), TEXTS)
def test_by_text(expected: str, text: str) -> None:
    assert reason_for(Failure("DownloadError", f"ERROR: {text}")) == expected
    assert reason_for(Failure("ExtractorError", f"ERROR: {text}")) == expected


@pytest.mark.parametrize("method", ["any", "password", "cookies", "session_cookies"])
def test_whatever_a_site_says_when_yt_dlp_asks_for_a_login(method: str) -> None:
    with yt_dlp.YoutubeDL({"quiet": True}) as downloader, pytest.raises(ExtractorError) as caught:
        InfoExtractor(downloader).raise_login_required("This lecture is locked", method=method)
    assert reason_for(Failure("ExtractorError", str(caught.value))) == "private"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, "forbidden"),
        (402, "private"),
        (403, "forbidden"),
        (404, "gone"),
        (410, "gone"),
        (416, "http_error"),
        (429, "http_error"),
        (451, "forbidden"),
        (500, "http_error"),
        (503, "http_error"),
    ],
)
def test_by_status(status: int, expected: str) -> None:
    failure = Failure("HTTPError", f"HTTP Error {status}: Not Found", status=status)
    assert reason_for(failure) == expected


def test_a_site_that_explains_its_status() -> None:
    text = (
        "[generic] Got HTTP Error 403 caused by Cloudflare anti-bot challenge; see the FAQ "
        "and try again"
    )
    assert reason_for(Failure("HTTPError", text, status=403)) == "bot_check"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("GeoRestrictedError", "geo_blocked"),
        ("UnsupportedError", "unsupported"),
        ("IncompleteRead", "truncated"),
        ("TransportError", "network"),
        ("ExtractorError", "unsupported"),
        ("KeyError", "crashed"),
    ],
)
def test_by_type_where_the_text_says_nothing(kind: str, expected: str) -> None:
    assert reason_for(Failure(kind, "…")) == expected


def test_names_in_addresses_are_not_the_words_of_a_site() -> None:
    wire = "[generic] Saving Private Ryan: Unable to download webpage: Connection refused"
    assert reason_for(Failure("TransportError", wire)) == "network"
    stalled = "\r[download] Got error: HTTPConnectionPool(host='private.tv', port=80): timed out"
    assert reason_for(Failure("DownloadError", stalled)) == "timeout"
    odd = "ERROR: [generic] Private DRM (2001): No video formats found!"
    assert reason_for(Failure("ExtractorError", odd)) == "unsupported"


def test_the_words_of_a_program_that_failed_are_not_those_of_a_site() -> None:
    text = "[x] 1: An extractor error has occurred. (caused by KeyError('private connection'))"
    assert reason_for(Failure("KeyError", f"ERROR: {text}")) == "crashed"
    assert reason_for(Failure("ExtractorError", f"ERROR: {text}")) == "unsupported"


def test_what_we_decided_ourselves_counts_first() -> None:
    failure = Failure("Refused", "Private video", status=404, reason="too_long")
    assert reason_for(failure) == "too_long"
    assert not is_transient(failure)


def test_every_reason_is_in_the_closed_list() -> None:
    assert {expected for expected, _ in TEXTS} <= set(REASONS)


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (Failure("HTTPError", "", status=500), True),
        (Failure("HTTPError", "", status=429), True),
        (Failure("HTTPError", "", status=403), False),
        (Failure("HTTPError", "", status=302, redirect_loop=True), False),
        (Failure("TransportError", "Read timed out"), True),
        (Failure("TransportError", "Connection refused"), True),
        (Failure("DownloadError", "1 bytes read, 2 more expected"), True),
        (Failure("CertificateVerifyError", "CERTIFICATE_VERIFY_FAILED"), False),
        (Failure("ExtractorError", "Private video"), False),
        (Failure("ExtractorError", "Sign in to confirm you’re not a bot"), False),
    ],
)
def test_what_may_pass_by_itself(failure: Failure, expected: bool) -> None:
    assert is_transient(failure) is expected


def test_retry_after_in_seconds_or_as_a_date() -> None:
    def wait(text: str | None) -> float:
        return retry_after_seconds(Failure("HTTPError", "", status=429, retry_after=text))

    later = datetime.now(UTC) + timedelta(seconds=90)
    assert wait("17") == 17
    assert 80 < wait(format_datetime(later, usegmt=True)) <= 90
    assert wait("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert wait(None) == wait("soon") == wait("-3") == 0


def test_the_ledger_gets_one_short_printable_line() -> None:
    text = (
        "\x1b[0;31mERROR:\x1b[0m [generic] a: Unable to download webpage: <Connection object at "
        "0x7ff777898ec0>: refused (caused by TransportError('x'))\nmore"
    )
    assert short_message(Failure("x", text)) == (
        "[generic] a: Unable to download webpage: <Connection object>: refused"
    )
    assert short_message(Failure("KeyError", "")) == "KeyError"
    assert len(short_message(Failure("x", "a" * 900))) == 200
    report = "ERROR: boom; please report this issue on  https://a/b , filling out"
    assert short_message(Failure("x", report)) == "boom"

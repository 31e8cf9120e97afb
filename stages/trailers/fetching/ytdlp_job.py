"""yt-dlp on one URL, as a process of its own, which reads its job from standard input.

Neither the catalogue nor the web is trusted, and yt-dlp can be made to do much more than download a
file. So it runs in a process that can be killed at its time limit, in a private folder; it loads no
plugins, no configuration and no browser cookies, starts no other program to download, and requests
only http and https URLs that `addresses` allows. The outcome is `outcome.json` in that folder:
{"file"} or the fields of `reasons.Failure`.
"""

import functools
import io
import json
import os
import resource
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn

os.environ["YTDLP_NO_PLUGINS"] = "1"
sys.path.append(str(Path(__file__).resolve().parents[3]))  # last, so that it hides no library

import yt_dlp
from yt_dlp.cookies import CookieLoadError
from yt_dlp.downloader.external import ExternalFD, FFmpegFD
from yt_dlp.networking.exceptions import HTTPError
from yt_dlp.utils import YoutubeDLError

from stages.base.redaction import redact
from stages.trailers.fetching.addresses import AddressPolicy, NotAllowedError
from stages.trailers.fetching.pages import Pages
from stages.trailers.fetching.redirects import RedirectCheckingRH
from stages.trailers.fetching.refusals import Check, Refused, check_info, check_progress


def disable_external_downloaders() -> None:
    """Keep yt-dlp from starting other programs to download, since their requests go unchecked.

    ffmpeg still merges finished files. yt-dlp downloads a stream itself if it can (AES-128, slowly
    without a library for it); otherwise the stream is refused.
    """

    def refuse(*_: Any) -> NoReturn:
        raise Refused("unsupported", "a stream that only another program could download")

    for kind in (ExternalFD, FFmpegFD):
        kind.available = classmethod(lambda cls, path=None: False)
    ExternalFD.real_download = refuse


class NullLogger:
    """A logger that drops all messages: the outcome is enough."""

    def debug(self, message: str) -> None: ...

    warning = error = debug


class Versions:
    """Versions of partial files, so that parts of two versions are never joined."""

    def __init__(self, path: Path) -> None:
        self.path = path
        """Keeps them between runs."""
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        self.by_url: dict[str, str] = dict(json.loads(line) for line in lines)
        """ETag or Last-Modified of the first response for each URL."""

    def record(self, url: str, response: Any, restarted: bool) -> None:
        """Record a response's version; a later one counts only if the download restarted."""
        tag = response.headers.get("ETag") or "W/"
        version = response.headers.get("Last-Modified") if tag.startswith("W/") else tag
        if version and (restarted or url not in self.by_url):
            self.by_url[url] = version
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([url, version]) + "\n")


class CheckedDownloader(yt_dlp.YoutubeDL):
    """yt-dlp with every request checked."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job = job
        self.refusal: Refused | None = None
        """The last one."""
        self.last_error: Exception | None = None
        """Of a request."""
        self.versions = Versions(Path(job["folder"]) / "versions.jsonl")
        self.policy = AddressPolicy(job["url"])
        self.pages = Pages(self._refuse)
        checks = {
            "match_filter": self._recording(functools.partial(check_info, job)),
            "progress_hooks": [
                self._recording(functools.partial(check_progress, job, {})),
                lambda _: limit_cpu(resource.RLIM_INFINITY),  # media has come: what it takes is due
            ],
        }
        super().__init__(options(job) | checks)

    def _recording(self, check: Check) -> Check:
        """The check, with its refusal recorded, since yt-dlp may raise another error instead."""

        def checked(*args: Any, **named: Any) -> None:
            try:
                check(*args, **named)
            except Refused as error:
                self.refusal = error
                raise

        return checked

    def build_request_director(self, handlers: Any, preferences: Any = None) -> Any:
        handler = type(
            "RedirectCheckingRH",
            (RedirectCheckingRH,),
            {"check": staticmethod(self.check), "pages": self.pages},
        )
        return super().build_request_director([handler], preferences)

    def urlopen(self, req: Any) -> Any:
        request = yt_dlp.networking.Request(req) if isinstance(req, str) else req
        self.check(request.url)
        resumed = "Range" in request.headers
        if resumed and (version := self.versions.by_url.get(request.url)):
            request.headers["If-Range"] = version
        try:
            response = super().urlopen(request)
        except Exception as error:
            self.last_error = error  # some downloaders pass on only its message
            raise
        self.versions.record(request.url, response, restarted=resumed and response.status == 200)
        return response

    def check(self, url: str) -> None:
        """Raise Refused for a URL that must not be requested."""
        try:
            self.policy.check(url)
        except NotAllowedError as error:
            self._refuse("not_allowed", str(error))

    def _refuse(self, reason: str, text: str) -> NoReturn:
        self.refusal = Refused(reason, text)
        raise self.refusal from None


def limit_cpu(seconds: float) -> None:
    """How many seconds of a core this process may take from now on before it is ended."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), hard))


def format_selector(merge: bool) -> str:
    """Which formats yt-dlp chooses, in the order of `format_sort`: picture and sound, or one file.

    Sound alone only if there is no picture at all.
    """
    return "bv*+ba/b" if merge else "b"


def format_sort(max_height: int) -> list[str]:
    """Which format is better; ties are broken by yt-dlp's own order.

    SDR before HDR, whose levels mean something else; the tallest of at most `max_height` lines,
    else the smallest of the taller ones (a plain file, whose height is unknown before the
    download, ranks before these); stereo before more channels.
    """
    return ["hdr:sdr", f"res:{max_height}", "channels:2"]


def read_cookies(path: str) -> io.StringIO:
    """Cookies as a stream, since yt-dlp would write to a file."""
    try:
        return io.StringIO(Path(path).read_text("utf-8"))
    except (OSError, UnicodeError) as error:
        raise CookieLoadError(str(error)) from None


def options(job: dict[str, Any]) -> dict[str, Any]:
    """The options of yt-dlp; all others keep the API's default: off."""
    back_off = functools.partial(lambda n, pause: pause * 2**n, pause=job["pause"])
    return {
        "format": format_selector(job["merge"]),
        "format_sort": format_sort(job["max_height"]),
        "outtmpl": {"default": "%(format_id)s.%(ext)s"},  # sanitised; never a title
        "paths": {"home": job["folder"], "temp": job["folder"]},
        "restrictfilenames": True,
        "trim_file_name": 80,
        "noplaylist": True,
        "playlist_items": "1",
        "logger": NullLogger(),
        "quiet": True,
        "noprogress": True,
        # small chunks: little is lost when a download breaks off, and limits act at once
        "buffersize": 1 << 16,
        "noresizebuffer": True,
        "cachedir": False,
        "updatetime": False,
        "fixup": "never",
        "geo_bypass": False,
        "enable_file_urls": False,
        "hls_prefer_native": True,
        "allow_unplayable_formats": False,
        "socket_timeout": job["timeout"],
        # fragments of a stream are retried here, whole attempts by the caller
        "retries": 0,
        "extractor_retries": 0,
        "fragment_retries": job["retries"],
        "skip_unavailable_fragments": False,
        "retry_sleep_functions": {"fragment": back_off},
        "sleep_interval_requests": job["pause"],
        "sleep_interval": job["pause"],
        "cookiefile": read_cookies(job["cookies"]) if job["cookies"] else None,
        "proxy": os.environ.get("TRAILER_PROXY"),
    }


def outcome(job: dict[str, Any]) -> dict[str, Any]:
    """Download; returns the content of outcome.json."""
    downloader = None
    try:
        downloader = CheckedDownloader(job)
        downloader.policy.restrict_connections()
        with downloader:
            info = downloader.extract_info(job["url"], download=True)
        if not info or not info.get("requested_downloads"):
            raise Refused("unsupported", "no video at this address")
        return {"file": Path(info["requested_downloads"][0]["filepath"]).name}
    except Exception as error:
        return _failure(error, downloader)


def _failure(error: Exception, downloader: CheckedDownloader | None) -> dict[str, Any]:
    refused = downloader.refusal if downloader else None
    if isinstance(error, Refused) and error.reason:
        refused = error
    if isinstance(error, NotAllowedError):  # the catalogue's own URL
        refused = Refused("not_allowed", str(error))
    if refused:
        return {"kind": "Refused", "text": str(refused), "reason": refused.reason}
    text = str(error)
    cause = (getattr(error, "exc_info", None) or (None, None))[1]
    if isinstance(cause or error, MemoryError):
        return {
            "kind": "MemoryError",
            "text": "the downloader ran out of its memory",
            "reason": "too_heavy",
        }
    if "Requested format is not available" in text and downloader:
        text = "neither picture nor sound at this address"
        if not downloader.job["merge"]:
            text = (
                "picture and sound come apart at this address, and there is no ffmpeg to join them"
            )
        return {"kind": "Refused", "text": text, "reason": "unsupported"}
    if not isinstance(error, YoutubeDLError | OSError):  # a bug, whatever its message
        return {
            "kind": type(error).__name__,
            "text": f"{type(error).__name__}: {text}",
            "reason": "crashed",
        }
    last = getattr(downloader, "last_error", None)
    if cause is None and last is not None and str(last) in text:
        cause = last
    failure: dict[str, Any] = {"kind": type(cause or error).__name__, "text": text}
    if isinstance(cause, HTTPError):
        failure["status"] = cause.status
        failure["retry_after"] = cause.response.headers.get("Retry-After")
        failure["redirect_loop"] = bool(cause.redirect_loop)
    return failure


def _exit_with_parent() -> None:
    os.read(0, 1)  # returns when the process that holds the other end of our input has ended
    os._exit(1)


def main() -> None:
    """Run the job in its folder and write the outcome there."""
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    os.chdir(job["folder"])
    disable_external_downloaders()
    limit = 2 * job["max_bytes"] + 1_000_000  # merging writes picture and sound a second time
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    limit_cpu(job["seconds"])  # a page may be such that it takes hours to search
    resource.setrlimit(resource.RLIMIT_DATA, (job["memory"], job["memory"]))  # ffmpeg's, too
    text = redact(json.dumps(outcome(job)))
    Path("outcome.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

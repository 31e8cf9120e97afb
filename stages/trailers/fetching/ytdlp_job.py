"""yt-dlp on one URL, as a process of its own: `python -I ytdlp_job.py JOB`.

Nothing the catalogue or the web says is trusted, and yt-dlp has a thousand ways to be asked for
more than a file. So it runs where it can be killed at its time limit, in a private folder, and
writes there; it loads no plugins, no configuration and no browser's cookies, starts no other
program to download for it, and asks nothing but http and https at the addresses that `addresses`
allows. The outcome is `outcome.json` in that folder: {"file"} or a failure as told by
`reasons.Failure`.
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
from urllib.parse import urljoin

os.environ["YTDLP_NO_PLUGINS"] = "1"
sys.path.append(str(Path(__file__).resolve().parents[3]))  # last, so that it hides no library

import requests
import yt_dlp
from yt_dlp.cookies import CookieLoadError
from yt_dlp.downloader.external import ExternalFD, FFmpegFD
from yt_dlp.networking._requests import RequestsRH
from yt_dlp.networking.exceptions import HTTPError
from yt_dlp.utils import YoutubeDLError

from stages.trailers.fetching.addresses import NotAllowedError, Way
from stages.trailers.fetching.refusals import Check, Refused, check_info, check_progress


def keep_to_one_way_out() -> None:
    """Let yt-dlp start no program to download with, since that would ask what it likes.

    ffmpeg still merges what came. A stream that yt-dlp would hand over is then fetched by itself
    if it can (AES-128, slowly where there is no library for it), else refused.
    """

    def refuse(*_: Any) -> NoReturn:
        raise Refused("unsupported", "a stream that only another program could download")

    for kind in (ExternalFD, FFmpegFD):
        kind.available = classmethod(lambda cls, path=None: False)
    ExternalFD.real_download = refuse


class Silent:
    """A logger that says nothing: the outcome says it all."""

    def debug(self, message: str) -> None: ...

    warning = error = debug


class CarefulRH(RequestsRH):
    """yt-dlp's handler over requests, which looks at each redirect before it is followed."""

    check: Any = None

    def _create_instance(self, *args: Any, **kwargs: Any) -> requests.Session:
        session = super()._create_instance(*args, **kwargs)
        session.hooks["response"].append(self._look)
        return session

    def _look(self, response: requests.Response, *_: Any, **__: Any) -> None:
        if response.is_redirect:
            target = urljoin(response.url, response.headers["location"])
            try:
                type(self).check(target)
            except Refused as error:  # yt-dlp lets only errors of requests through
                raise requests.exceptions.InvalidURL(str(error)) from error


class Versions:
    """Which version of a file a part of it is from, so that two are never joined into one.

    `of` maps a URL to the ETag or date its first answer bore, kept in a file between runs.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        self.of: dict[str, str] = dict(json.loads(line) for line in lines)

    def note(self, url: str, response: Any, anew: bool) -> None:
        """Remember a version; a later one counts only once the file was begun anew."""
        tag = response.headers.get("ETag") or "W/"
        version = response.headers.get("Last-Modified") if tag.startswith("W/") else tag
        if version and (anew or url not in self.of):
            self.of[url] = version
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([url, version]) + "\n")


class CarefulDL(yt_dlp.YoutubeDL):
    """yt-dlp with one way out, and eyes on it."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job = job
        self.refusal: Refused | None = None  # the last one
        self.last_error: Exception | None = None
        self.versions = Versions(Path(job["folder"]) / "versions.jsonl")
        self.way = Way(job["url"])
        checks = {
            "match_filter": self.keeping(functools.partial(check_info, job)),
            "progress_hooks": [self.keeping(functools.partial(check_progress, job, {}))],
        }
        super().__init__(options(job) | checks)

    def keeping(self, check: Check) -> Check:
        """The check; its refusal is kept here, since yt-dlp may raise another in its place."""

        def checked(*args: Any, **named: Any) -> None:
            try:
                check(*args, **named)
            except Refused as error:
                self.refusal = error
                raise

        return checked

    def build_request_director(self, handlers: Any, preferences: Any = None) -> Any:
        handler = type("CarefulRH", (CarefulRH,), {"check": staticmethod(self.check)})
        return super().build_request_director([handler], preferences)

    def urlopen(self, req: Any) -> Any:
        request = yt_dlp.networking.Request(req) if isinstance(req, str) else req
        self.check(request.url)
        resumed = "Range" in request.headers
        if resumed and (version := self.versions.of.get(request.url)):
            request.headers["If-Range"] = version
        try:
            response = super().urlopen(request)
        except Exception as error:
            self.last_error = error  # some downloaders hand on its text alone
            raise
        self.versions.note(request.url, response, anew=resumed and response.status == 200)
        return response

    def check(self, url: str) -> None:
        """Raise Refused for a URL that must not be asked."""
        try:
            self.way.check(url)
        except NotAllowedError as error:
            self.refusal = Refused("not_allowed", str(error))
            raise self.refusal from None


def format_choice(merge: bool) -> str:
    """What yt-dlp is to choose, in the order of `format_order`: picture and sound, or one file.

    Sound alone only where there is no picture at all.
    """
    return "bv*+ba/b" if merge else "b"


def format_order(max_height: int) -> list[str]:
    """What makes one format better than another; yt-dlp's own order comes after it.

    Standard dynamic range before HDR, whose levels mean something else; the tallest of at most so
    many lines, else the smallest of those that are taller (of a mere file the height is unknown
    until it has come, and it comes before these); stereo before more channels.
    """
    return ["hdr:sdr", f"res:{max_height}", "channels:2"]


def read_cookies(path: str) -> io.StringIO:
    """Cookies as a stream, since a file named to yt-dlp would be written back to."""
    try:
        return io.StringIO(Path(path).read_text("utf-8"))
    except (OSError, UnicodeError) as error:
        raise CookieLoadError(str(error)) from None


def options(job: dict[str, Any]) -> dict[str, Any]:
    """The options of yt-dlp; what is not named here stays at the API's default: off."""
    back_off = functools.partial(lambda n, pause: pause * 2**n, pause=job["pause"])
    return {
        "format": format_choice(job["merge"]),
        "format_sort": format_order(job["max_height"]),
        "outtmpl": {"default": "%(format_id)s.%(ext)s"},  # sanitised; never a title
        "paths": {"home": job["folder"], "temp": job["folder"]},
        "restrictfilenames": True,
        "trim_file_name": 80,
        "noplaylist": True,
        "playlist_items": "1",
        "logger": Silent(),
        "quiet": True,
        "noprogress": True,
        # small even pieces: little is lost when a download is cut off, and limits act at once
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
        # whole attempts are repeated from outside; single pieces of a stream are repeated here
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
    """Download, and say what became of it."""
    downloader = None
    try:
        downloader = CarefulDL(job)
        downloader.way.guard()
        with downloader:
            info = downloader.extract_info(job["url"], download=True)
        if not info or not info.get("requested_downloads"):
            raise Refused("unsupported", "no video at this address")
        return {"file": Path(info["requested_downloads"][0]["filepath"]).name}
    except Exception as error:
        return _failure(error, downloader)


def _failure(error: Exception, downloader: CarefulDL | None) -> dict[str, Any]:
    refused = downloader.refusal if downloader else None
    if isinstance(error, Refused) and error.reason:
        refused = error
    if isinstance(error, NotAllowedError):  # the catalogue's own URL
        refused = Refused("not_allowed", str(error))
    if refused:
        return {"kind": "Refused", "text": str(refused), "reason": refused.reason}
    text = str(error)
    if "Requested format is not available" in text and downloader:
        text = "neither picture nor sound at this address"
        if not downloader.job["merge"]:
            text = (
                "picture and sound come apart at this address, and there is no ffmpeg to join them"
            )
        return {"kind": "Refused", "text": text, "reason": "unsupported"}
    if not isinstance(error, YoutubeDLError | OSError):  # a fault of the program, whatever it says
        return {
            "kind": type(error).__name__,
            "text": f"{type(error).__name__}: {text}",
            "reason": "crashed",
        }
    cause = (getattr(error, "exc_info", None) or (None, None))[1]
    last = getattr(downloader, "last_error", None)
    if cause is None and last is not None and str(last) in text:
        cause = last
    told: dict[str, Any] = {"kind": type(cause or error).__name__, "text": text}
    if isinstance(cause, HTTPError):
        told["status"] = cause.status
        told["retry_after"] = cause.response.headers.get("Retry-After")
        told["redirect_loop"] = bool(cause.redirect_loop)
    return told


def _end_with_parent() -> None:
    os.read(0, 1)  # returns when the process that holds the other end of our input has ended
    os._exit(1)


def main() -> None:
    """Read the job, do it in its folder, leave the outcome there."""
    job = json.loads(sys.argv[1])
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.chdir(job["folder"])
    keep_to_one_way_out()
    limit = 2 * job["max_bytes"] + 1_000_000  # merging writes picture and sound once more
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    told = json.dumps(outcome(job))
    Path("outcome.json").write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main()

"""http(s): trailers come through yt-dlp.

TRAILER_COOKIES (a file in Netscape's format) and TRAILER_PROXY (a URL) are taken from the
environment. What has come of a file stays in a private folder of its trailer, so that the next
attempt, or the next run, goes on where this one was cut off.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.params import DownloadParams
from stages.corpus.reader import Trailer
from stages.trailers.fetching import hosts
from stages.trailers.fetching.limits import check_size, max_bytes
from stages.trailers.fetching.reasons import (
    KEEPABLE,
    Failure,
    is_transient,
    reason_for,
    seconds_to_wait,
    tell,
)
from stages.trailers.fetching.schemes import Fetched, Means

STEP, VERSION = "download", 2  # 2: SDR and stereo first
OVERALL = 20  # a trailer may take so many socket timeouts in all: ten minutes at 30 s
JOB = Path(__file__).with_name("ytdlp_job.py")


def parameters(means: Means) -> object:
    """Only what chooses the file; the limits are held against what came, whenever it came."""
    return {"max_height": means.download.max_height}


def source(trailer: Trailer, means: Means) -> tuple[str, ...]:
    """The URL."""
    return (trailer.url,)


def fetch(trailer: Trailer, means: Means, destination: Path) -> Fetched:
    """Download to `destination`; raises TrailerError when all attempts have failed.

    Transient failures are tried again `retries` times, `pause_seconds` × 1, 2, 4, … apart or
    as long after as the server asks for.
    """
    params = means.download
    host = (urlsplit(trailer.url).hostname or "").lower()
    left = OVERALL * params.timeout_seconds  # waiting for a turn is not the trailer's time
    workshop = means.workshop.resolve()
    with _private_folder(workshop / "partial" / trailer.trailer_id) as folder:
        for attempt in range(params.retries + 1):
            with hosts.turn(workshop / "hosts", host, params.pause_seconds):
                begun = time.monotonic()
                done = _attempt(trailer.url, params, folder, begun + left)
                left -= time.monotonic() - begun
            if isinstance(done, Path):
                check_size(done.stat().st_size, params)
                shutil.move(done, destination)
                shutil.rmtree(folder)
                return Fetched()
            failure = done
            asked = seconds_to_wait(failure)
            wait = max(asked, params.pause_seconds * 2**attempt)
            left -= wait
            enough = left > 0 and asked <= hosts.LONGEST_WAIT
            if attempt == params.retries or not is_transient(failure) or not enough:
                break
            if asked:
                hosts.postpone(workshop / "hosts", host, asked)
            time.sleep(wait)
        reason = reason_for(failure)
        if reason not in KEEPABLE:
            shutil.rmtree(folder)
        raise TrailerError(reason, tell(failure))


def _attempt(url: str, params: DownloadParams, folder: Path, deadline: float) -> Path | Failure:
    cookies = os.environ.get("TRAILER_COOKIES")
    job = {
        "url": url,
        "folder": str(folder),
        "max_height": params.max_height,
        "max_seconds": params.max_minutes * 60,
        "max_bytes": max_bytes(params),
        "timeout": params.timeout_seconds,
        "pause": params.pause_seconds,
        "retries": params.retries,
        "merge": shutil.which("ffmpeg") is not None,
        "cookies": str(Path(cookies).resolve()) if cookies else None,  # it works in another folder
    }
    told = folder / "outcome.json"
    told.unlink(missing_ok=True)
    status = _run(job, deadline)
    if status is None:
        return Failure("TimeLimit", "not done within the time limit", reason="timeout")
    if not told.is_file():
        return Failure("Died", f"the downloader ended with status {status}", reason="crashed")
    outcome = json.loads(told.read_text(encoding="utf-8"))
    if outcome.get("kind") == "CookieLoadError":
        raise BenchmarkError(
            "cannot read the cookies",
            where="TRAILER_COOKIES",
            found=cookies or "",
            expected="a file in Netscape's format, which begins '# Netscape HTTP Cookie File'",
        )
    if "file" not in outcome:
        return Failure(**outcome)
    path = folder / outcome["file"]
    if path.is_symlink() or not path.is_file() or path.resolve().parent != folder.resolve():
        return Failure("Escaped", "the downloader left no file in its folder", reason="crashed")
    return path


def _run(job: dict[str, object], deadline: float) -> int | None:
    """Exit status of the downloader, None if its time was up and it was killed."""
    command = [sys.executable, "-I", str(JOB), json.dumps(job)]
    silent = subprocess.DEVNULL
    # it ends when our end of its standard input closes: even if this process is killed
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=silent, stderr=silent, process_group=0
    ) as process:
        try:
            return process.wait(timeout=max(deadline - time.monotonic(), 0.01))
        except BaseException as error:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # and what it started, such as ffmpeg
            if isinstance(error, subprocess.TimeoutExpired):
                return None
            raise


@contextmanager
def _private_folder(folder: Path) -> Iterator[Path]:
    """The trailer's own folder, for one process at a time: a killed run may still be ending."""
    while True:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(handle, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), folder.stat()):
                break
        os.close(handle)  # whoever had it is done and has removed it
    try:
        yield folder
    finally:
        os.close(handle)

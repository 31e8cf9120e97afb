"""http(s): trailers are downloaded by yt-dlp.

TRAILER_COOKIES (a file in Netscape's format) and TRAILER_PROXY (a URL) are read from the
environment. A partial file stays in a private folder of its trailer, so that the next attempt, or
the next run, resumes it.
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

import psutil

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.parallel.bounds import bounds, resident_bytes
from stages.base.params import DownloadParams
from stages.base.store import make_folder
from stages.corpus.reader import Trailer
from stages.trailers.fetching.rate_limiter import MAX_WAIT_SECONDS, RateLimiter
from stages.trailers.fetching.reasons import (
    RESUMABLE,
    Failure,
    is_transient,
    reason_for,
    retry_after_seconds,
    short_message,
)
from stages.trailers.fetching.schemes import FetchContext, Fetched, check_size, max_bytes

STEP, VERSION = "download", 2  # 2: SDR and stereo first
MAX_TIMEOUTS = 20  # a trailer may take so many socket timeouts: ten minutes at 30 s
LOOK_EVERY = 0.1  # seconds, at the downloader's memory
JOB = Path(__file__).with_name("ytdlp_job.py")


def parameters(context: FetchContext) -> object:
    """Only what decides which file is chosen; limits are checked after every run."""
    return {"max_height": context.download.max_height}


def source(trailer: Trailer, context: FetchContext) -> tuple[str, ...]:
    """The URL."""
    return (trailer.url,)


def fetch(trailer: Trailer, context: FetchContext, destination: Path) -> Fetched:
    """Download to `destination`; raises TrailerError when all attempts have failed.

    Transient failures are retried `retries` times, after `pause_seconds` × 1, 2, 4, … or as
    long as the server asks for.
    """
    params = context.download
    host = (urlsplit(trailer.url).hostname or "").lower()
    seconds_left = MAX_TIMEOUTS * params.timeout_seconds  # waiting for the rate limit aside
    work_folder = context.work_folder.resolve()
    limiter = RateLimiter(work_folder / "hosts", host, params.pause_seconds)
    with _locked_folder(work_folder / "partial" / trailer.trailer_id) as folder:
        for attempt in range(params.retries + 1):
            with limiter.acquire():
                start = time.monotonic()
                result = _attempt(trailer.url, params, folder, start + seconds_left)
                seconds_left -= time.monotonic() - start
            if isinstance(result, Path):
                check_size(result.stat().st_size, params)
                shutil.move(result, destination)
                shutil.rmtree(folder)
                return Fetched()
            failure = result
            retry_after = retry_after_seconds(failure)
            wait = max(retry_after, params.pause_seconds * 2**attempt)
            seconds_left -= wait
            in_time = seconds_left > 0 and retry_after <= MAX_WAIT_SECONDS
            if attempt == params.retries or not is_transient(failure) or not in_time:
                break
            if retry_after:
                limiter.back_off(retry_after)
            time.sleep(wait)
        reason = reason_for(failure)
        if reason not in RESUMABLE:
            shutil.rmtree(folder)
        raise TrailerError(reason, short_message(failure))


def _attempt(url: str, params: DownloadParams, folder: Path, deadline: float) -> Path | Failure:
    cookies = os.environ.get("TRAILER_COOKIES")
    limits = bounds()
    job = {
        "url": url,
        "folder": str(folder),
        "max_height": params.max_height,
        "max_seconds": params.max_minutes * 60,
        "max_bytes": max_bytes(params),
        "timeout": params.timeout_seconds,
        "pause": params.pause_seconds,
        "memory": limits.memory,
        "seconds": limits.seconds,
        "retries": params.retries,
        "merge": shutil.which("ffmpeg") is not None,
        "cookies": str(Path(cookies).resolve()) if cookies else None,  # the job has its own folder
    }
    outcome_path = folder / "outcome.json"
    outcome_path.unlink(missing_ok=True)
    status = _run_job(job, deadline, limits.memory)
    if isinstance(status, Failure):
        return status
    if status == -signal.SIGXCPU:
        text = f"its pages took more than {limits.seconds:g} s of a core"
        return Failure("TimeLimit", text, reason="timeout")
    if not outcome_path.is_file():
        return Failure("Died", f"the downloader ended with status {status}", reason="crashed")
    outcome = json.loads(outcome_path.read_text(encoding="utf-8"))
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


def _run_job(job: dict[str, object], deadline: float, memory: int) -> int | Failure:
    """Exit status of the downloader, or why it was killed; memory: bytes that it may take."""
    command = [sys.executable, "-I", str(JOB)]
    silent = subprocess.DEVNULL
    # the job goes over standard input, since any user can read a command line; when that closes,
    # the downloader exits, which also happens if this process is killed
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=silent, stderr=silent, process_group=0
    ) as process:
        watched = psutil.Process(process.pid)
        try:
            assert process.stdin is not None
            with contextlib.suppress(BrokenPipeError):  # it has ended: its status says how
                process.stdin.write(json.dumps(job).encode() + b"\n")
                process.stdin.flush()
            while True:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    return process.wait(LOOK_EVERY)
                if time.monotonic() > deadline:
                    text = "not finished within the time limit"
                    return Failure("TimeLimit", text, reason="timeout")
                if resident_bytes(watched) > memory:
                    text = f"the downloader took more than {memory / 1e9:g} GB of memory"
                    return Failure("MemoryLimit", text, reason="too_heavy")
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)  # and what it started, such as ffmpeg


@contextmanager
def _locked_folder(folder: Path) -> Iterator[Path]:
    """The trailer's own folder, for one process at a time: a killed run may still be exiting."""
    while True:
        make_folder(folder, folder.parents[1])
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(handle, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), folder.stat()):
                break
        os.close(handle)  # the process that had it has removed it
    try:
        yield folder
    finally:
        os.close(handle)

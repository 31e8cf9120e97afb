"""Download a published file: tried again, resumed where it was cut off, never half."""

import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from stages.base.errors import BenchmarkError

MEGABYTE = 1_000_000
MAX_BYTES = 20_000 * MEGABYTE
TIMEOUT = (10, 30)  # seconds: to connect, between two pieces
TRANSIENT = (408, 425, 429, 500, 502, 503, 504)
MAX_WAIT = 60  # seconds, however long a server asks for
PAUSES = (1.0, 2.0, 4.0, 8.0)  # seconds before the attempts after the first
Watch = Callable[[Iterable[bytes], str, int], Iterable[bytes]]  # such as console.progress


@dataclass(frozen=True)
class RemoteFile:
    """A published file on the network, and what is known of it before it is downloaded."""

    name: str
    """For messages."""
    url: str
    advice: str
    """What a person can do where the network fails."""
    headers: Mapping[str, str] = field(default_factory=dict)
    schemes: tuple[str, ...] = ("https",)
    """Of addresses that it may come from, redirects included."""
    revision: str = ""
    bytes: int = 0
    """0: unknown."""
    sha256: str = ""
    """Empty: unknown."""
    immutable: bool = False
    """Whether the address always gives the same bytes, so that a partial file can be resumed."""


def download(
    remote: RemoteFile, part: Path, watch: Watch, pauses: tuple[float, ...] = PAUSES
) -> None:
    """Download the whole file to `part`, resuming what is there; raises BenchmarkError.

    watch: sees the pieces (of a megabyte), a label and how many are to come. An attempt that
    brought something new is followed by as many others as there are pauses.
    """
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("ab") as file:
        transfer = _Transfer(remote, file, part.with_name(part.name + ".from"), pauses)
        pieces = ceil(transfer.start() / MEGABYTE)
        label = f"{remote.name.rpartition('/')[2]} (MB)"
        for piece in watch(transfer.pieces(), label, pieces):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


class _Transfer:
    def __init__(
        self, remote: RemoteFile, file: BinaryIO, version_file: Path, pauses: tuple[float, ...]
    ) -> None:
        """version_file: a small file that holds the ETag or date of what `file` has so far."""
        self.remote, self.file, self.version_file, self.pauses = remote, file, version_file, pauses
        self.size = remote.bytes
        self.received = file.tell()
        self.failures = 0
        self.answered = False

    def start(self) -> int:
        """Connect; how many bytes remain, 0 where the server does not say."""
        if not self.remote.immutable and not self.version_file.exists():
            self._restart()
        self.response = self._connect()
        left = max(self.size - self.file.tell(), 0)
        free = shutil.disk_usage(self.version_file.parent).free
        if self.size > MAX_BYTES or left > free:
            self.response.close()
            raise BenchmarkError(
                f"no room for {self.remote.name}",
                where=str(self.version_file.parent),
                found=f"{min(free, MAX_BYTES) // MEGABYTE} MB",
                expected=f"{left // MEGABYTE} MB",
                do="free some space and run again",
            )
        return left

    def pieces(self) -> Iterator[bytes]:
        """The rest of the file, over as many connections as it takes."""
        while not self.size or self.file.tell() < self.size:
            try:
                with self.response as response:
                    while piece := response.raw.read(MEGABYTE, decode_content=False):
                        yield piece
                        if self.file.tell() > (self.size or MAX_BYTES):
                            raise self._error(f"more than the {self.size or MAX_BYTES} bytes")
                if self.file.tell() >= self.size:
                    break
                self._wait(f"the connection ended after {self.file.tell()} of {self.size} bytes")
            except (HTTPError, requests.RequestException) as error:
                self._wait(_root_cause(error))
            self.response = self._connect()

    def _connect(self) -> requests.Response:
        """A response whose body continues where the file ends."""
        while True:
            try:
                response = self._ask()
            except requests.RequestException as error:
                self._wait(_root_cause(error))
                continue
            self.answered = True
            if self._is_usable(response):
                return response
            response.close()

    def _ask(self) -> requests.Response:
        headers = {**self.remote.headers, "Accept-Encoding": "identity"}
        if offset := self.file.tell():
            headers["Range"] = f"bytes={offset}-"
            if self.version_file.exists():
                headers["If-Range"] = self.version_file.read_text(encoding="utf-8")
        own = (lambda request: request) if self.remote.headers else None  # else ~/.netrc wins
        return requests.get(
            self.remote.url, headers=headers, stream=True, timeout=TIMEOUT, auth=own
        )

    def _is_usable(self, response: requests.Response) -> bool:
        """Whether the response can be used; if not, prepare the next attempt, or raise."""
        status, offset = response.status_code, self.file.tell()
        for url in (step.url for step in (*response.history, response)):
            if urlsplit(url).scheme not in self.remote.schemes:
                raise self._error(f"{url} is not {' or '.join(self.remote.schemes)}")
        if status in TRANSIENT:
            delay = response.headers.get("Retry-After", "")
            self._wait(f"HTTP status {status}", int(delay) if delay.isdigit() else 0)
            return False
        span = re.fullmatch(
            r"bytes (?:(\d+)-\d+|\*)/(\d+)", response.headers.get("Content-Range", "")
        )
        if status in (206, 416) and span and (span[1] or span[2]) == str(offset):
            self._check_size(int(span[2]))
            if self.size == int(span[2]):
                return True
        if status in (206, 416):
            self._restart()
            self._wait(f"the server cannot resume at byte {offset}")
            return False
        if status != 200:
            raise self._error(f"HTTP status {status}")
        self._check_kind(response)
        self._restart()
        length = response.headers.get("Content-Length", "")
        self._check_size(int(length) if length.isdigit() else 0)
        tag = response.headers.get("ETag", "")
        version = response.headers.get("Last-Modified", "") if tag[:1] != '"' else tag
        if version:
            self.version_file.write_text(version, encoding="utf-8")
        return True

    def _check_kind(self, response: requests.Response) -> None:
        if response.headers.get("Content-Type", "").startswith("text/html"):
            raise self._error("a web page in its place (a sign-in page of the network?)")
        packed = response.headers.get("Content-Encoding", "identity")
        if packed != "identity" and not self.remote.name.endswith(".gz"):
            raise self._error(f"the file in another form ({packed}), not as it is")

    def _check_size(self, size: int) -> None:
        if size and self.remote.bytes and size != self.remote.bytes:
            raise self._error(f"{size} bytes, not {self.remote.bytes}")
        self.size = self.size or size

    def _restart(self) -> None:
        self.size = self.remote.bytes
        self.file.truncate(0)
        self.file.seek(0)
        self.version_file.unlink(missing_ok=True)

    def _wait(self, why: str, retry_after: int = 0) -> None:
        """Pause before the next attempt; raise where none is left, or none can help."""
        position = self.file.tell()
        if position > self.received:
            self.received, self.failures = position, 0
        if self.failures >= (len(self.pauses) if self.answered else 1) or retry_after > MAX_WAIT:
            raise BenchmarkError(
                f"{self.remote.name} could not be downloaded",
                where=urlsplit(self.remote.url).netloc,
                found=why,
                do=f"run again to resume it; or {self.remote.advice}"
                if position
                else self.remote.advice,
            )
        time.sleep(max(self.pauses[self.failures], retry_after))
        self.failures += 1

    def _error(self, found: str) -> BenchmarkError:
        return BenchmarkError(
            f"{self.remote.name} cannot be had at its address",
            where=self.remote.url,
            found=found,
            do=self.remote.advice,
        )


def _root_cause(error: BaseException) -> str:
    """The first error, without those that libraries raised because of it."""
    while deeper := error.__cause__ or error.__context__:
        error = deeper
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]

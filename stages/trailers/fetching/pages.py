"""How much a downloader may read of pages and manifests, counted as they are unpacked.

A page may never end, and a few hundred kilobytes may unpack to a gigabyte. Media is not read here:
it goes to disk piece by piece, under `download.max_megabytes`.
"""

import functools
import time
from collections.abc import Callable
from typing import Any, NoReturn

MAX_BYTES = 16_000_000  # of all pages of one trailer; the largest sites take a third
MAX_SECONDS = 60.0  # for one page
BLOCK = 1 << 16  # read and unpacked at once


class Pages:
    """Counts what is read of the pages of one trailer."""

    def __init__(self, refuse: Callable[[str, str], NoReturn]) -> None:
        self.refuse = refuse
        """Called with a reason and a sentence when it becomes too much; raises."""
        self.left = MAX_BYTES

    def bound(self, response: Any) -> Any:
        """The response, whose `read()`, which reads all, counts; `read(n)` stays as it is."""
        response.read = functools.partial(self._read, response.read)
        return response

    def _read(self, read: Callable[[int], bytes], amt: int | None = None) -> bytes:
        if amt is not None:
            return read(amt)
        deadline = time.monotonic() + MAX_SECONDS
        blocks = []
        while block := read(BLOCK):
            blocks.append(block)
            self.left -= len(block)
            if self.left < 0:
                self.refuse("too_heavy", f"pages of more than {MAX_BYTES:,} bytes")
            if time.monotonic() > deadline:
                self.refuse("timeout", f"a page that took more than {MAX_SECONDS:g} s")
        return b"".join(blocks)

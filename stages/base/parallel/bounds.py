"""How much memory and time the work on one trailer may take, whoever made its file.

Memory is the resident size of the process that does the work, watched from outside. A limit on
address space (RLIMIT_AS) would not do: torch and FFmpeg reserve far more of it than they use, and
an allocation that it refuses looks like a damaged file to FFmpeg and ends the process in C++.
"""

from dataclasses import dataclass

import psutil

from stages.base.environment import number
from stages.base.parallel.workers import workers

MEMORY_GB = 1.5  # what an 8K video takes, and some more
SECONDS = 120.0  # an ordinary trailer takes a few
SHARE = 0.8  # of the machine's memory, for all workers together
SMALLEST = {"TRAILER_MEMORY_GB": 0.3, "TRAILER_SECONDS": 1.0}  # a worker that has only begun


@dataclass(frozen=True)
class Bounds:
    """What the work on one trailer may take, in one stage."""

    memory: int
    """Resident bytes of the process."""
    seconds: float
    """From its start to its end, however often the file is read."""


def bounds() -> Bounds:
    """TRAILER_MEMORY_GB and TRAILER_SECONDS, or their defaults; raises BenchmarkError."""
    share = SHARE * psutil.virtual_memory().total / 1e9 / workers()
    memory = max(min(MEMORY_GB, share), SMALLEST["TRAILER_MEMORY_GB"])
    seconds = number("TRAILER_SECONDS", SECONDS, SMALLEST["TRAILER_SECONDS"])
    gigabytes = number("TRAILER_MEMORY_GB", memory, SMALLEST["TRAILER_MEMORY_GB"])
    return Bounds(int(gigabytes * 1e9), seconds)


def resident_bytes(process: psutil.Process) -> int:
    """Memory that a process takes; 0 once it has ended."""
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0

"""How many processes work at a time on this machine."""

import os

from stages.base.errors import BenchmarkError


def workers() -> int:
    """How many processes: WORKERS if set, else the cores this process may use."""
    wanted = os.environ.get("WORKERS", "")
    if wanted:
        if not wanted.isascii() or not wanted.isdigit() or int(wanted) < 1:
            raise BenchmarkError("bad WORKERS", found=wanted, expected="a number from 1 on")
        return int(wanted)
    affinity = getattr(os, "sched_getaffinity", None)  # containers and job schedulers limit it
    return len(affinity(0)) if affinity else os.cpu_count() or 1

"""Writes the CPU seconds that a Python process spends importing to $IMPORT_CLOCK, line by line.

Python runs this first in every process on whose PYTHONPATH it lies.
"""

import builtins
import os
import time

_import = builtins.__import__
_depth = 0
SLOW = 0.001  # seconds; what is loaded already takes less, and is not worth a line


def _timed(*arguments, **named):  # type: ignore[no-untyped-def]
    global _depth
    begin = time.thread_time()
    _depth += 1
    try:
        return _import(*arguments, **named)
    finally:
        _depth -= 1
        seconds = time.thread_time() - begin
        if not _depth and seconds > SLOW:
            with open(os.environ["IMPORT_CLOCK"], "a") as file:  # noqa: PTH123 - nothing imported
                file.write(f"{seconds:.6f}\n")


if os.environ.get("IMPORT_CLOCK"):
    builtins.__import__ = _timed

"""Numbers of the environment, which change how fast work is done and never a result."""

import math
import os

from stages.base.errors import BenchmarkError


def number(name: str, default: float, least: float = 0.0) -> float:
    """What a variable says, `default` where it is not set. Raises BenchmarkError below `least`."""
    text = os.environ.get(name, "")
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not least <= value < math.inf:
        raise BenchmarkError(f"bad {name}", found=text[:80], expected=f"a number from {least:g} on")
    return value

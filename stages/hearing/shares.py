"""How long speech, music, both at once and neither last. Times are in seconds."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

LAYERS = ("speech", "music", "neither")
"""In this order wherever they stand side by side."""
BOTH = "both"  # speech over music: it counts as either


@dataclass(frozen=True)
class Heard:
    """What a sound is made of, and when; stretches are ascending and do not overlap."""

    seconds: float
    """Its length."""
    speech: np.ndarray
    """(n, 2), start and end of each stretch."""
    music: np.ndarray | None
    """(n, 2); None where nobody listened for it."""

    @property
    def neither(self) -> np.ndarray | None:
        """(n, 2): what is left; None where that is not known."""
        if self.music is None:
            return None
        both = np.concatenate([self.speech, self.music])
        left, at = [], 0.0
        for start, end in both[np.argsort(both[:, 0], kind="stable")].tolist():
            if start > at:
                left.append((at, start))
            at = max(at, end)
        if at < self.seconds:
            left.append((at, self.seconds))
        return np.array(left, np.float64).reshape(-1, 2)


def stretches(is_so: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Start and end of each run of looks of which something is so, (n, 2).

    is_so: (n_looks,) bool; edges: (n_looks + 1,), between which each counts.
    """
    steps = np.diff(np.concatenate([[False], is_so, [False]]).astype(int))
    found = np.stack([edges[np.flatnonzero(steps == 1)], edges[np.flatnonzero(steps == -1)]], 1)
    return found[found[:, 1] > found[:, 0]]


def seconds_of(heard: Heard) -> Mapping[str, float | None]:
    """How long each of LAYERS and BOTH lasts; None where music was not listened for.

    speech + music - both + neither is the whole: speech over music counts as either.
    """
    speech = _length(heard.speech)
    if heard.music is None or heard.neither is None:
        return {"speech": speech, "music": None, "neither": None, BOTH: None}
    starts = np.maximum(heard.speech[:, None, 0], heard.music[None, :, 0])
    ends = np.minimum(heard.speech[:, None, 1], heard.music[None, :, 1])
    both = float(np.clip(ends - starts, 0, None).sum())
    music, neither = _length(heard.music), _length(heard.neither)
    return {"speech": speech, "music": music, "neither": neither, BOTH: both}


def _length(spans: np.ndarray) -> float:
    return float((spans[:, 1] - spans[:, 0]).sum())

"""Whether hashes and fingerprints in the store are such as the audit writes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from stages.base.npz import check_npz
from stages.trailers.auditing.pictures import THUMBNAIL_SIZE

THUMB = (np.uint8, ("n", THUMBNAIL_SIZE[1], THUMBNAIL_SIZE[0]))
FRAMES = {
    "frame": (np.int16, ("n",)),
    "time": (np.float64, ("n",)),
    "hash": (np.uint64, ("n",)),
    "spread": (np.float32, ("n",)),
    "thumb": THUMB,
}
WINDOWS = {
    "start": (np.float64, ("n",)),
    "count": (np.int64, ("n",)),
    "words": (np.uint32, ("m",)),
    "audible": (np.bool_, ("m",)),
}


def check_hashes(path: Path) -> None:
    """Raise ValueError unless a file holds the hashes of one trailer's frames."""
    check_npz(path, FRAMES)
    _check_finite(path, "time", "spread")


def check_fingerprints(path: Path) -> None:
    """Raise ValueError unless a file holds the fingerprints of one trailer's windows."""
    check_npz(path, WINDOWS)
    _check_counts(path)


@dataclass(frozen=True)
class ShardCheck:
    """Raises ValueError for a file that is not the result of a shard of these trailers."""

    what: Literal["frames", "sound"]
    trailers: tuple[str, ...]

    def __call__(self, path: Path) -> None:
        if self.what == "frames":
            trailer = (np.int32, ("n",))
            names = ("U16", (len(self.trailers),))
            check_npz(path, {**FRAMES, "trailer": trailer, "names": names})
            _check_finite(path, "time", "spread")
            with np.load(path) as entry:
                owner, known = entry["trailer"], entry["names"].tolist()
            if known != list(self.trailers) or np.any((owner < 0) | (owner >= len(known))):
                raise ValueError("its trailers are not the shard's")
        else:
            check_npz(path, {**WINDOWS, "trailer_id": ("U16", ("n",))})
            _check_counts(path)
            with np.load(path) as entry:
                if not set(entry["trailer_id"].tolist()) <= set(self.trailers):
                    raise ValueError("its trailers are not the shard's")


def _check_counts(path: Path) -> None:
    _check_finite(path, "start")
    with np.load(path) as entry:
        counts, words = entry["count"], len(entry["words"])
    if counts.min(initial=0) < 0 or sum(counts.tolist()) != words:
        raise ValueError(f"its windows do not add up to {words} words")


def _check_finite(path: Path, *names: str) -> None:
    with np.load(path) as entry:
        if not all(np.isfinite(entry[name]).all() for name in names):
            raise ValueError("a number is not finite")

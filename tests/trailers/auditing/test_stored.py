"""Hashes and fingerprints that have the hash of their name and are not the audit's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.trailers.auditing.stored import ShardCheck, check_fingerprints, check_hashes

NAMES = ("00aa", "00bb")
HASHES: dict[str, Any] = {
    "frame": np.zeros(3, np.int16),
    "time": np.zeros(3, np.float64),
    "hash": np.zeros(3, np.uint64),
    "spread": np.zeros(3, np.float32),
    "thumb": np.zeros((3, 36, 64), np.uint8),
}
WINDOWS: dict[str, Any] = {
    "start": np.zeros(2, np.float64),
    "count": np.array([3, 2]),
    "words": np.zeros(5, np.uint32),
    "audible": np.zeros(5, np.bool_),
}
OF_FRAMES = HASHES | {"trailer": np.array([0, 0, 1], np.int32), "names": np.array(NAMES, "U16")}
OF_SOUND = WINDOWS | {"trailer_id": np.array(NAMES, "U16")}


def refused(path: Path, check: Callable[[Path], None], arrays: dict[str, Any]) -> bool:
    with path.open("wb") as file:
        np.savez(file, **arrays)
    try:
        check(path)
    except ValueError:
        return True
    return False


@pytest.mark.parametrize(
    ("check", "arrays", "changes"),
    [
        (
            check_hashes,
            HASHES,
            [{"thumb": np.zeros((3, 36, 65), np.uint8)}, {"hash": np.zeros(2, np.uint64)}],
        ),
        (
            check_fingerprints,
            WINDOWS,
            [{"count": np.array(c)} for c in ([3, 3], [6, -1], [2**62, 2**62])],
        ),
        (
            ShardCheck("frames", NAMES),
            OF_FRAMES,
            [
                {"trailer": np.array([0, 0, 2], np.int32)},
                {"trailer": np.array([0, 0, -1], np.int32)},
                {"names": np.array(NAMES[::-1], "U16")},
                {"time": np.array([0, 1, np.nan])},
            ],
        ),
        (
            ShardCheck("sound", NAMES),
            OF_SOUND,
            [{"trailer_id": np.array(["00aa", "00cc"], "U16")}, {"start": np.array([0, np.inf])}],
        ),
    ],
    ids=["hashes", "fingerprints", "frames", "sound"],
)
def test_only_what_the_audit_writes_is_taken(
    tmp_path: Path, check: Any, arrays: dict[str, Any], changes: list[dict[str, Any]]
) -> None:
    assert not refused(tmp_path / "x", check, arrays)
    for change in [*changes, {"more": np.zeros(1)}]:
        assert refused(tmp_path / "x", check, arrays | change), change
    (tmp_path / "x").write_bytes(b"{}")
    with pytest.raises(Exception, match="not a zip file"):
        check(tmp_path / "x")

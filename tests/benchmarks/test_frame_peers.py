"""Packages that read frames by number: measured where they are, named where they are not."""

import cv2
import numpy as np
import pytest

from benchmarks.cases import frames
from benchmarks.clips import Clip
from benchmarks.frame_peers import PEERS, Peer
from benchmarks.timing import Cost

LINE = "/project/src/decoder.cc:104: "
WHERE = ("a.mp4", [0, 1], (4, 6))


def fail(said):
    raise RuntimeError(said)


def peer(read, module="numpy", name="one"):
    return Peer(name, module, "one==1", read)


def test_what_is_not_installed_says_how_to_have_it():
    why = peer(lambda *_: [], "no_such_module").missing(*WHERE)
    assert why == "not installed; to have it: python -m pip install --no-deps one==1"


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (lambda path, numbers, size: 1 / 0, "it fails: division by zero"),
        (lambda *_: fail(f"[14:14:27] {LINE}Check failed: x\nstack"), "it fails: Check failed: x"),
        (lambda path, numbers, size: [np.zeros((4, 6, 3), np.uint8)], "it gives 1 of 2 frames"),
        (lambda path, numbers, size: [np.zeros((*size, 3), np.uint8) for _ in numbers], ""),
    ],
)
def test_what_fails_is_not_measured(read, expected):
    assert peer(read).missing(*WHERE) == expected


def test_pictures_have_the_size_and_the_order_of_ours():
    red = np.zeros((8, 12, 3), np.uint8)
    red[..., 0], red[::2] = 200, 0
    (found,) = peer(lambda *_: [red]).bgr("a.mp4", [0], (4, 6))
    assert found.shape == (4, 6, 3) and (found == [0, 0, 100]).all()
    assert (found == cv2.resize(red, (6, 4), interpolation=cv2.INTER_AREA)[..., ::-1]).all()


def test_each_is_a_row(tmp_path, monkeypatch):
    def two_at_most(path, numbers, size):
        return [np.zeros((*size, 3), np.uint8)] * min(len(numbers), 2)

    def fails_later(path, numbers, size):
        return two_at_most(path, numbers, size) if len(numbers) < 3 else 1 / 0

    missing = peer(PEERS[0].read, "no_such_module", "missing")
    readers = {"none": lambda *_: [], "two": two_at_most, "later": fails_later}
    peers = (missing, *(peer(read, name=name) for name, read in readers.items()))
    monkeypatch.setattr(frames, "PEERS", peers)
    params = frames.replace(frames.PARAMS, count=3, first_frame=20, short_side=32)
    rows = list(frames.rows(tmp_path, 0.01, frames.Size([Clip("H.264", 64, 2, 12)], params)))
    notes = {row.against: row.note for row in rows}
    assert notes["missing"].startswith("not run: not installed")
    assert notes["none"] == "not run: it gives 0 of 2 frames"  # of the first two, before any turn
    assert notes["two"] == "not run: it gives 2 of 3 frames"
    assert notes["later"] == "not run: it fails: division by zero"
    assert {row.rounds for row in rows if row.against in ("two", "later")} == {0}


def test_goals():
    names = {frames.SEEK, *(each.name for each in PEERS)}
    for clip in frames.CLIPS:
        goals = frames._goals(clip)
        assert (names <= goals.keys()) == (clip.height > 144)
        assert goals[frames.SAME] == (0.9 if clip.height == 144 else 0.8)
    of_decord = {clip: frames._goals(clip).get("decord2", 1.0) for clip in frames.CLIPS}
    ahead = {(c.codec, c.height, c.key_seconds) for c, goal in of_decord.items() if goal == 1.25}
    assert ahead == {("H.264", 480, 6), *(("H.264", 1080, seconds) for seconds in (1, 2, 6))}
    assert set(of_decord.values()) == {1.0, 1.25}


@pytest.mark.parametrize(
    ("spent", "jpegs", "expected"),
    [
        (2.0, 0.5, "of 2.00 s, 1.00 s are"),
        (2.0, -0.5, "with JPEGs 0.50"),
        (0.5, 0.1, "0.50 s, and"),
    ],
)
def test_turns_that_cannot_be_compared_are_no_account(spent, jpegs, expected):
    floor, ours = ([Cost(wall=s, cpu=s)] for s in (1.0, spent))
    assert expected in frames._why(ours, floor, jpegs)

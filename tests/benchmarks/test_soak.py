"""The soak at a tiny size, and that it sees what it looks for."""

import os
import subprocess
import sys
from contextlib import nullcontext

import pytest

from benchmarks import soak
from benchmarks.hostile import sent
from stages.base.errors import BenchmarkError


def test_every_trailer_is_accounted_for(monkeypatch):
    monkeypatch.setattr(soak, "ONE_IN", 2)
    monkeypatch.setattr(soak, "CLIPS", 1)
    found = soak.soak(4)
    assert (found["trailers"], found["hostile"]) == (4, 2)
    assert found["lost"] == found["left"] == []
    assert found["reasons"] == {"/run.mp4: too_heavy": 1, "/table.mp4: too_heavy": 1}
    assert 0.5 < found["peak_ratio"] < 2
    assert {*found["stages"]["quiet"]} == {*found["stages"]["hostile"]} == {*soak.STAGES}
    assert "2 were hostile. Not accounted for: 0;" in soak.said(found)[-1]


@pytest.mark.parametrize(
    ("lost", "left", "ratio", "fails"),
    [
        ([], [], 1.2, False),
        (["/1.mp4"], [], 1, True),
        ([], ["x.part"], 1, True),
        ([], [], 1.4, True),
    ],
)
def test_the_soak_fails_for_what_is_lost_or_left_and_for_memory_that_grows(
    monkeypatch, tmp_path, lost, left, ratio, fails
):
    took = {"seconds": 1.0, "peak_megabytes": 100.0}
    stages = {name: {"frames": took} for name in ("quiet", "hostile")}
    found = {"trailers": 40, "hostile": 2, "lost": lost, "left": left, "stages": stages}
    monkeypatch.setattr(soak, "soak", lambda _: found | {"peak_ratio": ratio})
    monkeypatch.setattr(soak, "RESULTS", tmp_path / "soak.json")
    monkeypatch.setattr(sys, "argv", ["soak"])
    with pytest.raises(BenchmarkError) if fails else nullcontext() as error:
        soak.main()
    if error is not None:
        assert all(name in str(error.value) for name in (*lost, *left))
    assert (tmp_path / "soak.json").is_file()


def test_a_stage_that_fails_ends_the_soak(tmp_path):
    with pytest.raises(subprocess.CalledProcessError):  # more than half are missing
        soak.run(tmp_path / "all", ["/a.mp4"], {"/a.mp4": sent(b"no trailer")})


def test_lost_are_ordinary_ones_with_a_reason_and_hostile_ones_without():
    reasons = {"/a": "ok", "/b": "timeout", "/bad?1": "too_heavy", "/bad?2": "ok"}
    assert soak.lost(reasons, {"/bad?1", "/bad?2"}) == ["/b", "/bad?2"]
    assert soak.lost({"/a": "ok", "/b": "no outcome of frames"}, ()) == ["/b"]


def test_what_is_left_is_found(tmp_path):
    (tmp_path / "temporary").mkdir()
    (tmp_path / "temporary/forgotten").touch()
    (tmp_path / "data/store/frames/partial").mkdir(parents=True)
    (tmp_path / "data/store/frames/partial/half.part").touch()
    assert sorted(soak._files(tmp_path)) == [
        "data/store/frames/partial/half.part",
        "temporary/forgotten",
    ]
    command = [sys.executable, "-c", "input()"]
    environment = os.environ | {soak.MARK: "mine"}
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE) as process:
        assert [each.startswith("process ") for each in soak._processes("mine")] == [True]
        assert not soak._processes("another's")
        process.communicate(b"\n")
    assert not soak._processes("mine")

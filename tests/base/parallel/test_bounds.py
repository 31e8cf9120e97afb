"""Memory and time of one trailer: where they end, a row with a reason, and nothing else lost."""

import time

import numpy as np
import psutil
import pytest

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.parallel import bounds as room
from stages.base.parallel import run as anywhere
from stages.base.parallel import within_bounds
from stages.base.parallel.bounds import Bounds, bounds
from stages.base.parallel.children import Children
from stages.base.parallel.local import run

SECONDS = 12  # a process begins and takes half a gigabyte in 2 on a quiet machine
NARROW = Bounds(400_000_000, float(SECONDS))


def work(item: str) -> str:
    """What an item says: take half a gigabyte, take a minute, or do well."""
    if item == "heavy":
        held = np.ones(500_000_000, np.uint8)
        time.sleep(60 + held[0])
    if item == "slow":
        time.sleep(60)
    return item.upper()


def half(item: str) -> int:
    """Take 250 MB and never give them back, for long enough to be looked at."""
    KEPT.append(np.ones(250_000_000, np.uint8))
    time.sleep(0.3)
    return len(KEPT)


KEPT: list[np.ndarray] = []


@pytest.fixture(autouse=True)
def narrow(monkeypatch):
    monkeypatch.setenv("TRAILER_MEMORY_GB", "0.4")
    monkeypatch.setenv("TRAILER_SECONDS", str(SECONDS))


def test_in_a_pool_the_others_are_done():
    items = ["a", "heavy", "b", "slow", "c", "d"]
    found = dict(run(work, items, processes=2, bounded=True))
    reasons = {n: (r.reason, r.detail) for n, r in found.items() if isinstance(r, TrailerError)}
    assert reasons == {
        "heavy": ("too_heavy", "more than 0.4 GB of memory"),
        "slow": ("timeout", f"not done in {SECONDS} s"),
    }
    assert [found[item] for item in "abcd"] == list("ABCD")


@pytest.mark.xdist_group("cluster")
def test_on_a_cluster_the_worker_goes_on(lone_scheduler, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", lone_scheduler.address)
    lone_scheduler.environment |= {"TRAILER_MEMORY_GB": "0.4", "TRAILER_SECONDS": str(SECONDS)}
    lone_scheduler.add_workers(1)
    results = dict(anywhere(work, ["a", "heavy", "b", "slow", "c"], bounded=True))
    reasons = {n: r.reason for n, r in results.items() if isinstance(r, TrailerError)}
    assert reasons == {"heavy": "too_heavy", "slow": "timeout"}
    assert [results[item] for item in "abc"] == list("ABC")


def test_without_bounds_nothing_is_watched(monkeypatch):
    monkeypatch.setenv("TRAILER_MEMORY_GB", "0.3")
    assert [n for _, n in run(half, ["a", "b"], processes=1)] == [1, 2]


def test_alone():
    for item, reason in (("heavy", "too_heavy"), ("slow", "timeout")):
        with pytest.raises(TrailerError) as failure:
            within_bounds(work, item)
        assert failure.value.reason == reason
    assert within_bounds(work, "a") == "A"


def test_what_one_item_left_behind_is_not_held_against_the_next():
    children = Children()
    try:
        assert [children.call(half, "a", NARROW) for _ in range(3)] == [1, 1, 1]
    finally:
        children.stop()


def test_nothing_is_left_running():
    children = Children()
    assert children.call(work, "a", NARROW) == "A"
    (child,) = children._idle
    children.close()
    assert not psutil.pid_exists(child.process.pid)


def test_a_working_folder_and_an_environment_of_who_asks(tmp_path, monkeypatch):
    within_bounds(work, "a")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRAILER_STORE", "file:///elsewhere")
    assert within_bounds(where, "TRAILER_STORE") == (str(tmp_path), "file:///elsewhere")


def where(name: str) -> tuple[str, str]:
    import os
    from pathlib import Path

    return str(Path.cwd()), os.environ[name]


def test_bounds_by_the_environment(monkeypatch):
    assert bounds() == NARROW
    for name in ("TRAILER_MEMORY_GB", "TRAILER_SECONDS"):
        monkeypatch.delenv(name)
    memory = type("Memory", (), {"total": 24_000_000_000})
    monkeypatch.setattr(room.psutil, "virtual_memory", lambda: memory)
    monkeypatch.setenv("WORKERS", "2")
    assert bounds() == Bounds(1_500_000_000, 120.0)
    monkeypatch.setenv("WORKERS", "16")
    assert bounds() == Bounds(1_200_000_000, 120.0)  # 80 % of the machine for all of them
    monkeypatch.setenv("WORKERS", "1000")
    assert bounds().memory == 300_000_000


@pytest.mark.parametrize("value", ["much", "nan", "inf", "0", "-1", "0.29"])
@pytest.mark.parametrize("name", ["TRAILER_MEMORY_GB", "TRAILER_SECONDS"])
def test_bounds_that_are_none(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(BenchmarkError, match=f"bad {name}"):
        bounds()

import math
import subprocess
import sys
import time

import pytest

from benchmarks import timing
from benchmarks.timing import (
    Cost,
    PeakMemory,
    Spread,
    cost_of,
    median_seconds,
    take_turns,
    times_as_fast,
)


def test_ratios_are_taken_round_by_round():
    ours = [Cost(1, 2), Cost(2, 4), Cost(4, 8)]
    theirs = [Cost(5, 2), Cost(6, 2), Cost(8, 16)]
    assert times_as_fast(ours, theirs, "wall") == Spread(3, 2, 5)  # 5, 3, 2
    assert times_as_fast(ours, theirs, "cpu") == Spread(1, 0.5, 2)  # 1, 0.5, 2
    assert median_seconds(theirs, "wall") == 6
    with pytest.raises(ValueError):
        times_as_fast(ours, theirs[:2], "cpu")


def test_ways_take_turns_and_every_other_round_in_reverse():
    said: list[str] = []
    ways = {name: lambda name=name: said.append(name) for name in "abc"}
    costs = take_turns(ways, budget=math.inf, rounds=3)
    assert "".join(said) == "abccbaabc"
    assert {name: len(found) for name, found in costs.items()} == {"a": 3, "b": 3, "c": 3}


def test_a_way_that_is_gone_once_is_in_the_first_round_alone():
    said: list[str] = []
    ways = {name: lambda name=name: said.append(name) for name in "abc"}
    costs = take_turns(ways, budget=math.inf, rounds=3, once="b")
    assert "".join(said) == "abccaac"
    assert {name: len(found) for name, found in costs.items()} == {"a": 3, "b": 1, "c": 3}


def test_what_is_gone_once_is_no_part_of_what_another_round_takes(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(timing.time, "perf_counter", lambda: now[0])

    def takes(seconds: float):
        return lambda: now.__setitem__(0, now[0] + seconds)

    ways = {"a": takes(1), "slow": takes(100)}
    assert len(take_turns(ways, budget=103, rounds=9, once=["slow"])["a"]) == 3
    assert len(take_turns(ways, budget=103, rounds=9)["a"]) == 1


def test_no_round_begins_that_would_not_end_within_the_budget(monkeypatch):
    clock = iter(range(0, 1000, 10))  # every look at the clock is ten seconds later
    monkeypatch.setattr(timing.time, "perf_counter", lambda: float(next(clock)))
    # a way looks twice, the turn once: a round of one way takes 30 s
    assert len(take_turns({"a": lambda: None}, budget=95, rounds=9)["a"]) == 3
    assert len(take_turns({"a": lambda: None}, budget=1, rounds=9)["a"]) == 1


def test_cpu_time_is_work_and_not_waiting():
    def work() -> None:
        until = time.process_time() + 0.05
        while time.process_time() < until:
            pass

    cost = cost_of(work)
    assert cost.cpu >= 0.05 and cost.wall >= 0.045


def test_a_process_that_has_not_begun_yet_is_not_taken_for_one_as_large_as_ours():
    held = bytearray(b"x" * 400_000_000)
    program = [sys.executable, "-c", "import time; x = b'x' * 50_000_000; time.sleep(0.3)"]
    with PeakMemory(0.01) as memory:
        subprocess.run(program, check=True, preexec_fn=lambda: time.sleep(0.3))
    assert len(held) == 400_000_000
    assert 50e6 < memory.of_largest < 400e6
    assert memory.of_largest <= memory.of_all

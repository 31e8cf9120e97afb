"""Turns are taken by processes; threads stand in for them, since each opens its own files."""

import threading
import time
from pathlib import Path

from stages.trailers.fetching import hosts


def begin_times(folder: Path, host: str, count: int, pause: float) -> list[float]:
    begun: list[float] = []

    def work() -> None:
        with hosts.turn(folder, host, pause):
            begun.append(time.time())

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(begun)


def test_turns_begin_a_pause_apart(tmp_path: Path) -> None:
    start = time.time()
    begun = begin_times(tmp_path, "a.example", 4, 0.1)
    # a busy machine may notice a turn late, and so close to the next one, but never too early
    assert all(begin >= start + 0.1 * turns for turns, begin in enumerate(begun))


def test_hosts_do_not_wait_for_each_other(tmp_path: Path) -> None:
    start = time.time()
    for host in "abcde":
        with hosts.turn(tmp_path, host, 5.0):
            pass
    assert time.time() - start < 4


def test_few_at_a_time(tmp_path: Path) -> None:
    inside: list[int] = []
    now = 0
    guard = threading.Lock()
    full = threading.Event()

    def work() -> None:
        nonlocal now
        with hosts.turn(tmp_path, "a.example", 0.0):
            with guard:
                now += 1
                inside.append(now)
                if now == hosts.AT_A_TIME:
                    full.set()
            full.wait(5)
            with guard:
                now -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(inside) == hosts.AT_A_TIME


def test_a_host_that_asks_for_time_gets_it(tmp_path: Path) -> None:
    hosts.postpone(tmp_path, "a.example", 0.3)
    start = time.time()
    with hosts.turn(tmp_path, "a.example", 0.0):
        assert time.time() - start >= 0.28


def test_host_names_are_no_paths(tmp_path: Path) -> None:
    with hosts.turn(tmp_path / "hosts", "../../etc/x", 0.0):
        pass
    assert {path.parent for path in tmp_path.rglob("*.next")} == {tmp_path / "hosts"}

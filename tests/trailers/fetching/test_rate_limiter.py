"""Processes share a rate limit; threads stand in for them, since each opens its own files."""

import threading
import time
from pathlib import Path

import pytest

from stages.trailers.fetching.rate_limiter import MAX_CONCURRENT, RateLimiter


def begin_times(folder: Path, host: str, count: int, pause: float) -> list[float]:
    begun: list[float] = []

    def work() -> None:
        with RateLimiter(folder, host, pause).acquire():
            begun.append(time.time())

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(begun)


def test_downloads_start_a_pause_apart(tmp_path: Path) -> None:
    start = time.time()
    begun = begin_times(tmp_path, "a.example", 4, 0.1)
    # a busy machine may start a download late, and so close to the next one, but never too early
    assert all(begin >= start + 0.1 * turns for turns, begin in enumerate(begun))


def test_hosts_do_not_wait_for_each_other(tmp_path: Path) -> None:
    start = time.time()
    for host in "abcde":
        with RateLimiter(tmp_path, host, 5.0).acquire():
            pass
    assert time.time() - start < 4


def test_few_at_a_time(tmp_path: Path) -> None:
    inside: list[int] = []
    now = 0
    guard = threading.Lock()
    full = threading.Event()

    def work() -> None:
        nonlocal now
        with RateLimiter(tmp_path, "a.example", 0.0).acquire():
            with guard:
                now += 1
                inside.append(now)
                if now == MAX_CONCURRENT:
                    full.set()
            full.wait(5)
            with guard:
                now -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(inside) == MAX_CONCURRENT


def test_a_host_that_asks_for_time_gets_it(tmp_path: Path) -> None:
    RateLimiter(tmp_path, "a.example", 0.0).back_off(0.3)
    start = time.time()
    with RateLimiter(tmp_path, "a.example", 0.0).acquire():
        assert time.time() - start >= 0.28


def test_host_names_are_no_paths(tmp_path: Path) -> None:
    with RateLimiter(tmp_path / "hosts", "../../etc/x", 0.0).acquire():
        pass
    assert {path.parent for path in tmp_path.rglob("*.next")} == {tmp_path / "hosts"}


def test_a_file_that_holds_no_moment_is_as_new(tmp_path: Path) -> None:
    for content in (b"soon", b"[]", b"\xff" * 80, b"nan"):
        with RateLimiter(tmp_path, "a.example", 0.0).acquire():
            pass
        for path in tmp_path.iterdir():
            path.write_bytes(content)
    with RateLimiter(tmp_path, "a.example", 0.0).acquire():
        pass


def test_a_group_that_shares_the_store_shares_its_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for umask, folder, file in (("", 0o700, 0o600), ("007", 0o770, 0o660)):
        monkeypatch.setenv("TRAILER_STORE_UMASK", umask)
        hosts = tmp_path / f"hosts{umask}"
        with RateLimiter(hosts, "a.example", 0.0).acquire():
            pass
        assert hosts.stat().st_mode & 0o777 == folder
        assert {path.stat().st_mode & 0o777 for path in hosts.iterdir()} == {file}

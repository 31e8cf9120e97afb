import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from stages.base.errors import TrailerError
from stages.base.parallel.local import run


def square(number: int) -> int:
    if number == 3:
        raise TrailerError("gone", "three")
    if number == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 7:
        raise ZeroDivisionError("a bug")
    return number * number


def test_results_failures_and_a_dying_worker_lose_nothing():
    results = dict(run(square, [0, 1, 2, 3, 4, 5, 6], processes=2))
    good = {n: r for n, r in results.items() if n not in (3, 5)}
    assert good == {0: 0, 1: 1, 2: 4, 4: 16, 6: 36}
    assert isinstance(results[3], TrailerError) and results[3].reason == "gone"
    assert isinstance(results[5], TrailerError) and results[5].reason == "crashed"


def test_a_bug_stops_the_run():
    with pytest.raises(ZeroDivisionError):
        list(run(square, [1, 7, 2], processes=1))


def whoami(number: int) -> int:
    return os.getpid() if square(number) else 0


def test_a_few_are_done_in_this_very_process_and_more_are_not():
    few = dict(run(whoami, [1, 2, 3], serial_up_to=3))
    assert isinstance(few.pop(3), TrailerError) and set(few.values()) == {os.getpid()}
    assert os.getpid() not in dict(run(whoami, [1, 2, 4], serial_up_to=2)).values()


def begin(path: Path) -> Path:
    path.touch()
    return path


def test_others_are_begun_while_a_result_is_worked_on(tmp_path):
    found = run(begin, [tmp_path / str(n) for n in range(8)], processes=1)
    next(found)
    deadline = time.monotonic() + 30
    while len(list(tmp_path.iterdir())) < 3:  # two more, as at the start
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(0.5)
    assert len(list(tmp_path.iterdir())) == 3
    assert len(list(found)) == 7


def test_nothing_to_do():
    assert list(run(square, [])) == []


def linger(path: Path) -> None:
    """Say which process this is, and stay longer than any test."""
    (path / str(os.getpid())).touch()
    time.sleep(600)


def test_workers_end_with_a_parent_that_was_killed(tmp_path):
    code = f"""
from pathlib import Path
from stages.base.parallel.local import run
from tests.base.parallel.test_local import linger
if __name__ == "__main__":
    list(run(linger, [Path({str(tmp_path)!r})] * 2, 2))
"""
    script = tmp_path.parent / "parent.py"
    script.write_text(code)
    root = Path(__file__).parents[3]
    environment = os.environ | {"PYTHONPATH": str(root)}
    parent = subprocess.Popen([sys.executable, str(script)], cwd=root, env=environment)
    deadline = time.monotonic() + 60
    while len(workers := [int(each.name) for each in tmp_path.iterdir()]) < 2:
        assert time.monotonic() < deadline and parent.poll() is None
        time.sleep(0.05)
    parent.kill()
    parent.wait()
    while any(psutil.pid_exists(worker) for worker in workers):
        assert time.monotonic() < deadline, "a worker outlives its parent"
        time.sleep(0.05)

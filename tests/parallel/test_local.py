import os
import signal

import pytest

from stages.errors import TrailerError
from stages.parallel.local import run


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


def test_nothing_to_do():
    assert list(run(square, [])) == []

"""Threads hand results back in order, and change none."""

import threading
import time

import numpy as np
import pytest

from stages.scoring.bootstrap import resampled_average_precision
from stages.scoring.permutation import no_skill_test, paired_permutation_test
from stages.scoring.threads import in_threads, made_ahead


def test_results_come_in_the_order_of_the_items(monkeypatch):
    monkeypatch.setenv("WORKERS", "3")
    together = threading.Barrier(3, timeout=10)  # breaks unless three are at work at once

    def slow_first(number: int) -> int:
        together.wait()
        time.sleep(0.02 * (3 - number))
        return 10 * number

    assert in_threads(slow_first, range(3)) == [0, 10, 20]


def test_an_error_in_a_thread_is_ours(monkeypatch):
    monkeypatch.setenv("WORKERS", "2")
    with pytest.raises(ZeroDivisionError):
        in_threads(lambda number: 1 / number, [1, 0])


def test_items_are_made_as_there_are_threads_for_them(monkeypatch):
    monkeypatch.setenv("WORKERS", "2")
    made: list[int] = []
    seen: list[int] = []

    def items():
        for number in range(20):
            made.append(number)
            yield number

    def work(number: int) -> None:
        seen.append(len(made))

    in_threads(work, items())
    assert all(there <= number + 6 for number, there in enumerate(seen)) and len(made) == 20


def test_made_ahead_are_the_same_items_and_an_error_is_ours():
    def items():
        yield from (1, None, 3)
        raise ZeroDivisionError

    found = made_ahead(items())
    assert [next(found), next(found), next(found)] == [1, None, 3]
    with pytest.raises(ZeroDivisionError):
        next(found)
    assert list(made_ahead(iter("ab"))) == ["a", "b"]


def test_the_number_of_threads_changes_nothing(monkeypatch):
    rng = np.random.default_rng(0)
    y_true, scores = rng.random((60, 4)) < 0.3, rng.random((3, 60, 4))
    found = []
    for count in ("1", "4"):
        monkeypatch.setenv("WORKERS", count)
        resamples = resampled_average_precision(y_true, scores, 200, 0)
        tests = (
            paired_permutation_test(y_true, scores[0], scores[1], 99, 0),
            no_skill_test(y_true, scores[0], 99, 0),
        )
        found.append((resamples.values.tobytes(), resamples.jackknife.tobytes(), tests))
    assert found[0] == found[1]

"""A function beside our own work, in a process that ends with it."""

import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from stages.base.errors import BenchmarkError
from stages.base.parallel.children import beside


def process_and_double(number: int) -> tuple[int, int]:
    return os.getpid(), 2 * number


def refuse(number: int) -> None:
    raise BenchmarkError("no such number", found=str(number))


def end(number: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def tell_and_sleep(path: Path) -> None:
    path.write_text(str(os.getpid()))
    time.sleep(600)


def test_it_works_in_a_process_of_its_own():
    with beside(process_and_double, 21) as told:
        process, doubled = told.result()
        assert process != os.getpid() and doubled == 42
        assert not psutil.pid_exists(process)  # while the block goes on


def test_what_it_raises_its_result_raises():
    with beside(refuse, 3) as told, pytest.raises(BenchmarkError, match="no such number"):
        told.result()


def test_a_process_that_is_ended_twice_is_an_error_that_says_what_to_do():
    with beside(end, 3) as told, pytest.raises(BenchmarkError, match="out of memory"):
        told.result()


def test_an_error_of_ours_ends_it(tmp_path):
    began = tmp_path / "began"
    with pytest.raises(ZeroDivisionError), beside(tell_and_sleep, began):
        while not (began.exists() and began.read_text()):
            time.sleep(0.01)
        raise ZeroDivisionError
    assert not psutil.pid_exists(int(began.read_text()))

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from stages.base.errors import BenchmarkError
from stages.base.store import Store, alone, pull
from stages.base.store.using import use

CONTEXT = multiprocessing.get_context("fork")


def looks_up(root: Path) -> None:
    Store("step", 1, {}, root).find("0" * 32)


def writes(root: Path) -> None:
    with Store("step", 1, {}, root).put("0" * 32) as path:
        path.write_bytes(b"result")


def takes(root: Path) -> None:
    pull(root / "step/00" / f"{'0' * 32}.{'0' * 64}", root)


def recovers(root: Path) -> None:
    Store("step", 1, {}, root).recover()


@contextmanager
def another(root: Path, work: Callable[[Path], None]) -> Iterator[None]:
    """A process that has done so and still runs; it is killed at the end."""
    ready = CONTEXT.Event()
    process = CONTEXT.Process(target=_work, args=(root, work, ready))
    process.start()
    try:
        assert ready.wait(20)
        yield
    finally:
        process.kill()
        process.join(20)


def _work(root: Path, work: Callable[[Path], None], ready: Event) -> None:
    work(root)
    ready.set()
    time.sleep(60)


@pytest.mark.parametrize("work", [looks_up, writes, takes, recovers])
def test_nobody_is_alone_until_who_uses_the_store_has_ended(tmp_path, work):
    with (
        another(tmp_path, work),
        pytest.raises(BenchmarkError, match="is in use"),
        alone(tmp_path),
    ):
        pass
    with alone(tmp_path):
        pass


def test_a_process_that_used_another_store_is_no_hindrance(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    with another(tmp_path / "one", looks_up), alone(tmp_path / "two"):
        pass


def test_who_is_alone_may_use_the_store_itself(tmp_path):
    writes(tmp_path)
    with alone(tmp_path):
        assert Store("step", 1, {}, tmp_path).find("0" * 32) is not None
    with alone(tmp_path):
        pass


def test_others_wait_for_who_is_alone(tmp_path):
    done = CONTEXT.Event()
    with alone(tmp_path):
        process = CONTEXT.Process(target=_find_and_say, args=(tmp_path, done))
        process.start()
        assert not done.wait(0.5)
    assert done.wait(20)
    process.join(20)


def _find_and_say(root: Path, done: Event) -> None:
    # a child of fork has its parent's lock, as no worker of a stage has
    from stages.base.store import using

    using._hold = using._Hold()
    looks_up(root)
    done.set()


def test_where_there_is_no_store_nobody_is_alone(tmp_path):
    use(tmp_path / "none")
    with pytest.raises(BenchmarkError, match="no store yet"), alone(tmp_path / "none"):
        pass

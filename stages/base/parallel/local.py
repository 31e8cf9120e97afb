"""Per-trailer work on the cores of this machine, each in a process of its own."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TypeVar

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.redaction import redact_output

Item = TypeVar("Item")
Result = TypeVar("Result")


def workers() -> int:
    """How many processes: WORKERS if set, else the cores this process may use."""
    wanted = os.environ.get("WORKERS", "")
    if wanted:
        if not wanted.isascii() or not wanted.isdigit() or int(wanted) < 1:
            raise BenchmarkError("bad WORKERS", found=wanted, expected="a number from 1 on")
        return int(wanted)
    affinity = getattr(os, "sched_getaffinity", None)  # containers and job schedulers limit it
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def run(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    processes: int | None = None,
    serial_up_to: int = 0,
) -> Iterator[tuple[Item, Result | TrailerError]]:
    """Yield (item, result) as results come; a TrailerError raised by `function` is a result.

    A worker that dies breaks the whole pool, so what was in flight is then run again one item at a
    time: the one that kills its worker again gets the reason "crashed", the others their results.
    Any other exception is a bug and stops the run. `function` and `items` must pickle.

    serial_up_to: run this many items or fewer one by one in this process, which none may kill.
    """
    if len(items) <= serial_up_to:
        for item in items:
            yield item, _result_or_trailer_error(partial(function, item))
        return
    count = min(processes or workers(), max(len(items), 1))
    waiting = list(reversed(items))
    while waiting:
        pending: dict[Future[Result], Item] = {}
        with _pool(count) as pool:
            try:
                while waiting or pending:
                    while waiting and len(pending) < 2 * count:
                        item = waiting.pop()
                        pending[pool.submit(function, item)] = item
                    for future in wait(pending, return_when=FIRST_COMPLETED).done:
                        result = _result_or_trailer_error(future.result)
                        yield pending.pop(future), result
            except BrokenProcessPool:
                pass
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        for item in pending.values():
            yield item, _run_alone(function, item)


def _run_alone(function: Callable[[Item], Result], item: Item) -> Result | TrailerError:
    with _pool(1) as pool:
        try:
            return _result_or_trailer_error(pool.submit(function, item).result)
        except BrokenProcessPool:
            return TrailerError("crashed", "the worker process died on this trailer twice")


def _result_or_trailer_error(obtain: Callable[[], Result]) -> Result | TrailerError:
    try:
        return obtain()
    except TrailerError as error:
        return error


def _pool(count: int) -> Executor:
    # spawn, not fork: torch and FFmpeg keep threads that a forked child would not have
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count, context, initializer=_initialize_worker)


def _initialize_worker() -> None:
    redact_output()
    # Ctrl-C reaches the whole process group: only the parent answers it, workers finish their item
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    """End this worker when its parent was killed; it would wait for items for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)

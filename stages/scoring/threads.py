"""Work on arrays in the threads of one process: NumPy and SciPy let go of Python's lock in it."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from stages.base.compute import one_thread_of_blas
from stages.base.parallel.workers import workers

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_threads(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """What a function makes of each item, in their order, one thread a core.

    For functions that hang on nothing but their item, so that the threads change no result. BLAS
    has no threads of its own meanwhile. Items are asked for as there are threads for them: those
    that are made one by one are never all there.
    """
    found: list[Result] = []
    count = workers()
    with one_thread_of_blas(), ThreadPoolExecutor(count) as pool:
        ahead: deque[Future[Result]] = deque()
        for item in items:
            if len(ahead) > count:
                found.append(ahead.popleft().result())
            ahead.append(pool.submit(function, item))
        return found + [each.result() for each in ahead]


def made_ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items, each made in a thread while the one before it is worked on."""
    end = object()
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(next, items, end)
        while (item := following.result()) is not end:
            following = pool.submit(next, items, end)
            yield item  # type: ignore[misc]  # no end is

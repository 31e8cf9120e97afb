"""Work on arrays in the threads of one process: NumPy and SciPy let go of Python's lock in it."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from stages.base.compute import one_thread_of_blas
from stages.base.parallel.workers import workers

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_threads(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """What a function makes of each item, in their order, one thread a core.

    For functions that hang on nothing but their item, so that the threads change no result. BLAS
    has no threads of its own meanwhile.
    """
    with one_thread_of_blas(), ThreadPoolExecutor(workers()) as pool:
        return list(pool.map(function, items))

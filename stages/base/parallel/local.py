"""Per-trailer work on the cores of this machine, each in a process of its own."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from itertools import islice
from typing import TypeVar

from stages.base.errors import TrailerError
from stages.base.parallel.bounds import bounds
from stages.base.parallel.children import Children
from stages.base.parallel.workers import workers

Item = TypeVar("Item")
Result = TypeVar("Result")


def run(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    processes: int | None = None,
    serial_up_to: int = 0,
    bounded: bool = False,
    children: Children | None = None,
) -> Iterator[tuple[Item, Result | TrailerError]]:
    """Yield (item, result) as results come; a TrailerError raised by `function` is a result.

    An item whose process dies is tried again in another, and gets the reason "crashed" where that
    dies too. Any other exception is a bug and stops the run. `function` and `items` must pickle.

    serial_up_to: run this many items or fewer one by one in this process, which none may kill.
    bounded: end the process of an item that takes more memory or time than a trailer may.
    children: processes that were begun before, and stay when all is done.
    """
    if len(items) <= serial_up_to:
        for item in items:
            yield item, _result_or_trailer_error(partial(function, item))
        return
    limits = bounds() if bounded else None
    count = min(processes or workers(), max(len(items), 1))
    own = children or Children()
    waiting = iter(items)
    with ThreadPoolExecutor(count) as pool:  # a thread waits for each process

        def begin(number: int) -> dict[Future[Result], Item]:
            some = islice(waiting, number)
            return {pool.submit(own.call, function, item, limits): item for item in some}

        pending = begin(2 * count)
        try:
            while pending:
                for future in wait(pending, return_when=FIRST_COMPLETED).done:
                    item = pending.pop(future)
                    result = _result_or_trailer_error(future.result)
                    pending |= begin(1)  # before who asked us works on this one
                    yield item, result
            if children is None:
                own.close()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            if children is None:
                own.stop()


def _result_or_trailer_error(obtain: Callable[[], Result]) -> Result | TrailerError:
    try:
        return obtain()
    except TrailerError as error:
        return error

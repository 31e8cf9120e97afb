"""Per-trailer work in parallel, through one interface that survives a worker's death.

Where it runs is environment and never changes what it computes: the cores of this machine
(WORKERS of them), or the Dask cluster whose scheduler DASK_SCHEDULER_ADDRESS names. With
TRAILER_STORE its workers need no folder in common with us: results come through that store.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.parallel import local
from stages.base.parallel.children import within_bounds
from stages.base.parallel.workers import workers
from stages.base.store.shared import shared_store_url

__all__ = ["run", "within_bounds", "workers", "workers_are_remote"]
Item = TypeVar("Item")
Result = TypeVar("Result")


def workers_are_remote() -> bool:
    """Whether workers have nothing in common with us but the shared store."""
    return bool(_scheduler() and shared_store_url())


def run(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    same_folder: bool = False,
    serial_up_to: int = 0,
    bounded: bool = False,
) -> Iterator[tuple[Item, Result | TrailerError]]:
    """Yield (item, result) as results come; a TrailerError raised by `function` is a result.

    An item whose worker dies is run again; one that kills its worker again and again gets the
    reason "crashed". Any other exception is a bug and stops the run. `function` and `items` must
    pickle, and what `function` returns should be small: a path rather than its content. A path,
    or one in a tuple, is of the store: its file is on this machine by the time it is yielded.

    same_folder: the workers must see one working folder; where the cluster's do not, run locally.
    serial_up_to: run this many items or fewer one by one in this process, locally, since starting
    others takes longer; such an item must not kill its process.
    bounded: end the process of an item that takes more memory or time than a trailer may (`bounds`,
    by the environment of the worker); it gets the reason "too_heavy" or "timeout".
    """
    if not _scheduler() or (same_folder and workers_are_remote()):
        return local.run(function, items, serial_up_to=serial_up_to, bounded=bounded)
    try:
        from stages.base.parallel import cluster
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("dask", "distributed"):
            raise
        raise BenchmarkError(
            "a Dask cluster is asked for, but the package distributed is not installed",
            where="DASK_SCHEDULER_ADDRESS",
            found=_scheduler(),
            do="python requirements/install.py core cluster, or unset the variable to work here",
        ) from None
    return cluster.run(function, items, _scheduler(), bounded)


def _scheduler() -> str:
    return os.environ.get("DASK_SCHEDULER_ADDRESS", "")

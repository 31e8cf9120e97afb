"""Per-trailer work in parallel, through one interface that survives a worker's death.

Where it runs is environment and never changes what it computes: the cores of this machine
(WORKERS of them), or the Dask cluster whose scheduler DASK_SCHEDULER_ADDRESS names. With
TRAILER_STORE its workers need no folder in common with us: results come through that store.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Generic, TypeVar

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.parallel import local
from stages.base.parallel.children import within_bounds
from stages.base.parallel.workers import workers
from stages.base.store.shared import shared_store_url

__all__ = ["on_cluster", "run", "run_tasks", "within_bounds", "workers", "workers_are_remote"]
Item = TypeVar("Item")
Result = TypeVar("Result")
MOST = 64  # items of one task: minutes of a network on a core, seconds on a GPU


@dataclass(frozen=True)
class OneByOne(Generic[Item, Result]):
    """A function of one item, called for each of several."""

    function: Callable[[Item], Result]
    bounded: bool = False
    """Whether it is called in a process beside this one, under the bounds of one trailer."""

    def __call__(self, items: Sequence[Item]) -> Iterator[Result | TrailerError]:
        for item in items:
            try:
                done = within_bounds(self.function, item) if self.bounded else self.function(item)
            except TrailerError as error:
                yield error
            else:
                yield done


def on_cluster() -> bool:
    """Whether work is sent to a cluster."""
    return bool(_scheduler())


def workers_are_remote() -> bool:
    """Whether workers have nothing in common with us but the shared store."""
    return bool(on_cluster() and shared_store_url())


def run(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    same_folder: bool = False,
    serial_up_to: int = 0,
    bounded: bool = False,
    network: bool = False,
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
    network: `function` holds a neural network: of a cluster, workers that offer GPU=1 run it, or
    where there are none, those that offer NETWORK=1.
    """
    if not on_cluster() or (same_folder and workers_are_remote()):
        return local.run(function, items, serial_up_to=serial_up_to, bounded=bounded)
    found: Iterator[tuple[Item, Result | TrailerError]]
    found = _cluster().run(OneByOne(function, bounded), items, _scheduler(), network)
    return found


def run_tasks(
    function: Callable[[Sequence[Item]], Iterable[Result | TrailerError]], items: Sequence[Item]
) -> Iterator[tuple[Item, Result | TrailerError]]:
    """The same for a network on the cluster, to which `function` gives many items, ahead of time.

    function: of up to MOST items, a result for each in their order. It keeps what it has done: of a
    task whose worker dies, another worker is given all items again.
    """
    found: Iterator[tuple[Item, Result | TrailerError]]
    found = _cluster().run(function, items, _scheduler(), network=True, most=MOST)
    return found


def _cluster() -> ModuleType:
    """The module for it. Raises BenchmarkError without its package."""
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
    return cluster


def _scheduler() -> str:
    return os.environ.get("DASK_SCHEDULER_ADDRESS", "")

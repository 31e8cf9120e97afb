"""Per-trailer work in parallel, through one interface that survives a dying worker.

Where it runs is environment and never changes what it computes: the cores of this machine
(WORKERS of them), or the Dask cluster whose scheduler DASK_SCHEDULER_ADDRESS names. With
TRAILER_STORE its workers need no folder in common with us: what they make comes by that store.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.parallel import local
from stages.base.parallel.local import workers
from stages.base.store import shared as store

__all__ = ["apart", "here", "run", "workers"]
Item = TypeVar("Item")
Result = TypeVar("Result")


def here() -> bool:
    """Whether the work is done by this machine's cores."""
    return not _scheduler()


def apart() -> bool:
    """Whether workers have nothing in common with us but the shared store."""
    return bool(not here() and store.address())


def run(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    one_folder: bool = False,
    few: int = 0,
) -> Iterator[tuple[Item, Result | TrailerError]]:
    """Yield (item, result) as results come; a TrailerError raised by `function` is a result.

    An item whose worker dies is run again; one that kills its worker again and again gets the
    reason "crashed". Any other exception is a bug and stops the run. `function` and `items` must
    pickle, and what `function` returns should be small: a path rather than what lies there. A path,
    alone or in a tuple, is of the store: what lies there is here by the time it is yielded.

    one_folder: the workers meet over files of the working folder. Without one in common, that is
    here. few: how many items this machine does in this very process, where none may kill it, since
    starting others takes longer.
    """
    if here() or (one_folder and apart()):
        return local.run(function, items, few=few)
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
    return cluster.run(function, items, _scheduler())


def _scheduler() -> str:
    return os.environ.get("DASK_SCHEDULER_ADDRESS", "")

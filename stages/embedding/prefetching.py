"""Prefetch items for a GPU in processes that read and decode; threads would slow it down.

A network on a GPU is hundreds of short calls, each of which needs Python's lock; beside sixteen
threads that decode, a light network took a hundred times as long as alone (measured).
"""

import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from torch.utils.data import DataLoader, Dataset

from stages.base.compute import use_one_thread
from stages.base.errors import BenchmarkError
from stages.embedding.jobs import Job
from stages.embedding.preparing import Prepared, prepare_apart

Item = TypeVar("Item")
PREFETCH_FACTOR = 2  # trailers that each process has ready


def prefetch(todo: Sequence[Job], processes: int) -> Iterator[Prepared]:
    """Items of each job, in order. Raises the BenchmarkError that a process raised."""
    found: Iterable[Prepared | BenchmarkError] = DataLoader(
        _PreparedTrailers(),
        sampler=todo,  # a job is sent when its turn comes, rather than all of them to every process
        batch_size=None,
        collate_fn=_identity,  # tensors would need shared memory, of which containers have little
        num_workers=min(processes, len(todo)),
        prefetch_factor=PREFETCH_FACTOR,
        multiprocessing_context="spawn",
        worker_init_fn=_init_worker,
    )
    for prepared in found:
        if isinstance(prepared, BenchmarkError):
            raise prepared
        yield prepared


@contextmanager
def worker_death_as_error() -> Iterator[None]:
    """Raise BenchmarkError where a process died, which torch raises in the main thread anywhere."""
    try:
        yield
    except RuntimeError as error:
        if not str(error).startswith("DataLoader worker (pid"):
            raise
        raise BenchmarkError(
            "a process that read trailers ahead died",
            found=str(error),
            do="if memory ran out, set WORKERS to fewer; `dvc repro` goes on where it was",
        ) from None


class _PreparedTrailers(Dataset[Prepared | BenchmarkError]):
    """Items of a trailer by its job, prepared in the process that asks."""

    def __getitem__(self, job: Job) -> Prepared | BenchmarkError:
        try:
            return prepare_apart(job)
        except BenchmarkError as error:
            return error  # raised here, it would arrive as text


def _init_worker(_: int) -> None:
    # Ctrl-C reaches the whole process group: only the parent handles it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    use_one_thread()


def _identity(item: Item) -> Item:
    return item

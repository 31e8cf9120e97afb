"""A GPU, fed: processes read and decode ahead, for in threads they would keep it from its work.

A network on a GPU is hundreds of short calls, each of which asks for Python's lock; beside sixteen
threads that decode, a light network took a hundred times as long as alone (measured).
"""

import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from torch.utils.data import DataLoader, Dataset

from stages.base.errors import BenchmarkError
from stages.embedding.base import Backbone
from stages.embedding.jobs import Job, Recipe
from stages.embedding.preparing import Prepared, one_thread, prepare

AHEAD = 2  # trailers that each process has ready


def prepared_ahead(todo: Sequence[Job], processes: int) -> Iterator[Prepared]:
    """Items of each job, in order. Raises the BenchmarkError that a process met."""
    found: Iterable[Prepared | BenchmarkError] = DataLoader(
        _Prepared(),
        sampler=todo,  # so that a job travels when its turn comes, not all of them to every process
        batch_size=None,
        collate_fn=_as_it_is,  # arrays, so through pipes: containers are short of shared memory
        num_workers=min(processes, len(todo)),
        prefetch_factor=AHEAD,
        multiprocessing_context="spawn",
        worker_init_fn=_begin,
    )
    for each in found:
        if isinstance(each, BenchmarkError):
            raise each
        yield each


@contextmanager
def death_told() -> Iterator[None]:
    """That a process died, which torch says to whatever the main thread does, as BenchmarkError."""
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


class _Prepared(Dataset[Prepared | BenchmarkError]):
    """In a process: a trailer's items, by its job."""

    def __getitem__(self, job: Job) -> Prepared | BenchmarkError:
        try:
            return prepare(_unloaded(job.recipe), job)
        except BenchmarkError as error:
            return error  # raised here, it would arrive as a mere text


def _begin(_: int) -> None:
    # Ctrl-C reaches the whole process group: the parent alone answers it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    one_thread()


@cache
def _unloaded(recipe: Recipe) -> Backbone:
    return recipe.unloaded()


def _as_it_is(found: Any) -> Any:
    return found

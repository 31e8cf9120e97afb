"""A GPU, fed: processes read and decode ahead, for in threads they would keep it from its work.

A network on a GPU is hundreds of short calls, each of which asks for Python's lock; beside sixteen
threads that decode, a light network took a hundred times as long as alone (measured).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from torch.utils.data import DataLoader, Dataset

from stages.embedding.base import Backbone
from stages.embedding.jobs import Job, Recipe
from stages.embedding.preparing import Prepared, one_thread, prepare
from stages.errors import BenchmarkError

AHEAD = 2  # trailers that each process has ready


def prepared_ahead(todo: Sequence[Job], processes: int) -> Iterator[Prepared]:
    """Items of each job, in order. Raises the BenchmarkError that a process met."""
    found: Iterable[Prepared | BenchmarkError] = DataLoader(
        _Jobs(todo),
        batch_size=None,
        collate_fn=_as_it_is,  # arrays, so through pipes: containers are short of shared memory
        num_workers=min(processes, len(todo)),
        prefetch_factor=AHEAD,
        multiprocessing_context="spawn",
        worker_init_fn=one_thread,
    )
    for each in found:
        if isinstance(each, BenchmarkError):
            raise each
        yield each


@contextmanager
def death_told() -> Iterator[None]:
    """That a process died, which torch tells wherever the main thread is, as a BenchmarkError."""
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


class _Jobs(Dataset[Prepared | BenchmarkError]):
    def __init__(self, todo: Sequence[Job]) -> None:
        self.todo = todo

    def __len__(self) -> int:
        return len(self.todo)

    def __getitem__(self, number: int) -> Prepared | BenchmarkError:
        job = self.todo[number]
        try:
            return prepare(_unloaded(job.recipe), job)
        except BenchmarkError as error:
            return error  # raised here, it would arrive as a mere text


@cache
def _unloaded(recipe: Recipe) -> Backbone:
    return recipe.unloaded()


def _as_it_is(found: Any) -> Any:
    return found

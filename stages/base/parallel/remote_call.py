"""What a Dask task does in its worker: check that it can, call the function, send results on."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from distributed import Worker, get_worker

from stages.base.compute import sees_gpu
from stages.base.errors import BenchmarkError, TrailerError
from stages.base.redaction import redact_output
from stages.base.store import push
from stages.base.store.shared import shared_store_place
from stages.base.versions import code_of

Item = TypeVar("Item")
Result = TypeVar("Result")
LIBRARIES = ("av", "numpy", "opencv-python-headless", "pyarrow", "torch", "torchaudio")
CODE_VERSION = code_of("stages/**/*.py", libraries=LIBRARIES)  # as this process loaded it
FILES_AT_ONCE = 8  # sent to the shared store, or fetched from it
GPU, CPU = "GPU", "NETWORK"
"""Dask resources of workers that take networks: a GPU each, or a core each."""


@dataclass(frozen=True)
class RemoteCall(Generic[Item, Result]):
    """`function`, as a worker calls it: with the caller's code, and in the caller's folder."""

    function: Callable[[Sequence[Item]], Iterable[Result | TrailerError]]
    """A result for each item, in their order."""
    folder: Path
    """The caller's working folder."""
    code: str
    """The caller's CODE_VERSION."""
    store: str = field(repr=False)
    """Place of the shared store, "" for none; with one, a worker stays in a folder of its own."""
    resource: str = ""
    """GPU or CPU, for which the worker was chosen; "" for any worker."""

    def __call__(self, items: Sequence[Item]) -> list[Result | TrailerError]:
        redact_output()  # the worker logs what fails
        self._check(get_worker())
        if not self.store:
            os.chdir(self.folder)
        results = list(self.function(items))
        if self.store:
            with ThreadPoolExecutor(FILES_AT_ONCE) as pool:
                list(pool.map(push, [path for result in results for path in paths_of(result)]))
        return results

    def _check(self, worker: Worker) -> None:
        """Raise BenchmarkError that names the worker if it cannot run this call."""
        if self.code != CODE_VERSION:
            raise BenchmarkError(
                "a worker runs other code than this",
                where=worker.address,
                expected="the same files in stages/ and the same versions of packages",
                do="restart the workers from this folder, or from one that is the same",
            )
        if worker.state.nthreads != 1:  # stages assume a process of their own
            raise BenchmarkError(
                "a worker has several threads",
                where=worker.address,
                found=str(worker.state.nthreads),
                expected="1",
                do="start workers with --nworkers -1 --nthreads 1: a process for each core",
            )
        if shared_store_place() != self.store:
            raise BenchmarkError(
                "a worker has another TRAILER_STORE",
                where=worker.address,
                found=shared_store_place() or "none",
                expected=self.store or "none",
                do="set the same for this command and for the workers, and restart those",
            )
        if not self.store and not self.folder.is_dir():
            raise BenchmarkError(
                "a worker does not reach the working folder",
                where=worker.address,
                found=str(self.folder),
                do="run workers where that folder is mounted under the same path, or share a "
                "store: set TRAILER_STORE to its URL, here and for the workers",
            )
        if self.resource and sees_gpu() != (self.resource == GPU):  # each kind has its own digits
            raise BenchmarkError(
                f"a worker with {self.resource}=1 sees {'no' if self.resource == GPU else 'a'} GPU",
                where=worker.address,
                expected=f"{GPU}=1 where torch sees a GPU, {CPU}=1 where it sees none",
                do=f"restart it with --resources {CPU}=1"
                if self.resource == GPU
                else f"restart it with --resources {GPU}=1, one worker for each GPU, or hide "
                "the GPU from it: CUDA_VISIBLE_DEVICES=-1",
            )


def paths_of(result: Any) -> list[Path]:
    """The store's files that a result names."""
    return [
        each
        for each in (result if isinstance(result, tuple) else (result,))
        if isinstance(each, Path)
    ]

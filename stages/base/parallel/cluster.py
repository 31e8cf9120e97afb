"""Per-trailer work on a Dask cluster.

A worker is a process with one thread that can import this same code and reaches either the working
folder, under the same absolute path, or the shared store, which is then all that we share with it.
Items are sent to it and paths come back. Results are in the store, so whatever is lost on the way
(a worker, the scheduler, this process) costs no finished work.
"""

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from concurrent.futures import Future as ThreadFuture
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from distributed import Client, Future, KilledWorker, Worker, get_worker
from distributed.client import ClosedClientError

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.parallel.children import within_bounds
from stages.base.redaction import redact_output
from stages.base.store import pull, push
from stages.base.store.shared import shared_store_place
from stages.base.versions import code_of

Item = TypeVar("Item")
Result = TypeVar("Result")
PULLS_AT_ONCE = 8  # entries downloaded from the shared store
IN_FLIGHT_PER_THREAD = 2  # items submitted for each thread of the cluster
POLL_SECONDS = 1.0  # between questions to the scheduler
NO_WORKER_SECONDS = 300.0  # without any worker, until we give up
LIBRARIES = ("av", "numpy", "opencv-python-headless", "pyarrow", "torch", "torchaudio")
CODE_VERSION = code_of("stages/**/*.py", libraries=LIBRARIES)  # as this process loaded it
LOST = object()


@dataclass(frozen=True)
class RemoteCall(Generic[Item, Result]):
    """`function`, as a worker calls it: with the caller's code, and in the caller's folder."""

    function: Callable[[Item], Result]
    folder: Path
    """The caller's working folder."""
    code: str
    """The caller's CODE_VERSION."""
    store: str = field(repr=False)
    """Place of the shared store, "" for none; with one, a worker stays in a folder of its own."""
    bounded: bool = False
    """Whether it is called in a process beside the worker, under the bounds of one trailer."""

    def __call__(self, item: Item) -> Result:
        redact_output()  # the worker logs what fails
        self._check(get_worker())
        if not self.store:
            os.chdir(self.folder)
        result = within_bounds(self.function, item) if self.bounded else self.function(item)
        for path in _paths(result):
            push(path)
        return result

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


def run(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    address: str,
    bounded: bool = False,
) -> Iterator[tuple[Item, Result | TrailerError]]:
    """As `stages.base.parallel.run`, on the cluster whose scheduler has this address.

    An item whose workers died as often as the scheduler allows is run again alone at the end, since
    another one may have killed them. Left early, by an exception or an interrupt, it cancels what
    no worker has begun.
    """
    client = _connect(address)
    try:
        call = RemoteCall(function, Path.cwd(), CODE_VERSION, shared_store_place(), bounded)
        suspects = []
        for item, result in _results(client, call, items):
            if isinstance(result, KilledWorker):
                suspects.append(item)
            else:
                yield item, result
        for suspect in suspects:
            for item, result in _results(client, call, [suspect]):
                if isinstance(result, KilledWorker):
                    yield item, TrailerError("crashed", "every worker that took it died")
                else:
                    yield item, result
    finally:
        client.close()


def _results(
    client: Client, call: RemoteCall[Item, Result], items: Sequence[Item]
) -> Iterator[tuple[Item, Result | TrailerError | KilledWorker]]:
    completed = _as_completed(client, call, items)
    return _pulled(completed) if call.store else completed


def _as_completed(
    client: Client, call: RemoteCall[Item, Result], items: Sequence[Item]
) -> Iterator[tuple[Item, Result | TrailerError | KilledWorker]]:
    """Items with their outcomes, a bounded number in flight; a lost one is submitted again."""
    waiting = list(reversed(items))
    in_flight: dict[Future, Item] = {}
    done: SimpleQueue[Future] = SimpleQueue()
    cluster = _Cluster(client)
    while waiting or in_flight:
        cluster.poll()
        while waiting and len(in_flight) < IN_FLIGHT_PER_THREAD * max(cluster.threads, 1):
            item = waiting.pop()
            try:
                future = client.submit(call, item, pure=False)
            except ClosedClientError:  # since the last poll: the next one says why
                waiting.append(item)
                break
            in_flight[future] = item
            future.add_done_callback(done.put)
        try:
            future = done.get(timeout=POLL_SECONDS)
        except Empty:
            continue
        item = in_flight.pop(future)
        result = _outcome(future)
        if result is LOST:
            waiting.append(item)
        else:
            yield item, result


def _pulled(
    results: Iterator[tuple[Item, Result | TrailerError | KilledWorker]],
) -> Iterator[tuple[Item, Result | TrailerError | KilledWorker]]:
    """The same, once the files of their paths are here; several are downloaded at a time."""
    with ThreadPoolExecutor(PULLS_AT_ONCE) as pool:
        downloads: deque[tuple[Item, ThreadFuture[Any]]] = deque()
        for item, result in results:
            downloads.append((item, pool.submit(_pull_files, result)))
            while downloads and (len(downloads) > PULLS_AT_ONCE or downloads[0][1].done()):
                item, download = downloads.popleft()
                yield item, download.result()
        for item, download in downloads:
            yield item, download.result()


def _pull_files(result: Result) -> Result:
    for path in _paths(result):
        if pull(path) is None:
            raise BenchmarkError(
                "a worker's result is gone from the shared store, or damaged there",
                where=str(path),
                do="run the same command again, which computes it again",
            )
    return result


def _paths(result: Any) -> list[Path]:
    """The store's files that a result names."""
    return [
        each
        for each in (result if isinstance(result, tuple) else (result,))
        if isinstance(each, Path)
    ]


def _outcome(future: Future) -> Any:
    """Its result, TrailerError or KilledWorker, or LOST with the connection to the scheduler."""
    if future.status == "error":
        error = future.exception()
        if isinstance(error, TrailerError | KilledWorker):
            return error
        missing = next((e for e in (error, error.__cause__) if isinstance(e, ImportError)), None)
        if missing is not None:
            raise BenchmarkError(
                "the Dask scheduler or a worker lacks this project's code or packages",
                where="DASK_SCHEDULER_ADDRESS",
                found=str(missing),
                do="start both from this folder with this environment: python -m dask scheduler",
            ) from error
        raise error
    if future.status != "finished":
        return LOST
    try:
        return future.result()
    except (CancelledError, OSError):  # the task ended well, so this is about the way back
        return LOST


@dataclass
class _Cluster:
    """How many threads there are, as of the last poll."""

    client: Client
    threads: int = 0
    polled: float = float("-inf")
    """When, by time.monotonic."""
    had_workers: float = field(default_factory=time.monotonic)
    """When there was a worker last."""

    def poll(self) -> None:
        """Raises BenchmarkError where the scheduler is gone, or no worker came for too long."""
        now = time.monotonic()
        if now - self.polled < POLL_SECONDS:
            return
        self.polled = now
        if self.client.status in ("closing", "closed"):  # after trying to reconnect
            raise BenchmarkError(
                "the Dask scheduler is gone",
                where="DASK_SCHEDULER_ADDRESS",
                do="start it and its workers and run the same command again: what was done is kept",
            )
        if self.client.status == "running":
            self.threads = self.client.scheduler_info(n_workers=0).get("total_threads", 0)
        if self.threads:
            self.had_workers = now
        elif now - self.had_workers > NO_WORKER_SECONDS:
            raise BenchmarkError(
                f"the Dask cluster had no worker for {NO_WORKER_SECONDS:.0f} s",
                where="DASK_SCHEDULER_ADDRESS",
                do="start workers and run the same command again: what was done is kept",
            )


def _connect(address: str) -> Client:
    try:
        return Client(address, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError) as error:  # the last two: about TLS
        raise BenchmarkError(
            "the Dask scheduler cannot be reached",
            where="DASK_SCHEDULER_ADDRESS",
            found=f"{address} ({type(error).__name__}: {error})",
            expected="an address such as tcp://10.0.0.1:8786",
            do="start it as docs/scaling.md says (with certificates for a tls: address), "
            "or unset the variable to work here",
        ) from None

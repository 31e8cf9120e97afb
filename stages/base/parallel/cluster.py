"""Per-trailer work on a Dask cluster.

A worker is a process with one thread that can import this very code and reaches either the working
folder, under the same absolute path, or the same shared store, which then is all we have in common.
Items travel to it and paths come back: what is computed lies in the store, so what is lost on the
way (a worker, the scheduler, this process) costs no finished work.
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
from stages.base.store import bring, send
from stages.base.store.shared import address as store_address
from stages.base.versions import code_of

Item = TypeVar("Item")
Result = TypeVar("Result")
BRINGING = 8  # entries brought over from the shared store at a time
AHEAD = 2  # items in flight for each thread of the cluster
LOOK_SECONDS = 1.0  # between looks at the cluster
PATIENCE_SECONDS = 300.0  # without any worker
LIBRARIES = ("av", "numpy", "opencv-python-headless", "pyarrow", "torch", "torchaudio")
LOADED = code_of("stages/**/*.py", libraries=LIBRARIES)  # of this process, since it began
LOST = object()


@dataclass(frozen=True)
class Call(Generic[Item, Result]):
    """`function`, as a worker calls it: by the code of the one who asks, and in their folder.

    store: URL of the shared store; with one, a worker stays in a folder of its own.
    """

    function: Callable[[Item], Result]
    folder: Path
    code: str
    store: str

    def __call__(self, item: Item) -> Result:
        self._check(get_worker())
        if not self.store:
            os.chdir(self.folder)
        result = self.function(item)
        for path in _paths(result):
            send(path)
        return result

    def _check(self, worker: Worker) -> None:
        """Raise BenchmarkError, by its address, for a worker that cannot work for us."""
        if self.code != LOADED:
            raise BenchmarkError(
                "a worker runs other code than this",
                where=worker.address,
                expected="the same files in stages/ and the same versions of packages",
                do="restart the workers from this folder, or from one that is the same",
            )
        if worker.state.nthreads != 1:  # what runs here takes a process for its own
            raise BenchmarkError(
                "a worker has several threads",
                where=worker.address,
                found=str(worker.state.nthreads),
                expected="1",
                do="start workers with --nworkers -1 --nthreads 1: a process for each core",
            )
        if store_address() != self.store:
            raise BenchmarkError(
                "a worker has another TRAILER_STORE",
                where=worker.address,
                found=store_address() or "none",
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
    function: Callable[[Item], Result], items: Sequence[Item], address: str
) -> Iterator[tuple[Item, Result | TrailerError]]:
    """As `stages.base.parallel.run`, on the cluster whose scheduler has this address.

    What died with its workers as often as the scheduler allows is run again by itself at the end,
    since it may just have stood behind the one that killed them. Left early, by an exception or an
    interrupt, it takes back what no worker has begun.
    """
    client = _connected(address)
    try:
        call = Call(function, Path.cwd(), LOADED, store_address())
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
    client: Client, call: Call[Item, Result], items: Sequence[Item]
) -> Iterator[tuple[Item, Result | TrailerError | KilledWorker]]:
    flown = _flown(client, call, items)
    return _brought(flown) if call.store else flown


def _flown(
    client: Client, call: Call[Item, Result], items: Sequence[Item]
) -> Iterator[tuple[Item, Result | TrailerError | KilledWorker]]:
    """Items and what became of them, a bounded number in flight; what is lost flies again."""
    waiting = list(reversed(items))
    flying: dict[Future, Item] = {}
    landed: SimpleQueue[Future] = SimpleQueue()
    cluster = _Cluster(client)
    while waiting or flying:
        cluster.look()
        while waiting and len(flying) < AHEAD * max(cluster.threads, 1):
            item = waiting.pop()
            try:
                future = client.submit(call, item, pure=False)
            except ClosedClientError:  # since the last look: the next one says why
                waiting.append(item)
                break
            flying[future] = item
            future.add_done_callback(landed.put)
        try:
            future = landed.get(timeout=LOOK_SECONDS)
        except Empty:
            continue
        item = flying.pop(future)
        result = _outcome(future)
        if result is LOST:
            waiting.append(item)
        else:
            yield item, result


def _brought(
    results: Iterator[tuple[Item, Result | TrailerError | KilledWorker]],
) -> Iterator[tuple[Item, Result | TrailerError | KilledWorker]]:
    """The same, once what their paths lead to is here; several are brought over at a time."""
    with ThreadPoolExecutor(BRINGING) as pool:
        coming: deque[tuple[Item, ThreadFuture[Any]]] = deque()
        for item, result in results:
            coming.append((item, pool.submit(_here, result)))
            while coming and (len(coming) > BRINGING or coming[0][1].done()):
                item, brought = coming.popleft()
                yield item, brought.result()
        for item, brought in coming:
            yield item, brought.result()


def _here(result: Result) -> Result:
    for path in _paths(result):
        if bring(path) is None:
            raise BenchmarkError(
                "what a worker made is gone from the shared store, or damaged there",
                where=str(path),
                do="run the same command again: it is made anew",
            )
    return result


def _paths(result: Any) -> list[Path]:
    """What a result says lies in the store."""
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
    """How many threads there are, as of the last look."""

    client: Client
    threads: int = 0
    looked: float = float("-inf")
    manned: float = field(default_factory=time.monotonic)

    def look(self) -> None:
        """Raises BenchmarkError where the scheduler is gone, or no worker came for too long."""
        now = time.monotonic()
        if now - self.looked < LOOK_SECONDS:
            return
        self.looked = now
        if self.client.status in ("closing", "closed"):  # it tried to connect anew, in vain
            raise BenchmarkError(
                "the Dask scheduler is gone",
                where="DASK_SCHEDULER_ADDRESS",
                do="start it and its workers and run the same command again: what was done is kept",
            )
        if self.client.status == "running":
            self.threads = self.client.scheduler_info(n_workers=0).get("total_threads", 0)
        if self.threads:
            self.manned = now
        elif now - self.manned > PATIENCE_SECONDS:
            raise BenchmarkError(
                f"the Dask cluster had no worker for {PATIENCE_SECONDS:.0f} s",
                where="DASK_SCHEDULER_ADDRESS",
                do="start workers and run the same command again: what was done is kept",
            )


def _connected(address: str) -> Client:
    try:
        return Client(address, set_as_default=False)
    except (OSError, ValueError) as error:
        raise BenchmarkError(
            "the Dask scheduler cannot be reached",
            where="DASK_SCHEDULER_ADDRESS",
            found=f"{address} ({type(error).__name__})",
            expected="an address such as tcp://10.0.0.1:8786",
            do="start it with `dask scheduler`, or unset the variable to work here",
        ) from None

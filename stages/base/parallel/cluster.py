"""Per-trailer work on a Dask cluster.

A worker is a process with one thread that can import this same code and reaches either the working
folder, under the same absolute path, or the shared store, which is then all that we share with it.
Items are sent to it and paths come back. Results are in the store, so whatever is lost on the way
(a worker, the scheduler, this process) costs no finished work.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from concurrent.futures import Future as ThreadFuture
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from distributed import Client, Future, KilledWorker
from distributed.client import ClosedClientError

from stages.base.console import say
from stages.base.counting import counted
from stages.base.environment import number
from stages.base.errors import BenchmarkError, TrailerError
from stages.base.parallel.remote_call import (
    CODE_VERSION,
    CPU,
    FILES_AT_ONCE,
    GPU,
    RemoteCall,
    paths_of,
)
from stages.base.store import pull
from stages.base.store.shared import shared_store_place

Item = TypeVar("Item")
Result = TypeVar("Result")
IN_FLIGHT_PER_THREAD = 2  # tasks submitted for each thread of the cluster
SHARES = 4  # into which each of these divides what is left, so that all end at about the same time
POLL_SECONDS = 1.0  # between questions to the scheduler
NO_WORKER_SECONDS = 300.0  # without any worker, until we give up
NO_NETWORK_SECONDS = 60.0  # with workers none of which takes a network, unless the variable says
VARIABLE = "NETWORK_WORKER_SECONDS"
LOST = object()


def run(
    function: Callable[[Sequence[Item]], Iterable[Result | TrailerError]],
    items: Sequence[Item],
    address: str,
    network: bool = False,
    most: int = 1,
) -> Iterator[tuple[Item, Result | TrailerError]]:
    """As `stages.base.parallel.run`, on the cluster whose scheduler has this address.

    A task takes up to `most` items; the function gives a result for each, in their order. Items of
    a task whose workers died as often as the scheduler allows become tasks of one item. One that
    meets this end again is run alone at last, since another one may have killed its workers. Left
    early, by an exception or an interrupt, it cancels what no worker has begun.
    """
    client = _connect(address)
    try:
        call = RemoteCall(function, Path.cwd(), CODE_VERSION, shared_store_place())
        cluster = _Cluster(client, network)
        suspects = list(items)
        for size in sorted({most, 1}, reverse=True):
            todo, suspects = suspects, []
            for item, result in _results(cluster, call, todo, size):
                if isinstance(result, KilledWorker):
                    suspects.append(item)
                else:
                    yield item, result
        for suspect in suspects:
            for item, result in _results(cluster, call, [suspect], 1):
                if isinstance(result, KilledWorker):
                    yield item, TrailerError("crashed", "every worker that took it died")
                else:
                    yield item, result
    finally:
        client.close()


def _results(
    cluster: "_Cluster", call: RemoteCall[Item, Result], items: Sequence[Item], most: int
) -> Iterator[tuple[Item, Result | TrailerError | KilledWorker]]:
    completed = _as_completed(cluster, call, items, most)
    return _pulled(completed) if call.store else completed


def _as_completed(
    cluster: "_Cluster", call: RemoteCall[Item, Result], items: Sequence[Item], most: int
) -> Iterator[tuple[Item, Result | TrailerError | KilledWorker]]:
    """Items with their outcomes, a bounded number in flight; a lost one is submitted again."""
    waiting = list(reversed(items))
    in_flight: dict[Future, list[Item]] = {}
    done: SimpleQueue[Future] = SimpleQueue()
    while waiting or in_flight:
        cluster.poll()
        while waiting and len(in_flight) < cluster.room:
            size = min(most, max(1, len(waiting) // (SHARES * cluster.room)))
            task = [waiting.pop() for _ in range(size)]
            try:
                future = cluster.submit(call, task)
            except ClosedClientError:  # since the last poll: the next one says why
                waiting.extend(reversed(task))
                break
            in_flight[future] = task
            future.add_done_callback(done.put)
        try:
            future = done.get(timeout=POLL_SECONDS)
        except Empty:
            continue
        task = in_flight.pop(future)
        found = _outcome(future)
        if found is LOST:
            waiting.extend(reversed(task))
        elif isinstance(found, KilledWorker):
            yield from ((item, found) for item in task)
        else:
            yield from zip(task, found, strict=True)


def _pulled(
    results: Iterator[tuple[Item, Result | TrailerError | KilledWorker]],
) -> Iterator[tuple[Item, Result | TrailerError | KilledWorker]]:
    """The same, once the files of their paths are here; several are downloaded at a time."""
    with ThreadPoolExecutor(FILES_AT_ONCE) as pool:
        downloads: deque[tuple[Item, ThreadFuture[Any]]] = deque()
        for item, result in results:
            downloads.append((item, pool.submit(_pull_files, result)))
            while downloads and (len(downloads) > FILES_AT_ONCE or downloads[0][1].done()):
                item, download = downloads.popleft()
                yield item, download.result()
        for item, download in downloads:
            yield item, download.result()


def _pull_files(result: Result) -> Result:
    for path in paths_of(result):
        if pull(path) is None:
            raise BenchmarkError(
                "a worker's result is gone from the shared store, or damaged there",
                where=str(path),
                do="run the same command again, which computes it again",
            )
    return result


def _outcome(future: Future) -> Any:
    """Its results, a KilledWorker, or LOST with the connection to the scheduler."""
    if future.status == "error":
        error = future.exception()
        if isinstance(error, KilledWorker):
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
    """Who can work for us, as of the last poll."""

    client: Client
    network: bool
    """Whether a network is to run, so that only workers with a resource for it count."""
    resource: str = ""
    """Of a network: what its workers offer, once there was one; all of them are of one kind."""
    threads: int = 0
    polled: float = float("-inf")
    """When, by time.monotonic."""
    had_workers: float = field(default_factory=time.monotonic)
    """When there was a worker last."""
    patience: float = field(default_factory=lambda: number(VARIABLE, NO_NETWORK_SECONDS))
    """Seconds to wait for the first worker that takes a network, once others are there."""
    waiting_since: float | None = None
    """When there were first workers, of which none takes a network."""

    @property
    def room(self) -> int:
        """How many tasks may be in flight; none before it is known who may have them."""
        if self.network and not self.resource:
            return 0
        return IN_FLIGHT_PER_THREAD * max(self.threads, 1)

    def submit(self, call: RemoteCall[Item, Result], task: Sequence[Item]) -> Future:
        """Send a task to whoever can work on it."""
        needs = {self.resource: 1} if self.resource else None
        return self.client.submit(
            replace(call, resource=self.resource), task, pure=False, resources=needs
        )

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
            self._count()
        if self.threads:
            self.had_workers = now
        elif now - self.had_workers > NO_WORKER_SECONDS:
            kind = f" with {self.resource}=1" if self.resource else ""
            raise BenchmarkError(
                f"the Dask cluster had no worker{kind} for {NO_WORKER_SECONDS:.0f} s",
                where="DASK_SCHEDULER_ADDRESS",
                do="start workers and run the same command again: what was done is kept",
            )

    def _count(self) -> None:
        """Raises BenchmarkError where workers are there and none came that takes a network."""
        found = self.client.scheduler_info(n_workers=-1 if self.network else 0)
        if not self.network:
            self.threads = found.get("total_threads", 0)
            return
        offered = [worker["resources"] for worker in found.get("workers", {}).values()]
        if not self.resource:
            kinds = [kind for kind in (GPU, CPU) if any(each.get(kind) for each in offered)]
            self.resource = kinds[0] if kinds else ""
        self.threads = sum(bool(each.get(self.resource)) for each in offered)
        if offered and not self.resource:
            self._wait_for_network(len(offered))

    def _wait_for_network(self, others: int) -> None:
        """Workers of a cluster join one after another: raises BenchmarkError once this is over."""
        now = self.had_workers = time.monotonic()
        if self.waiting_since is None:
            self.waiting_since = now
            if self.patience:
                say(f"waiting {self.patience:g} s for a worker that offers {GPU} or {CPU}")
        if now - self.waiting_since >= self.patience:
            raise BenchmarkError(
                "no worker of the Dask cluster takes a network",
                where="DASK_SCHEDULER_ADDRESS",
                found=f"{counted(others, 'worker')} without a resource for it, "
                f"and none with one in {self.patience:g} s",
                expected=f"workers that offer {GPU}=1 (one for each GPU) or {CPU}=1 (one a core)",
                do="start some as docs/scaling.md says, with `--resources GPU=1` or `--resources "
                f"NETWORK=1`; if they take longer to join, set {VARIABLE}; or unset the address "
                "for this stage, to work here",
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

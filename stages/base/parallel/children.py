"""Processes that work for this one: started as needed, watched, and replaced where one is lost.

They are started by their command line rather than by `multiprocessing`, which lets no worker of
Dask have processes of its own.
"""

import atexit
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import Pipe
from typing import TypeVar

import psutil

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.parallel.bounds import Bounds, bounds, resident_bytes

Item = TypeVar("Item")
Result = TypeVar("Result")
LOOK_EVERY = 0.05  # seconds, at a worker's memory; it fills some 100 MB meanwhile
PATIENCE = 10.0  # seconds for an idle worker to end by itself
SERVE = "import sys; sys.path[:] = {path!r}; from stages.base.parallel.serving import serve; "


class DiedError(Exception):
    """The process ended before it answered."""


class TooHeavyError(Exception):
    """The process took more memory than allowed, and was ended."""


class Child:
    """A process that calls functions for this one, one at a time."""

    def __init__(self) -> None:
        self.connection, theirs = Pipe()
        code = SERVE.format(path=sys.path) + f"serve({theirs.fileno()})"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,  # it ends when this closes, as it does if we are killed
            pass_fds=[theirs.fileno()],
            process_group=0,  # Ctrl-C is for us to answer
        )
        theirs.close()
        self.watched = psutil.Process(self.process.pid)
        self.fresh = True
        """Whether it has not worked yet, so that its memory is all due to this call."""

    def call(
        self,
        function: Callable[[Item], Result],
        item: Item,
        limits: Bounds | None,
        deadline: float,
    ) -> Result:
        """What the function returns or raises; also raises DiedError, TooHeavyError, TrailerError.

        deadline: by time.monotonic; it counts where there are limits.
        """
        here = os.getcwd()  # noqa: PTH109
        try:
            self.connection.send((function, item, here, dict(os.environ)))
            while not self.connection.poll(LOOK_EVERY if limits else None):
                if limits and resident_bytes(self.watched) > limits.memory:
                    raise TooHeavyError
                if limits and time.monotonic() > deadline:
                    raise TrailerError("timeout", f"not done in {limits.seconds:g} s")
            raised, answer, trace = self.connection.recv()
        except BaseException as error:
            self.kill()
            self._release()
            if isinstance(error, EOFError | ConnectionError):
                raise DiedError from None
            raise
        self.fresh = False
        if raised:
            answer.add_note(f"In a worker:\n{trace}")
            raise answer
        return answer

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """End it when it is idle: it closes what it started itself."""
        self.connection.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
        self._release()

    def _release(self) -> None:
        self.connection.close()
        if self.process.stdin:
            self.process.stdin.close()


class Children:
    """The processes that one pool, or this process, has started; safe to use from threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        self._busy: set[Child] = set()
        self._stopped = False

    def call(
        self, function: Callable[[Item], Result], item: Item, limits: Bounds | None = None
    ) -> Result:
        """`function(item)` in a process of its own.

        An item whose process dies is tried again in another one. So is one that takes too much
        memory in a process that worked before, since what that left behind is not its fault.
        Raises what the function raises, and TrailerError too_heavy, timeout, or crashed.
        """
        deadline = time.monotonic() + (limits.seconds if limits else 0)
        for fresh in (False, True):
            child = self._take(fresh)
            was_fresh = child.fresh
            try:
                return child.call(function, item, limits, deadline)
            except TooHeavyError:
                if was_fresh and limits:
                    raise TrailerError(
                        "too_heavy", f"more than {limits.memory / 1e9:g} GB of memory"
                    ) from None
            except DiedError:
                pass
            finally:
                self._give_back(child)
        raise TrailerError("crashed", "the worker process died on this trailer twice")

    def stop(self) -> None:
        """End all at once, those that work too; nothing can be called after this."""
        with self._lock:
            self._stopped = True
            busy = [*self._busy]
        for child in busy:
            child.kill()  # who waits for its answer learns that it died
        self.close()

    def close(self) -> None:
        """End those that are idle."""
        with self._lock:
            idle = [*self._idle]
            self._idle.clear()
        for child in idle:
            child.connection.close()  # all of them end while we wait for the first
        for child in idle:
            child.close()

    def forget(self) -> None:
        """Leave them to the process that this one was forked from."""
        self.__init__()  # type: ignore[misc]

    def _take(self, fresh: bool) -> Child:
        with self._lock:
            if self._stopped:
                raise CancelledError
            child = self._idle.pop() if self._idle and not fresh else Child()
            self._busy.add(child)
        return child

    def _give_back(self, child: Child) -> None:
        with self._lock:
            self._busy.discard(child)
            if child.process.returncode is None:
                self._idle.append(child)


OWN = Children()
"""Of this process, for `within_bounds`."""
atexit.register(OWN.close)
os.register_at_fork(after_in_child=OWN.forget)


def within_bounds(function: Callable[[Item], Result], item: Item) -> Result:
    """`function(item)` in a process beside this one, under the bounds of one trailer.

    Both must pickle. Raises what the function raises, and TrailerError too_heavy, timeout, crashed.
    """
    return OWN.call(function, item, bounds())


@contextmanager
def beside(function: Callable[[Item], Result], item: Item) -> Iterator[Future[Result]]:
    """`function(item)` in a process of its own, while the block works; it ends with its work, and
    with the block.

    Both must pickle. Its result raises what the function raises, and BenchmarkError if the process
    is ended from outside twice.
    """
    children = Children()

    def call() -> Result:
        try:
            return children.call(function, item)
        except TrailerError as error:
            raise BenchmarkError(
                "a process that worked beside this one was ended, twice",
                found=str(error),
                do="see whether the machine ran out of memory, and run the command again",
            ) from error
        finally:
            children.close()  # what it has in memory is free for the block

    with ThreadPoolExecutor(1) as pool:  # a thread waits for the process
        try:
            yield pool.submit(call)
        finally:
            children.stop()

"""What work takes, and how two ways of doing it compare: ratios with their spread, not times."""

import gc
import resource
import statistics
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import psutil

By = Literal["cpu", "wall"]


@dataclass(frozen=True)
class Cost:
    """Seconds: on the clock, and of all cores, the system's and finished children's among them."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Spread:
    """A ratio over the rounds."""

    median: float
    least: float
    most: float


def cost_of(work: Callable[[], object]) -> Cost:
    """What one call takes."""
    gc.collect()
    wall, cpu = time.perf_counter(), _cpu_seconds()
    work()
    return Cost(time.perf_counter() - wall, _cpu_seconds() - cpu)


def take_turns(
    ways: Mapping[str, Callable[[], object]],
    budget: float,
    rounds: int = 5,
    once: Collection[str] = (),
) -> dict[str, list[Cost]]:
    """Cost of each way in each round, as many rounds as fit into `budget` seconds, at least one.

    The ways take turns, every other round in reverse, so that whatever else the machine does falls
    on all of them alike. once: those that are run in the first round only.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in ways}
    begin = time.perf_counter()
    spent = 0.0
    for number in range(rounds):
        names = [name for name in ways if not number or name not in once]
        for name in names[:: 1 if number % 2 == 0 else -1]:
            costs[name].append(cost_of(ways[name]))
        before, spent = spent, time.perf_counter() - begin
        not_again = sum(costs[name][0].wall for name in once) if not number else 0.0
        if spent + (spent - before - not_again) > budget:
            break
    return costs


def times_as_fast(ours: Sequence[Cost], theirs: Sequence[Cost], by: By) -> Spread:
    """Their seconds over ours, round by round."""
    ratios = [getattr(b, by) / getattr(a, by) for a, b in zip(ours, theirs, strict=True)]
    return Spread(statistics.median(ratios), min(ratios), max(ratios))


def median_seconds(costs: Sequence[Cost], by: By) -> float:
    """The middle one of the rounds."""
    return float(statistics.median(getattr(cost, by) for cost in costs))


def _cpu_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


class PeakMemory:
    """The most that the processes below this one have in memory, looked at from outside."""

    def __init__(self, look_every: float) -> None:
        self.of_all = 0
        """Resident bytes of all of them together, shared pages counted in each."""
        self.of_largest = 0
        """Resident bytes of any one."""
        self._every = look_every
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        own = psutil.Process()
        program = own.cmdline()
        while not self._done.wait(self._every):
            sizes = [0]
            for process in own.children(recursive=True):
                with suppress(psutil.Error):  # it has ended meanwhile
                    if process.cmdline() != program:  # else about to start, and all of it is ours
                        sizes.append(process.memory_info().rss)
            self.of_all = max(self.of_all, sum(sizes))
            self.of_largest = max(self.of_largest, *sizes)

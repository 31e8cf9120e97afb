"""Work for networks on a cluster: who gets it, how much at a time, and what a death costs."""

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from distributed import get_worker

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.parallel import MOST, run, run_tasks
from stages.base.parallel import cluster as on_cluster

pytestmark = pytest.mark.xdist_group("cluster")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def at(for_networks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", for_networks.address)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The items of each task, as they are submitted."""
    found: list[list[int]] = []
    submit = on_cluster.Client.submit

    def counted(self: Any, call: Any, items: list[int], **how: Any) -> Any:
        found.append(items)
        return submit(self, call, items, **how)

    monkeypatch.setattr(on_cluster.Client, "submit", counted)
    return found


def offered(item: int) -> dict[str, float]:
    """What the worker offers that has this item."""
    return dict(get_worker().state.total_resources)


def eventful(items: Sequence[int]) -> Iterator[int | TrailerError]:
    """Squares; 3 fails, 5 always kills its worker."""
    for item in items:
        if item == 5:
            os.kill(os.getpid(), signal.SIGKILL)
        yield TrailerError("gone", "three") if item == 3 else item * item


def noted(items: Sequence[int]) -> Iterator[int]:
    """Squares, of which each is noted in the folder."""
    for item in items:
        Path(f"{item}.{os.getpid()}.done").touch()
        yield item * item


def test_workers_with_the_resource_have_it_and_others_what_needs_none(at):
    found = [result for _, result in run(offered, range(8), network=True)]
    assert found == [{"NETWORK": 1}] * 8
    assert len(list(run(offered, range(8)))) == 8


def test_a_task_has_many_items_and_the_last_ones_few(at, sent):
    assert dict(run_tasks(noted, range(900))) == {n: n * n for n in range(900)}
    sizes = [len(task) for task in sent]
    # two workers have two tasks each in flight: a sixteenth of what is left, and no more than MOST
    assert sizes[0] == 900 // 16 <= MOST and sizes[-1] == 1
    assert sizes == sorted(sizes, reverse=True) and sum(sizes) == 900
    assert len({path.name.split(".")[1] for path in Path().glob("*.done")}) == 2


def test_no_more_tasks_are_in_flight_than_two_for_each_worker(at, sent):
    begun = []
    for come, _ in enumerate(run(offered, range(40), network=True)):
        begun.append(len(sent) - come)
    assert max(begun) == 2 * 2


def test_an_item_that_kills_its_workers_is_told_apart_from_its_neighbours(at):
    results = dict(run_tasks(eventful, range(100)))
    good = {n: r for n, r in results.items() if n not in (3, 5)}
    assert good == {n: n * n for n in range(100) if n not in (3, 5)}
    assert isinstance(results[3], TrailerError) and results[3].detail == "three"
    assert isinstance(results[5], TrailerError) and results[5].reason == "crashed"


def test_a_cluster_without_the_resource_is_told_in_time(cluster, monkeypatch, capsys):
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", cluster.address)
    monkeypatch.setenv("NETWORK_WORKER_SECONDS", "1.5")
    began = time.monotonic()
    with pytest.raises(BenchmarkError, match=r"2 workers without(.|\n)*--resources GPU=1"):
        list(run(offered, [1], network=True))
    assert 1.5 <= time.monotonic() - began < on_cluster.NO_WORKER_SECONDS / 10
    said = "waiting 1.5 s for a worker that offers GPU or NETWORK"
    assert capsys.readouterr().err.count(said) == 1


def test_the_first_worker_that_takes_networks_may_join_last(lone_scheduler, monkeypatch):
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", lone_scheduler.address)
    lone_scheduler.add_workers(1)
    waiting = threading.Event()
    monkeypatch.setattr(on_cluster, "say", lambda _: waiting.set())
    monkeypatch.setattr(on_cluster, "NO_WORKER_SECONDS", 0.0)  # this one has workers

    def join() -> None:
        waiting.wait()
        lone_scheduler.add_workers(1, offer="NETWORK=1")

    threading.Thread(target=join, daemon=True).start()
    assert [found for _, found in run(offered, [1], network=True)] == [{"NETWORK": 1}]
    assert waiting.is_set()


def test_a_wait_that_is_no_number_is_told(at, monkeypatch):
    monkeypatch.setenv("NETWORK_WORKER_SECONDS", "soon")
    with pytest.raises(BenchmarkError, match="bad NETWORK_WORKER_SECONDS"):
        list(run(offered, [1], network=True))


def test_a_gpu_that_is_offered_and_not_there_is_told(lone_scheduler, monkeypatch):
    """Beside a worker of a core, which is not asked: all of a run is done by one kind."""
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", lone_scheduler.address)
    lone_scheduler.environment |= {"CUDA_VISIBLE_DEVICES": "-1"}
    lone_scheduler.add_workers(1, offer="NETWORK=1")
    lone_scheduler.add_workers(1, offer="GPU=1")
    with pytest.raises(BenchmarkError, match=r"with GPU=1 sees no GPU(.|\n)*NETWORK=1"):
        list(run(offered, [1], network=True))

"""How a worker of a cluster feeds a network on a GPU: the way is tried, and its device is a CPU."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.packs import Shard, write_pack
from stages.base.parallel.children import Children
from stages.embedding import tasks
from stages.embedding.base import create
from stages.embedding.jobs import Job, Recipe, jobs, store_of
from stages.embedding.tasks import EmbedTask
from stages.embedding.trailers import Embedded, embed_trailer
from stages.trailers.media.results import FRAMES
from tests.embedding.dying import dying
from tests.embedding.made_packs import IDS, picture_rows

Ask = Callable[[list[Job]], list[Embedded]]


@pytest.fixture
def todo(tmp_path, monkeypatch) -> list[Job]:
    monkeypatch.chdir(tmp_path)  # the store lies under data/store of the working folder
    write_pack(tmp_path / "frames", IDS, picture_rows, FRAMES)
    return jobs(tmp_path / "frames", Recipe("colour"))


@pytest.fixture
def children(monkeypatch):
    found = Children()
    monkeypatch.setattr(tasks, "OWN", found)
    yield found
    found.stop()


@pytest.fixture
def ask(todo, children, monkeypatch) -> Ask:
    """Asks for trailers of a backbone that is quickly loaded by the processes."""
    backbone = create("colour")
    backbone.on_gpu = True
    monkeypatch.setattr(tasks, "FEW", 0)
    monkeypatch.setattr(tasks, "_network", lambda _: backbone)
    monkeypatch.setattr(type(backbone), "prepare", None)  # of this process
    monkeypatch.setenv("WORKERS", "1")
    task = EmbedTask.of(todo[0].recipe)
    return lambda some: list(task(some))


def test_both_packs_of_what_looks_and_listens_are_sent(todo, monkeypatch):
    monkeypatch.setattr(tasks, "run_tasks", lambda task, some: [(job, "done") for job in some])
    monkeypatch.setattr(Shard, "for_workers", lambda path: Shard(path, f"store/{path.name}"))
    joint = dataclasses.replace(todo[0], frames=todo[1])
    ((job, _),) = tasks.embed_on_cluster([joint])
    assert job.frames is not None and job.pack.path != job.frames.pack.path
    assert [each.pack.remote for each in (job, job.frames)] == [
        f"store/{each.pack.path.name}" for each in todo[:2]
    ]


def test_the_bytes_of_one_process(todo, ask, monkeypatch):
    fed = [result[1].read_bytes() for result in ask(todo) if isinstance(result, tuple)]
    for job in todo:
        store_of(job.recipe).drop(job.key)
    monkeypatch.undo()
    monkeypatch.chdir(todo[0].pack.path.parents[1])
    assert [embed_trailer(job)[1].read_bytes() for job in todo] == fed and len(fed) == len(IDS)


def test_what_a_process_finds_damaged_stops_all(todo, ask):
    with pytest.raises(BenchmarkError, match="damaged afterwards"):
        ask([dataclasses.replace(todo[0], digest="another"), *todo[1:]])


def test_a_process_that_dies_costs_no_other_trailer(todo, ask, monkeypatch):
    monkeypatch.setattr(tasks, "prepare_apart", dying)
    found = {job.trailer_id: result for job, result in zip(todo, ask(todo), strict=True)}
    failed = {name: f.reason for name, f in found.items() if isinstance(f, TrailerError)}
    assert failed == {IDS[0]: "crashed"} and Path("once").exists()
    assert {result[0] for result in found.values() if isinstance(result, tuple)} == set(IDS[1:])


def test_processes_stay_for_the_next_trailers(todo, ask, children):
    first = ask(todo[:2])
    (process,) = [each.process.pid for each in children._idle]
    again = ask(todo[2:])
    assert [each.process.pid for each in children._idle] == [process]
    assert {result[0] for result in first + again if isinstance(result, tuple)} == set(IDS)

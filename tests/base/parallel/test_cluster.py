"""The same work on a Dask cluster: real processes, killed for real."""

import hashlib
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.parallel import cluster as on_cluster
from stages.base.parallel import run
from stages.base.params import AudioParams, ClipsParams, ClipsRecipe, FramesParams
from stages.base.store import Store
from stages.corpus.reader import Trailer
from stages.trailers.fetching import ledger
from stages.trailers.fetching.fetcher import TrailerFetcher
from stages.trailers.media.results import AUDIO, CLIPS, FRAMES, extract, jobs, write
from tests.base.parallel.conftest import Cluster
from tests.trailers.fetching.conftest import download_params, sample_params
from tests.trailers.media.conftest import write_audio, write_video

pytestmark = pytest.mark.xdist_group("cluster")
PICTURE = FramesParams(
    count=3, first_frame=0, first_second=None, short_side=64, jpeg_quality=90, black_level=16
)
MOTION = ClipsRecipe.of(ClipsParams(count=2), PICTURE)
SOUND = AudioParams(sample_rate=8000, seconds=0.5, windows=("start", "end"))


def eventful(item: int) -> int:
    """Squares; 3 fails, 5 always kills its worker, 7 is a bug."""
    if item == 3:
        raise TrailerError("gone", "three")
    if item == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    if item == 7:
        raise ZeroDivisionError("a bug")
    return item * item


def kept(item: int) -> str:
    """Keeps its result in the folder it runs in; item 2 tells its process once, and waits."""
    path = Path(f"{item}.done")
    if path.exists():
        return str(path)
    call = Path("call")
    if item == 2 and call.exists():
        call.rename("called")
        Path("called").write_text(str(os.getpid()))
        threading.Event().wait()
    with Path("computed").open("a") as file:
        file.write(f"{item}\n")
    path.touch()
    return str(path)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda address: monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", address)


@pytest.fixture
def called(folder: Path) -> Callable[[Callable[[int], Any]], None]:
    """called(answer): answer(process id) as soon as item 2 of `kept` is being computed."""
    os.mkfifo("call")

    def answer_with(answer: Callable[[int], Any]) -> None:
        def listen() -> None:
            answer(int((folder / "call").read_text()))  # opening it waits for the writer

        threading.Thread(target=listen, daemon=True).start()

    return answer_with


def contents(place: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(place.iterdir())}


def clips(place: Path) -> None:
    """Three trailers and their ledger: two videos and a sound."""
    trailers = place / "films"
    trailers.mkdir(parents=True)
    (place / "data").mkdir()
    write_video(trailers / "a0.mp4", count=20)
    write_video(trailers / "b1.mp4", count=33)
    write_audio(trailers / "c2.wav", np.ones((1, 8000)) * 0.25, rate=8000)
    rows = [
        {
            "trailer_id": path.stem,
            "reason": "ok",
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "video_codec": "h264" if path.suffix == ".mp4" else "",
            "audio_codec": "" if path.suffix == ".mp4" else "pcm_s16le",
        }
        for path in sorted(trailers.iterdir())
    ]
    for path in trailers.iterdir():
        kept = place / "data/store"
        with Store("videos", 1, None, kept).put() as copy:
            shutil.copy(path, copy)
    pq.write_table(pa.Table.from_pylist(rows), place / "data/downloads.parquet")


def packs_and_trailers() -> dict[str, dict[str, bytes]]:
    """What these stages and download write in the working folder, wherever they compute it."""
    for params, name, schema in (
        (PICTURE, "frames", FRAMES),
        (MOTION, "clips", CLIPS),
        (SOUND, "audio", AUDIO),
    ):
        todo = jobs(Path("data/downloads.parquet"), params)
        assert write(Path(f"out/{name}"), schema, run(extract, todo))["ok"]
    rows = [
        Trailer("a1", "f1", "One", 2001, ("Horror",), "sample:1"),
        Trailer("b2", "f2", "Two", 2002, ("Comedy", "Drama"), "file:a0.mp4"),
    ]
    folder_of_films = download_params(files_under="films")  # seen from the folder of who asks
    results = list(run(TrailerFetcher(folder_of_films, sample_params()), rows))
    ledger.write_ledger(results, Path("out/tables/downloads.parquet"))
    ledger.write_events(results, Path("out/tables/events.parquet"))
    return {place.name: contents(place) for place in Path("out").iterdir()}


def test_the_same_bytes_as_here(cluster, tmp_path, monkeypatch, at):
    monkeypatch.setenv("WORKERS", "1")
    made = {}
    clips(tmp_path / "here")
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    for place, address in (("here", ""), ("there", cluster.address)):
        monkeypatch.chdir(tmp_path / place)
        at(address)
        made[place] = packs_and_trailers()
    assert {name: len(files) for name, files in made["here"].items()} == {
        "frames": 3,  # two shards and the outcomes
        "clips": 3,
        "audio": 2,
        "tables": 2,
    }
    assert made["there"] == made["here"]


def test_failures_and_an_item_that_kills_its_workers(cluster, folder, at):
    at(cluster.address)
    results = dict(run(eventful, [0, 1, 2, 3, 4, 5, 6]))
    assert {n: r for n, r in results.items() if n not in (3, 5)} == {0: 0, 1: 1, 2: 4, 4: 16, 6: 36}
    assert isinstance(results[3], TrailerError) and results[3].detail == "three"
    assert isinstance(results[5], TrailerError) and results[5].reason == "crashed"


def test_a_bug_stops_the_run(cluster, folder, at):
    at(cluster.address)
    with pytest.raises(ZeroDivisionError):
        list(run(eventful, [1, 7, 2]))


def test_a_worker_killed_in_the_middle_loses_nothing(cluster, folder, at, called):
    at(cluster.address)
    called(lambda process: os.kill(process, signal.SIGKILL))
    results = dict(run(kept, range(6)))
    assert results == {n: f"{n}.done" for n in range(6)}
    assert sorted((folder / "computed").read_text().split()) == list("012345")


def test_work_in_flight_is_bounded(cluster, folder, at, monkeypatch):
    at(cluster.address)
    submitted: list[int] = []
    submit = on_cluster.Client.submit

    def counted(self: Any, call: Any, items: list[int], **how: Any) -> Any:
        submitted.extend(items)
        return submit(self, call, items, **how)

    monkeypatch.setattr(on_cluster.Client, "submit", counted)
    come = 0
    for _ in run(eventful, [1] * 30):
        come += 1
        assert len(submitted) - come < 2 * 2  # two workers
    assert come == 30


def test_workers_with_other_code_are_refused(cluster, folder, at, monkeypatch):
    at(cluster.address)
    monkeypatch.setattr(on_cluster, "CODE_VERSION", "other")
    with pytest.raises(BenchmarkError, match="other code"):
        list(run(eventful, [1]))


def test_workers_that_do_not_reach_the_folder_are_told(cluster, folder, at, monkeypatch):
    at(cluster.address)
    monkeypatch.setattr(on_cluster.Path, "cwd", lambda: folder / "mounted here alone")
    with pytest.raises(BenchmarkError, match="does not reach the working folder"):
        list(run(eventful, [1]))


def test_a_scheduler_that_dies_is_told_and_what_was_done_is_kept(
    lone_scheduler, tmp_path_factory, folder, at, called
):
    at(lone_scheduler.address)
    lone_scheduler.add_workers(1)
    called(lambda _: lone_scheduler.scheduler.kill())
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(BenchmarkError, match="scheduler is gone"),
    ):
        list(run(kept, range(4)))
    before = (folder / "computed").read_text().split()
    assert "2" not in before and before

    again = Cluster(tmp_path_factory.mktemp("again"))
    try:
        again.add_workers(1)
        at(again.address)
        assert dict(run(kept, range(4))) == {n: f"{n}.done" for n in range(4)}
    finally:
        again.close()
    assert sorted((folder / "computed").read_text().split()) == list("0123")


def test_a_scheduler_that_comes_back_goes_on(lone_scheduler, tmp_path_factory, folder, at, called):
    """The client waits for it as long as for a first connection; lost items fly again."""
    address = lone_scheduler.address
    at(address)
    lone_scheduler.add_workers(1)
    cluster = []

    def restart(_: int) -> None:
        lone_scheduler.close()
        new = Cluster(tmp_path_factory.mktemp("new"), port=address.rpartition(":")[2])
        cluster.append(new)
        new.add_workers(1)

    called(restart)
    try:
        assert dict(run(kept, range(4))) == {n: f"{n}.done" for n in range(4)}
    finally:
        for each in cluster:
            each.close()
    assert sorted((folder / "computed").read_text().split()) == list("0123")


def test_a_cluster_that_cannot_work_is_told(lone_scheduler, folder, at, monkeypatch):
    at(lone_scheduler.address)
    with monkeypatch.context() as patched, pytest.raises(BenchmarkError, match="no worker"):
        patched.setattr(on_cluster, "NO_WORKER_SECONDS", 0.0)
        list(run(eventful, [1]))
    lone_scheduler.add_workers(1, threads=2)
    with pytest.raises(BenchmarkError, match="several threads"):
        list(run(eventful, [1]))


def test_a_cluster_without_the_code_is_told(tmp_path_factory, folder, at):
    bare = Cluster(tmp_path_factory.mktemp("bare"), project=folder)
    try:
        at(bare.address)
        with pytest.raises(BenchmarkError, match="No module named 'stages'"):
            list(run(eventful, [1]))
    finally:
        bare.close()


def test_nobody_at_the_address(folder, at):
    at("tcp://127.0.0.1:1")  # a port that only the system may give
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "200ms"}),
        pytest.raises(BenchmarkError, match="cannot be reached"),
    ):
        list(run(eventful, [1]))


def test_without_the_package(at, monkeypatch):
    at("tcp://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "stages.base.parallel.cluster")
    monkeypatch.delattr("stages.base.parallel.cluster")
    with pytest.raises(BenchmarkError, match=r"python requirements/install\.py core cluster"):
        run(eventful, [1])

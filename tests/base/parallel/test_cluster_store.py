"""Machines that have but a store in a bucket in common: each works in a folder of its own."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.base.errors import BenchmarkError
from stages.base.parallel import run
from stages.embedding.jobs import Recipe, jobs
from stages.embedding.joining import write_embeddings
from stages.embedding.trailers import embed
from stages.trailers.auditing.reading import read_frames, read_sound
from stages.trailers.media import results
from tests.base.parallel.conftest import ROOT, Cluster
from tests.base.parallel.test_cluster import PICTURE, SOUND, clips, contents
from tests.s3 import Bucket, forget

pytestmark = pytest.mark.xdist_group("cluster")


@pytest.fixture(scope="module")
def bucket(s3: str) -> Iterator[Bucket]:
    with pytest.MonkeyPatch.context() as patched:
        yield Bucket(s3).make(patched)
    forget()


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory, bucket: Bucket) -> Iterator[Cluster]:
    """A scheduler and two workers, each in an empty folder, which have the code and the bucket."""
    environment = bucket.environment | {"PYTHONPATH": str(ROOT)}
    folder = tmp_path_factory.mktemp("machines")
    made = Cluster(folder, environment=environment, apart=True)
    try:
        made.add_workers(2)
        yield made
    finally:
        made.close()


@pytest.fixture(autouse=True)
def environment(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKERS", "1")


def made() -> tuple[dict[str, bytes], list[Any]]:
    """Packs and embeddings as the stages write them, and what leaks reads."""
    ledger = Path("data/downloads.parquet")
    for params, name, schema in (
        (PICTURE, "frames", results.FRAMES),
        (SOUND, "audio", results.AUDIO),
    ):
        todo = run(results.extract, results.jobs(ledger, params))
        assert results.write(Path("data") / name, schema, todo)["ok"]
    for name, reads in (("colour", "frames"), ("spectrogram", "audio")):
        embedded = [result for _, result in embed(jobs(Path("data") / reads, Recipe(name)))]
        entries = dict(result for result in embedded if isinstance(result, tuple))
        write_embeddings(entries, Path(f"data/embeddings/{name}.npz"))
    films = {"a0": 0, "b1": 1, "c2": 2}
    pictures = read_frames(Path("data/frames"), films)
    tracks = read_sound(Path("data/audio"), films)
    heard = [array for track in tracks for array in (track.words, track.audible)]
    looks = pictures.hashes
    thumbs = looks.thumb[np.arange(len(looks.hash))]
    seen = [pictures.names, pictures.trailer, pictures.time, looks.hash, looks.spread, thumbs]
    read = [*seen, *heard]
    folders = (Path("data") / name for name in ("frames", "audio", "embeddings"))
    return {f"{f.name}/{name}": b for f in folders for name, b in contents(f).items()}, read


def test_the_same_bytes_as_on_one_machine(machines, tmp_path, monkeypatch):
    for place in ("here", "there"):
        (tmp_path / place).mkdir()
        monkeypatch.chdir(tmp_path / place)
        with monkeypatch.context() as patched:
            if place == "here":
                patched.delenv("TRAILER_STORE")
                clips(Path())
                files, read = made()
            else:
                clips(Path())  # and so the videos are in the bucket
                patched.setenv("DASK_SCHEDULER_ADDRESS", machines.address)
                found, read_there = made()
    assert len(files) == 7 and found == files
    assert len(read) == len(read_there) > 5
    for ours, theirs in zip(read, read_there, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    steps = [path.name for path in machines.folder.glob("machine-*/data/store/*")]
    # they did the work, and read of packs what they needed
    assert {"frames", "audio", "embed", "leaks", "videos"} == set(steps)


def test_what_a_worker_has_but_the_bucket_has_not_is_sent(machines, tmp_path, monkeypatch):
    clips(Path())
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", machines.address)
    todo = results.jobs(Path("data/downloads.parquet"), PICTURE)
    entries = dict(run(results.extract, todo))
    store = results.store_of(PICTURE)
    for job in todo:
        store.drop(store.key(job.sha256))
        assert not store.has(store.key(job.sha256))
    assert dict(run(results.extract, todo)) == entries
    assert all(isinstance(path, Path) and path.is_file() for path in entries.values())


def test_workers_with_another_store_are_refused(machines, monkeypatch):
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", machines.address)
    for url in ("memory://another", ""):
        monkeypatch.setenv("TRAILER_STORE", url)
        with pytest.raises(BenchmarkError, match=r"tcp://\S+: a worker has another TRAILER_STORE"):
            list(run(abs, [1]))


def test_what_needs_one_folder_runs_locally(machines, monkeypatch):
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", machines.address)
    [(_, cluster)] = run(_parent, [1])
    [(_, here)] = run(_parent, [1], same_folder=True)
    assert here == os.getpid() != cluster


def _parent(item: int) -> int:
    return os.getppid()

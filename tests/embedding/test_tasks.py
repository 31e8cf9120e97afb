"""Networks embedded on a cluster: the bytes of one machine, whatever dies on the way."""

import dataclasses
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from stages.base import outside
from stages.base.errors import BenchmarkError, TrailerError
from stages.base.packs import write_pack
from stages.base.parallel import cluster as on_cluster
from stages.embedding import trailers
from stages.embedding.base import family
from stages.embedding.jobs import Job, Recipe, jobs, store_of
from stages.embedding.joining import write_embeddings
from stages.embedding.network import Network
from stages.embedding.tasks import EmbedTask
from stages.embedding.trailers import embed
from stages.trailers.media.results import AUDIO, FRAMES
from tests.base.parallel.conftest import ROOT, Cluster, for_networks
from tests.embedding.made_packs import IDS, picture_rows, sound_rows
from tests.s3 import Bucket, forget

__all__ = ["for_networks"]
pytestmark = pytest.mark.xdist_group("cluster")
CALLS = '''"""A network of one weight, on a picture's mean; pictures may call for us, or kill."""

import os
import signal
import threading
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch

from stages.embedding.network import Network
from stages.embedding.records import Record


class Family(Network):
    RECORDS: ClassVar = {
        "": Record(
            modality="picture",
            input="frames",
            shape=(1,),
            parameters=1,
            trained_on="nothing",
            licence="–",
            paper="–",
        )
    }

    def build(self):
        return torch.nn.Linear(1, 1, bias=False)

    def prepare(self, trailer, sample_rate):
        return np.array([[frame.mean()] for frame in trailer], np.float32)

    def forward(self, items):
        number = round(items[0].item())  # the darkest frame's level is the trailer's number
        if Path(f"kill-{number}").exists():
            os.kill(os.getpid(), signal.SIGKILL)
        if number == 0 and Path("call").exists():
            Path("call").rename("called")
            Path("called").write_text(str(os.getpid()))
            threading.Event().wait()
        with Path("computed").open("a") as file:
            file.write(f"{number}\\n")
        return self.network(items)
'''


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKERS", "2")
    return tmp_path


@pytest.fixture
def there(for_networks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", for_networks.address)


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One file for all tests, as a process takes a family from one alone; then nobody knows it."""
    path = tmp_path_factory.mktemp("code") / "calling.py"
    path.write_text(CALLS)
    yield str(path)
    outside.forget()


@pytest.fixture
def calling(folder: Path, code: str) -> Recipe:
    """A network from outside, four trailers of frames, and a pipe on which it calls once."""
    save_file({"weight": torch.tensor([[0.5]])}, folder / "weights.safetensors")
    write_pack(Path("frames"), IDS, picture_rows, FRAMES)
    os.mkfifo("call")
    return Recipe("calling", weights=Path("weights.safetensors"), code=code)


def small_network() -> Recipe:
    """A published network with weights drawn by seed 0, and four trailers of sound."""
    network = family("efficientat")("mn04")
    assert isinstance(network, Network)
    torch.manual_seed(0)
    weights = Path("mn04.safetensors")
    save_file(network.build().state_dict(), weights)
    write_pack(Path("audio"), IDS, sound_rows, AUDIO)
    return Recipe("efficientat", "mn04", weights=weights)


def embedded(todo: list[Job], name: str) -> bytes:
    """The file that the stage writes, once each trailer is embedded."""
    store_of(todo[0].recipe).recover()
    entries = {}
    for _, result in embed(todo):
        assert isinstance(result, tuple), result
        entries[result[0]] = result[1]
    write_embeddings(entries, Path(name))
    return Path(name).read_bytes()


def drop(todo: list[Job]) -> None:
    """Of the store's entries, so that they are made anew."""
    for job in todo:
        store_of(job.recipe).drop(job.key)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_same_bytes_as_on_this_machine(for_networks, folder, monkeypatch, precision):
    recipe = dataclasses.replace(small_network(), precision=precision)
    todo = jobs(folder / "audio", recipe)
    here = embedded(todo, "here.npz")
    drop(todo)
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", for_networks.address)
    monkeypatch.setattr(trailers, "embed_stream", None)  # nothing is embedded by us
    assert embedded(todo, "there.npz") == here
    with np.load("there.npz") as found:
        assert found["trailer_id"].tolist() == sorted(IDS) and found["embedding"].std() > 0


def test_a_worker_killed_in_the_middle_loses_its_last_trailer(folder, there, calling, monkeypatch):
    """Of trailers 1 and 0, which are one task, it had kept the first."""
    monkeypatch.setattr(on_cluster, "IN_FLIGHT_PER_THREAD", 1)
    monkeypatch.setattr(on_cluster, "SHARES", 1)
    killed = threading.Event()

    def kill() -> None:
        os.kill(int((folder / "call").read_text()), signal.SIGKILL)
        killed.set()

    threading.Thread(target=kill, daemon=True).start()
    todo = jobs(folder / "frames", calling)
    found = embedded(todo, "there.npz")
    assert killed.wait(1)
    assert sorted(Path("computed").read_text().split()) == list("0123")  # each once
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS")
    drop(todo)
    assert embedded(todo, "here.npz") == found


def test_a_trailer_that_kills_workers_has_a_reason_and_the_others_are_done(folder, there, calling):
    Path("call").unlink()
    Path("kill-1").touch()
    found = {job.trailer_id: result for job, result in embed(jobs(folder / "frames", calling))}
    crashed = found.pop(IDS[1])
    assert isinstance(crashed, TrailerError) and crashed.reason == "crashed"
    assert len(found) == 3
    for name, result in found.items():
        assert isinstance(result, tuple)
        means = np.load(result[1])["embedding"].ravel()
        expected = [(40 * n + IDS.index(name)) / 2 for n in range(3)]
        np.testing.assert_allclose(means, expected, atol=1)


def test_a_worker_with_other_weights_or_packages_is_told(folder, calling):
    Path("call").unlink()
    task = EmbedTask.of(calling)
    other = dataclasses.replace(task, made_from=task.made_from.replace("embed", "other"))
    with pytest.raises(BenchmarkError, match="other packages, or other weights, for calling"):
        list(other(jobs(folder / "frames", calling)))


def test_of_machines_with_a_bucket_in_common_the_weights_come_by_hash(
    s3, tmp_path_factory, folder, monkeypatch
):
    recipe = small_network()
    here = embedded(jobs(folder / "audio", recipe), "here.npz")
    bucket = Bucket(s3).make(monkeypatch)
    place = tmp_path_factory.mktemp("machines")
    made = Cluster(place, environment=bucket.environment | {"PYTHONPATH": str(ROOT)}, apart=True)
    try:
        made.add_workers(1, offer="NETWORK=1")
        (folder / "there").mkdir()
        (folder / "audio").rename("there/audio")
        (folder / recipe.weights).rename("there/mn04.safetensors")
        monkeypatch.chdir(folder / "there")
        monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", made.address)
        assert embedded(jobs(Path("audio"), recipe), "there.npz") == here
        steps = {path.name for path in place.glob("machine-*/data/store/*")}
        assert {"embed", "weights"} <= steps  # that machine embedded, with weights of its own
    finally:
        made.close()
        forget()

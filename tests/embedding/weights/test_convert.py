"""Converted weights: the same bytes each time, of this model and no other, whole or not there."""

import errno
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save
from torch import nn

from stages.base.errors import BenchmarkError
from stages.embedding.records import Source
from stages.embedding.weights.convert import write_safetensors, write_weights
from stages.embedding.weights.lock import read_lock
from tests.embedding.weights.conftest import Toy, config, published, tensors
from tests.trailers.fetching.conftest import Site, serve


def web(site: Site, file: str, data: bytes) -> Source:
    site.routes[f"/{file}"] = serve(data)
    return Source(file, url=f"{site.url}/{file}")


def target(root: Path) -> Path:
    return root / "data" / "weights" / "toy.safetensors"


def refused(network: Toy, root: Path, **changes: Any) -> str:
    with pytest.raises(BenchmarkError) as error:
        write_weights(network, config(root, **changes), target(root))
    assert not target(root).exists() and not list(root.rglob("*.part"))
    return str(error.value)


def test_published_weights_become_a_file_that_the_network_loads(site, tmp_path):
    network = Toy(web(site, "w.safetensors", published()))
    assert write_weights(network, config(tmp_path), target(tmp_path)) == 2
    network.load(target(tmp_path))
    assert torch.equal(network.network.state_dict()["weight"].cpu(), tensors()["weight"])
    assert [path.name for path in target(tmp_path).parent.iterdir()] == ["toy.safetensors"]


def test_the_same_weights_are_the_same_bytes_however_they_were_published(site, tmp_path):
    file = io.BytesIO()
    torch.save({"state_dict": dict(reversed(tensors().items()))}, file)
    sources = web(site, "w.safetensors", published()), web(site, "w.pt", file.getvalue())
    written = []
    for source in sources:
        write_weights(Toy(source), config(tmp_path), target(tmp_path))
        written.append(target(tmp_path).read_bytes())
    assert written[0] == written[1] == save(dict(sorted(tensors().items())))


def test_what_was_written_is_sorted_and_says_nothing_but_tensors(tmp_path):
    write_safetensors({"z": torch.ones(2), "a": torch.ones(3)}, tmp_path / "w")
    data = (tmp_path / "w").read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    assert list(header) == ["a", "z"] and "__metadata__" not in header


def test_tensors_that_share_memory_or_lie_otherwise(tmp_path):
    base = torch.arange(24.0).reshape(2, 3, 4)
    state = {
        "base": base,
        "again": base,
        "part": base[1],
        "turned": base.permute(2, 0, 1),
        "last": base[None].contiguous(memory_format=torch.channels_last),
        "learnt": nn.Parameter(base.clone()),
    }
    write_safetensors(state, tmp_path / "w")
    found = load_file(tmp_path / "w")
    assert found.keys() == state.keys()
    assert all(torch.equal(found[name], state[name]) for name in state)


@pytest.mark.parametrize(
    "wrong",
    [
        {"weight": torch.zeros(4, 4)},
        {"weight": torch.zeros(4, 5), "bias": torch.zeros(4)},
        {"other": torch.zeros(4, 4), "bias": torch.zeros(4)},
    ],
)
def test_weights_of_another_model_are_refused(site, tmp_path, wrong):
    message = refused(Toy(web(site, "w.safetensors", save(wrong))), tmp_path)
    assert message.startswith("weights of toy: these weights are not those of toy\n  found: ")
    assert "check matrix.pretrained.toy in params.yaml" in message


def test_a_file_of_the_persons_that_is_of_another_model_is_not_pinned(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "toy.safetensors").write_bytes(save({"weight": torch.zeros(4, 4)}))
    nowhere = Source("w.pt", url="https://127.0.0.1:9/w.pt")
    refused(Toy(nowhere), tmp_path, folder=folder)
    assert not (tmp_path / "weights.lock").exists()


def test_who_may_read_it_is_as_for_any_file(tmp_path):
    write_safetensors(tensors(), tmp_path / "w")
    (tmp_path / "any").touch()
    assert (tmp_path / "w").stat().st_mode == (tmp_path / "any").stat().st_mode


def test_a_file_of_the_past_stays_until_the_new_one_is_whole(site, tmp_path):
    target(tmp_path).parent.mkdir(parents=True)
    target(tmp_path).write_bytes(b"before")
    with pytest.raises(BenchmarkError):
        write_weights(Toy(web(site, "w.safetensors", b"x")), config(tmp_path), target(tmp_path))
    assert target(tmp_path).read_bytes() == b"before"


def test_a_model_in_two_files(site, tmp_path):
    parts = {name: save({name: tensor}) for name, tensor in tensors().items()}
    network = Toy(*(web(site, f"{name}.safetensors", data) for name, data in parts.items()))
    assert write_weights(network, config(tmp_path), target(tmp_path)) == 2
    assert len(read_lock(tmp_path / "weights.lock")) == 2
    twice = Toy(network.record.source, web(site, "more.safetensors", parts["weight"]))
    target(tmp_path).unlink()
    assert "two files name the same tensors: ['weight']" in refused(twice, tmp_path)


def test_a_file_of_the_persons_own_that_has_it_all_needs_no_second(site, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "all.safetensors").write_bytes(published())
    nowhere = Source("w.npz", url="https://127.0.0.1:9/w.npz")
    own = config(tmp_path, folder=folder, file="all.safetensors")
    assert write_weights(Toy(nowhere, nowhere), own, target(tmp_path)) == 2


def test_an_array_file_beside_a_checkpoint(site, tmp_path):
    file = io.BytesIO()
    np.savez(file, bias=tensors()["bias"].numpy())
    first = web(site, "w.safetensors", save({"weight": tensors()["weight"]}))
    write_weights(
        Toy(first, web(site, "w.npz", file.getvalue())), config(tmp_path), target(tmp_path)
    )
    assert target(tmp_path).read_bytes() == save(dict(sorted(tensors().items())))


def test_a_family_without_weights_or_without_its_library_fetches_nothing(site, tmp_path):
    assert "toy needs no weights" in refused(Toy(None), tmp_path)

    class Lacking(Toy):
        def build(self) -> nn.Module:
            raise BenchmarkError("some library is missing", do="pip install it")

    source = web(site, "w.safetensors", published())
    assert refused(Lacking(source), tmp_path).startswith("some library is missing")
    assert not site.asked


def in_process(program: str, root: Path) -> str:
    """Standard output of a program run in `root`."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=root,
        env={"PYTHONPATH": str(Path(__file__).resolve().parents[3])},
        check=True,
    )
    return done.stdout


def test_a_disk_without_room_leaves_nothing_and_is_told_as_such(tmp_path):
    """A limit on file sizes stands for the full disk: writing fails in the middle."""
    program = (
        "import resource, signal, torch; from pathlib import Path\n"
        "from stages.embedding.weights.convert import write_safetensors\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try: write_safetensors({'w': torch.zeros(1_000_000)}, Path('data/w.safetensors'))\n"
        "except OSError as error: print(error.errno, list(Path('data').iterdir()))\n"
    )
    assert in_process(program, tmp_path) == f"{errno.EFBIG} []\n"


def test_a_kill_in_the_middle_of_writing_leaves_no_file_of_that_name(tmp_path, monkeypatch):
    def stop(*anything: Any) -> None:
        raise KeyboardInterrupt

    stopped: Callable[..., None] = stop
    monkeypatch.setattr("stages.base.files.os.fsync", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_safetensors(tensors(), tmp_path / "w")
    assert not list(tmp_path.iterdir())

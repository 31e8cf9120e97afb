import dataclasses
import subprocess
import sys
import threading
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from stages.backbones.colour import RECORD as COLOUR
from stages.base.errors import BenchmarkError
from stages.base.packs import shard_paths, write_pack
from stages.base.parallel import run
from stages.embedding import base, trailers
from stages.embedding import jobs as jobs_room
from stages.embedding.jobs import Recipe, jobs
from stages.embedding.joining import write_embeddings
from stages.embedding.network import Network
from stages.embedding.tasks import EmbedTask
from stages.embedding.trailers import embed, embed_stream, embed_trailer
from stages.trailers.media.results import AUDIO, FRAMES
from tests.embedding.made_packs import IDS, picture_rows, sound_rows


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the store lies under data/store of the working folder
    return tmp_path


def test_pictures_come_in_order_with_number_and_time(folder):
    write_pack(folder / "frames", IDS, picture_rows, FRAMES)
    entries = dict(embed_trailer(job) for job in jobs(folder / "frames", Recipe("pixels")))
    write_embeddings(entries, folder / "out.npz")
    found = np.load(folder / "out.npz")
    assert found["trailer_id"].tolist() == sorted(IDS)
    assert found["trailer"].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert found["group"].tolist() == [0, 1, 2] * 4
    assert found["time"].tolist() == [10.0, 11.0, 12.0] * 4
    levels = found["embedding"][:3].astype(float).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(levels, [0, 40, 80], atol=5)


def test_windows_of_sound_carry_their_time(folder):
    write_pack(folder / "audio", IDS[:1], sound_rows, AUDIO)
    _, path = embed_trailer(jobs(folder / "audio", Recipe("spectrogram"))[0])
    found = np.load(path)
    assert found["group"].tolist() == [0, 0, 1, 1, 2, 2]
    assert found["time"].tolist() == [1.5, 4.5, 21.5, 24.5, 41.5, 44.5]


def test_a_second_run_embeds_nothing_and_gives_equal_bytes(folder, monkeypatch):
    write_pack(folder / "frames", IDS, picture_rows, FRAMES)
    todo = jobs(folder / "frames", Recipe("pixels"))
    write_embeddings(dict(map(embed_trailer, todo)), folder / "a.npz")
    before = {path: path.stat().st_mtime_ns for path in (folder / "data/store").rglob("*.*")}
    write_embeddings(dict(map(embed_trailer, reversed(todo))), folder / "b.npz")
    after = {path: path.stat().st_mtime_ns for path in (folder / "data/store").rglob("*.*")}
    assert before == after and len(before) == 4
    assert (folder / "a.npz").read_bytes() == (folder / "b.npz").read_bytes()


def test_one_more_trailer_is_one_more_entry(folder):
    write_pack(folder / "three", IDS[:3], picture_rows, FRAMES)
    list(map(embed_trailer, jobs(folder / "three", Recipe("colour"))))
    entries = set((folder / "data/store/embed").rglob("*.*"))
    assert len(entries) == 3
    write_pack(folder / "four", IDS, picture_rows, FRAMES)
    list(map(embed_trailer, jobs(folder / "four", Recipe("colour"))))
    after = set((folder / "data/store/embed").rglob("*.*"))
    assert len(after) == 4 and entries < after


def test_only_what_the_store_lacks_is_handed_to_workers(folder, monkeypatch):
    write_pack(folder / "frames", IDS, picture_rows, FRAMES)
    todo = jobs(folder / "frames", Recipe("colour"))
    first = dict(map(embed_trailer, todo[:3]))
    handed = []

    def watched(function, items, serial_up_to):
        handed.extend(items)
        return run(function, items, serial_up_to=serial_up_to)

    monkeypatch.setattr(trailers, "run", watched)
    found = list(embed(todo))
    assert handed == todo[3:] and [job for job, _ in found] == todo
    assert [result for _, result in found[:3]] == list(first.items())
    for part in shard_paths(folder / "frames"):
        part.unlink()  # what the store has is told from the footers, which `todo` holds
    assert [result for _, result in embed(todo)] == [result for _, result in found]


def test_no_network_is_loaded_for_what_the_store_has(folder, halves, monkeypatch):
    write_pack(folder / "frames", IDS, picture_rows, FRAMES)
    todo = jobs(folder / "frames", halves)
    found = dict(embed(todo))
    monkeypatch.setattr(Recipe, "create", None)
    assert len(found) == len(IDS) and dict(embed(todo)) == found


class Halves(Network):
    """A network of one weight, on a picture's mean."""

    RECORDS: ClassVar = {"": dataclasses.replace(COLOUR, shape=(1,))}

    def build(self):
        return torch.nn.Linear(1, 1, bias=False)

    def prepare(self, trailer, sample_rate):
        return np.array([[frame.mean()] for frame in trailer], np.float32)

    def forward(self, items):
        return self.network(items)


@pytest.fixture
def halves(folder, monkeypatch):
    weights = folder / "halves.safetensors"
    save_file({"weight": torch.tensor([[0.5]])}, weights)
    monkeypatch.setattr(trailers, "family", lambda name: Halves)
    monkeypatch.setattr(base, "family", lambda name: Halves)
    monkeypatch.setattr(jobs_room, "code_of_plugin", lambda *found, libraries: "code")
    return Recipe("halves", weights=weights)


def test_a_network_is_fed_ahead_and_gives_each_trailer_its_own(folder, halves):
    write_pack(folder / "frames", IDS, picture_rows, FRAMES)
    todo = jobs(folder / "frames", halves)
    found = {name: np.load(path)["embedding"] for _, (name, path) in embed_stream(todo, 2)}
    for place, name in enumerate(IDS):
        expected = [(40 * n + place) / 2 for n in range(3)]
        np.testing.assert_allclose(found[name].ravel(), expected, atol=1)


def test_on_a_cpu_each_trailer_has_a_core_of_its_own(folder, halves, monkeypatch):
    write_pack(folder / "frames", IDS, picture_rows, FRAMES)
    seen = []

    def forward(network, items):
        seen.append((threading.current_thread(), torch.get_num_threads()))
        return network.network(items)

    monkeypatch.setattr(Halves, "forward", forward)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        list(embed_stream(jobs(folder / "frames", halves), 2))
    finally:
        torch.set_num_threads(before)
    assert {n for _, n in seen} == {1}
    assert threading.current_thread() not in {thread for thread, _ in seen}


def test_another_precision_is_another_recipe_and_nearly_the_same(folder, halves):
    write_pack(folder / "frames", IDS[:1], picture_rows, FRAMES)
    save_file({"weight": torch.tensor([[1 / 3]])}, halves.weights)
    reduced = dataclasses.replace(halves, precision="bfloat16")
    [(_, (_, full))] = embed_stream(jobs(folder / "frames", halves), 1)
    [(_, (_, half))] = embed_stream(jobs(folder / "frames", reduced), 1)
    exact, near = np.load(full)["embedding"], np.load(half)["embedding"]
    assert exact.dtype == near.dtype and not np.array_equal(exact, near)
    np.testing.assert_allclose(near, exact, rtol=2**-7)  # eight bits of mantissa


def test_a_network_stopped_half_way_goes_on_where_it_was(folder, halves):
    write_pack(folder / "frames", IDS, picture_rows, FRAMES)
    todo = jobs(folder / "frames", halves)
    stream = embed_stream(todo, 1)
    next(stream)
    stream.close()
    kept = set((folder / "data/store/embed").rglob("*.*"))
    assert 1 <= len(kept) < 4  # what was under way is finished, the rest not begun
    before = {path: path.stat().st_mtime_ns for path in kept}
    assert len(list(embed(todo))) == 4
    assert {path: path.stat().st_mtime_ns for path in kept} == before


def test_other_weights_are_another_recipe(folder, halves):
    write_pack(folder / "frames", IDS[:1], picture_rows, FRAMES)
    todo = jobs(folder / "frames", halves)
    [(_, (_, first))] = embed_stream(todo, 1)
    save_file({"weight": torch.tensor([[0.25]])}, halves.weights)
    [(_, (_, second))] = embed_stream(todo, 1)
    np.testing.assert_allclose(np.load(second)["embedding"], np.load(first)["embedding"] / 2)


@pytest.mark.parametrize("by", ["a worker", "a task"])
def test_equal_paths_in_other_folders_are_other_weights(folder, halves, monkeypatch, by):
    """As of a worker on a cluster, which goes to the folder of whoever asks."""
    here = dataclasses.replace(halves, weights=Path("halves.safetensors"))
    found = []
    for weight in (0.5, 0.25):
        place = folder / str(weight)
        place.mkdir()
        monkeypatch.chdir(place)
        save_file({"weight": torch.tensor([[weight]])}, Path("halves.safetensors"))
        write_pack(Path("frames"), IDS[:1], picture_rows, FRAMES)
        todo = jobs(Path("frames"), here)
        result = embed_trailer(todo[0]) if by == "a worker" else next(EmbedTask.of(here)(todo))
        assert isinstance(result, tuple)
        found.append(np.load(result[1])["embedding"])
    np.testing.assert_allclose(found[1], found[0] / 2)


def test_weights_that_do_not_fit_are_refused(folder, halves):
    save_file({"bias": torch.tensor([0.5])}, halves.weights)
    with pytest.raises(BenchmarkError, match="do not fit"):
        halves.create()
    halves.weights.write_bytes(b"rubbish")
    with pytest.raises(BenchmarkError, match="do not fit"):
        halves.create()


def test_a_backbone_without_weights_loads_no_torch():
    """Importing it takes a second and 400 MB in each process."""
    loads = "import sys, stages.embedding.trailers, stages.backbones.colour; "
    loads += "sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", loads], cwd=Path(__file__).parents[2])
    assert done.returncode == 0

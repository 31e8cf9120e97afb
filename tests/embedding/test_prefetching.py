import dataclasses
import multiprocessing

import pytest
from safetensors.torch import save_file

from stages.base.errors import BenchmarkError
from stages.base.packs import write_pack
from stages.embedding import trailers
from stages.embedding.base import family
from stages.embedding.jobs import Recipe, jobs
from stages.embedding.network import Network
from stages.embedding.prefetching import worker_death_as_error
from stages.embedding.preparing import prepare
from stages.embedding.trailers import embed_stream
from stages.trailers.media.results import AUDIO
from tests.embedding.made_packs import IDS, sound_rows


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the store lies under data/store of the working folder
    return tmp_path


@pytest.fixture
def recipe(folder):
    """A real family, which other processes find too, weights at random."""
    network = family("efficientat")("mn04")
    assert isinstance(network, Network)
    weights = folder / "mn04.safetensors"
    save_file(network.build().state_dict(), weights)
    write_pack(folder / "audio", IDS, sound_rows, AUDIO)
    return Recipe("efficientat", "mn04", weights=weights)


def test_a_gpu_is_fed_by_processes_and_gives_what_a_cpu_gives(folder, recipe, monkeypatch):
    todo = jobs(folder / "audio", recipe)
    kept = {job: path for job, (_, path) in embed_stream(todo, 2)}
    here = {job: path.read_bytes() for job, path in kept.items()}
    for path in set(kept.values()):
        path.unlink()
    monkeypatch.setattr(trailers, "FEW", 0)
    backbone, prepared = recipe.create(), []
    backbone.on_gpu = True  # and its device the CPU: the way is what is tried
    monkeypatch.setattr(type(backbone), "prepare", lambda *_: prepared.append(_))
    there = {job: path.read_bytes() for job, (_, path) in embed_stream(todo, 2, backbone)}
    assert there == here and len(here) == len(IDS) and not prepared


def test_what_a_process_finds_damaged_is_told_as_here(folder, recipe, monkeypatch):
    monkeypatch.setattr(trailers, "FEW", 0)
    first, *rest = jobs(folder / "audio", recipe)
    backbone = recipe.create()
    backbone.on_gpu = True
    todo = [dataclasses.replace(first, digest="another"), *rest]
    with pytest.raises(BenchmarkError) as here:
        prepare(backbone, todo[0])
    with pytest.raises(BenchmarkError) as there:
        list(embed_stream(todo, 2, backbone))
    assert str(there.value) == str(here.value)


def test_a_process_that_dies_is_told(folder, recipe):
    backbone = recipe.create()
    backbone.on_gpu = True
    todo = jobs(folder / "audio", recipe) * 20
    stream = embed_stream(todo, 2, backbone)
    next(stream)
    with pytest.raises(BenchmarkError, match="read trailers ahead died"), worker_death_as_error():
        for process in multiprocessing.active_children():
            process.kill()
        list(stream)

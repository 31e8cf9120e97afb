"""Files that are on this machine already: the person's own, those of caches, and shared ones."""

import io
import shutil
import threading
from typing import Any

import pytest
import torch

from stages.base.errors import BenchmarkError
from stages.embedding.base import describe
from stages.embedding.records import Source
from stages.embedding.weights.sources import files_of, locate
from tests.embedding.weights.conftest import (
    COMMIT,
    HUB,
    Toy,
    config,
    published,
    tensors,
    tensors_of,
)
from tests.embedding.weights.files import (
    DATA,
    NAME,
    OTHER,
    in_cache,
    pin_of,
    pins,
    put,
    refused,
    same,
    sha,
    web,
)


def test_a_placed_file_is_used_before_any_other_and_held_against_the_published_pin(hub, tmp_path):
    source = hub.publish("model.safetensors", DATA)
    tensors_of(source, config(tmp_path))
    before = len(hub.site.asked)
    folder = put(tmp_path / "mine", "toy.safetensors", DATA)
    assert same(tensors_of(source, config(tmp_path, folder=folder)))
    put(folder, "toy.safetensors", OTHER)
    message = refused(source, tmp_path, folder=folder)
    assert message.startswith(
        f"{folder / 'toy.safetensors'}: these are not the known bytes of {NAME}"
    )
    assert message.endswith("or state it under matrix.pretrained.toy.file, to use it as your own")
    assert same(tensors_of(source, config(tmp_path, folder=folder, file="toy.safetensors")), seed=1)
    assert len(hub.site.asked) == before


def test_who_pins_nothing_uses_a_placed_file_and_says_its_hash(hub, tmp_path, capsys):
    source = hub.publish("model.safetensors", OTHER)
    folder = put(tmp_path / "mine", "toy.safetensors", DATA)
    assert same(tensors_of(source, config(tmp_path, folder=folder, pins=False)))
    said = capsys.readouterr().err
    assert sha(DATA) in said and "weights.lock" not in said
    assert not (tmp_path / "weights.lock").exists()


def test_a_placed_file_nobody_can_vouch_for_is_pinned_as_the_persons_own(hub, tmp_path):
    source = hub.publish("model.safetensors", OTHER)
    folder = put(tmp_path / "mine", "toy.safetensors", DATA)
    tensors_of(source, config(tmp_path, folder=folder))
    assert pins(tmp_path) == {"toy:toy.safetensors": pin_of(DATA)}
    tensors_of(source, config(tmp_path))  # without the folder: the published one, pinned as such
    assert pins(tmp_path)[NAME] == pin_of(OTHER, COMMIT, "hub")
    put(folder, "toy.safetensors", published(seed=2))
    assert f"bytes of {NAME}" in refused(source, tmp_path, folder=folder)


def test_a_placed_file_of_the_stated_hash_is_the_published_one(tmp_path):
    source = Source("model.safetensors", HUB, "", COMMIT, sha(DATA), "hub", "its page")
    folder = put(tmp_path / "mine", f"{HUB}/model.safetensors", DATA)
    tensors_of(source, config(tmp_path, folder=folder))
    assert pins(tmp_path) == {NAME: pin_of(DATA, COMMIT, "hub")}


def test_a_file_of_the_persons_own_has_a_pin_of_its_own(hub, tmp_path):
    source = hub.publish("model.safetensors", DATA)
    tensors_of(source, config(tmp_path))
    folder = put(tmp_path / "mine", "deep/tuned.safetensors", OTHER)
    own: dict[str, Any] = {"folder": folder, "file": "deep/tuned.safetensors"}
    assert same(tensors_of(source, config(tmp_path, **own)), seed=1)
    assert pins(tmp_path) == {
        NAME: pin_of(DATA, COMMIT, "hub"),
        "toy:deep/tuned.safetensors": pin_of(OTHER),
    }
    put(folder, "deep/tuned.safetensors", published(seed=2))
    assert "bytes of toy:deep/tuned.safetensors" in refused(source, tmp_path, **own)
    put(folder, "deep/tuned.safetensors", DATA)  # the published one under a name of theirs
    assert same(tensors_of(source, config(tmp_path, **own)))


def test_a_placed_file_of_another_kind_than_the_published_one(tmp_path):
    file = io.BytesIO()
    torch.save(tensors(), file)
    folder = put(tmp_path / "mine", "toy.pt", file.getvalue())
    assert same(tensors_of(Source("w.h5", url="https://x"), config(tmp_path, folder=folder)))


def test_stages_that_want_one_file_at_once_fetch_it_once(site, tmp_path):
    source = web(site, published(size=700))
    threads = [
        threading.Thread(target=tensors_of, args=(source, config(tmp_path, slug)))
        for slug in ("one", "two", "three")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(site.asked) == 1


def test_whether_weights_are_at_hand(tmp_path):
    files = files_of(describe("vggish", "vggish_pca"), is_asked=False)
    _, further = files
    made, folder = tmp_path / "made.safetensors", tmp_path / "mine"
    assert locate(files, config(tmp_path), made) == ""
    placed = config(tmp_path, folder=put(folder, "toy.pth", DATA))
    assert locate(files, placed, made) == ""  # the PCA is a file of its own
    put(folder, further.file, DATA)
    assert locate(files, placed, made) == "in WEIGHTS_DIR"
    with pytest.raises(BenchmarkError, match="there is no file of this name"):
        locate(files, config(tmp_path, folder=folder, file="gone.pth"), made)
    made.write_bytes(DATA)
    assert locate(files, config(tmp_path), made) == "yes"


def test_a_tokenizer_is_brought_for_prompts_alone():
    record = describe("clip", "openai/clip-vit-base-patch16")
    assert [each.file for each in files_of(record, is_asked=True)] == [
        *("pytorch_model.bin", "tokenizer.json")
    ]
    assert [each.file for each in files_of(record, is_asked=False)] == ["pytorch_model.bin"]


def test_whether_the_hubs_cache_or_our_store_has_weights(hub, tmp_path):
    source, made = hub.publish("model.safetensors", DATA), tmp_path / "made.safetensors"
    files = files_of(Toy(source).record, is_asked=False)
    assert locate(files, config(tmp_path), made) == ""
    in_cache(hub.folder, "model.safetensors", COMMIT, DATA, main=True)
    assert locate(files, config(tmp_path), made) == "in the hub's cache"
    shutil.rmtree(hub.folder)
    tensors_of(source, config(tmp_path))
    assert locate(files, config(tmp_path), made) == "downloaded before"

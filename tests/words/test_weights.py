"""Whisper's files: where they come from, and that no others are used afterwards."""

import hashlib
import struct
from pathlib import Path
from typing import get_args

import pytest

from stages.base.errors import BenchmarkError
from stages.base.params import WhisperModel
from stages.embedding.weights.lock import read_lock
from stages.words import weights, whisper
from stages.words.models import FILES, HUBS, sources
from tests.embedding.weights.conftest import COMMIT, Hub, config, hub, site
from tests.embedding.weights.files import in_cache, put
from tests.trailers.fetching.conftest import Handler, Route

__all__ = ["hub", "site"]
NAME = HUBS["tiny.en"]


def model_bin(specification: bytes = b"WhisperSpec\0", seed: int = 0) -> bytes:
    head = struct.pack("<IH", 6, len(specification)) + specification
    return head + bytes([seed]) * 100


CONTENT = {file: f'{{"{file}": 1}}'.encode() for file in FILES} | {"model.bin": model_bin()}
HASHES = {file: hashlib.sha256(data).hexdigest() for file, data in CONTENT.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """WEIGHTS_DIR with the files as they lie on the hub."""
    for file, data in CONTENT.items():
        put(tmp_path / "mine", f"{NAME}/{file}", data)
    return tmp_path / "mine"


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "no cache"))


def publish(hub: Hub) -> None:
    """The weights as a large file of the hub, the others as small ones, which have no sha256."""
    hub.publish("model.bin", CONTENT["model.bin"], hub=NAME)
    for file in FILES[1:]:
        for revision in ("main", COMMIT):
            hub.site.routes[f"/{NAME}/resolve/{revision}/{file}"] = small(CONTENT[file])


def small(data: bytes) -> Route:
    """A file of the hub that is not stored apart: its ETag is no sha256."""

    def route(handler: Handler, before: int) -> None:
        length, tag = str(len(data)), '"' + "a" * 40 + '"'
        handler.head(200, X_Repo_Commit=COMMIT, ETag=tag, Content_Length=length)
        handler.wfile.write(data)

    return route


def test_every_model_that_may_be_named_has_its_files():
    assert set(HUBS) == set(get_args(WhisperModel))
    for model in get_args(WhisperModel):
        found = sources(model)
        assert found[0].file == "model.bin" and len({each.name for each in found}) >= 4


@pytest.mark.usefixtures("offline")
def test_a_folder_of_ones_own_is_enough_and_is_pinned(folder, tmp_path):
    asked = config(tmp_path, folder=folder)
    assert weights.fetch("tiny.en", asked) == HASHES
    pins = read_lock(tmp_path / "weights.lock")
    assert {name: pin.sha256 for name, pin in pins.items()} == {
        f"{NAME}/{file}": digest for file, digest in HASHES.items()
    }
    assert weights.at_hand("tiny.en", config(tmp_path)) == HASHES, "they are in the store"


@pytest.mark.usefixtures("offline")
def test_files_that_were_here_before_a_store_was_shared_are_sent_to_it(
    folder, tmp_path, monkeypatch
):
    weights.fetch("tiny.en", config(tmp_path, folder=folder))
    (tmp_path / "shared").mkdir()
    monkeypatch.setenv("TRAILER_STORE", (tmp_path / "shared").as_uri())
    weights.fetch("tiny.en", config(tmp_path))
    there = config(tmp_path, root=tmp_path / "of another machine")
    assert weights.at_hand("tiny.en", there) == HASHES
    kept = there.store.find_content(HASHES["model.bin"])
    assert kept is not None and kept.read_bytes() == CONTENT["model.bin"]


@pytest.mark.usefixtures("offline")
def test_other_bytes_than_the_pinned_are_refused(folder, tmp_path):
    weights.fetch("tiny.en", config(tmp_path, folder=folder))
    put(folder, f"{NAME}/model.bin", model_bin(seed=1))
    other = config(tmp_path, folder=folder, root=tmp_path / "another store")
    for ask in (weights.fetch, weights.at_hand):
        with pytest.raises(BenchmarkError, match="these are not the known bytes"):
            ask("tiny.en", other)


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize(
    "data", [b"", b"PK\3\4 a checkpoint of torch", model_bin(b"TransformerSpec\0")]
)
def test_what_is_no_whisper_model_is_refused(folder, tmp_path, data):
    put(folder, f"{NAME}/model.bin", data)
    with pytest.raises(BenchmarkError, match="no Whisper model in CTranslate2's format"):
        weights.fetch("tiny.en", config(tmp_path, folder=folder))


@pytest.mark.usefixtures("offline")
def test_where_a_file_is_missing_nothing_is_at_hand_and_fetching_says_where_to_put_it(
    folder, tmp_path
):
    (folder / NAME / "tokenizer.json").unlink()
    asked = config(tmp_path, folder=folder)
    assert weights.at_hand("tiny.en", asked) == {}
    with pytest.raises(BenchmarkError) as said:
        weights.fetch("tiny.en", asked)
    assert f"{NAME}/tokenizer.json is not on this machine" in str(said.value)
    assert f"set WEIGHTS_DIR to the folder where it lies, as {NAME}/tokenizer.json" in str(
        said.value
    )


@pytest.mark.usefixtures("offline")
def test_the_hubs_cache_is_looked_into(tmp_path, monkeypatch):
    from huggingface_hub import constants

    cache = tmp_path / "cache"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    for file, data in CONTENT.items():
        in_cache(cache, file, COMMIT, data, main=True, hub=NAME)
    assert weights.fetch("tiny.en", config(tmp_path)) == HASHES
    assert {pin.revision for pin in read_lock(tmp_path / "weights.lock").values()} == {COMMIT}


def test_what_is_not_here_is_downloaded_once_and_pinned(hub, tmp_path):
    publish(hub)
    assert weights.at_hand("tiny.en", config(tmp_path)) == {}
    assert not hub.site.asked, "nothing is downloaded for that"
    assert weights.fetch("tiny.en", config(tmp_path)) == HASHES
    pins = read_lock(tmp_path / "weights.lock")
    assert pins[f"{NAME}/model.bin"].stated_by == "hub"
    assert pins[f"{NAME}/config.json"].stated_by == "first use"
    asked = len(hub.site.asked)
    assert weights.fetch("tiny.en", config(tmp_path)) == HASHES
    assert len(hub.site.asked) == asked
    assert not list((tmp_path / "store/weights/unfinished").rglob("file"))


def test_what_was_changed_on_the_hub_since_is_refused(hub, tmp_path):
    publish(hub)
    weights.fetch("tiny.en", config(tmp_path))
    hub.publish("model.bin", model_bin(seed=1), hub=NAME)
    with pytest.raises(BenchmarkError, match="these are not the known bytes"):
        weights.fetch("tiny.en", config(tmp_path, root=tmp_path / "another store"))


@pytest.mark.usefixtures("offline")
def test_a_model_is_a_folder_of_links_into_the_store(folder, tmp_path):
    files = weights.fetch("tiny.en", config(tmp_path, folder=folder))
    (tmp_path / "model").mkdir()
    found = whisper.folder_of(files, tmp_path / "model", tmp_path / "store")
    assert {path.name: path.read_bytes() for path in found.iterdir()} == CONTENT
    with pytest.raises(BenchmarkError, match=r"Whisper's model\.bin is not in the store"):
        whisper.folder_of(files, tmp_path / "model", tmp_path / "no store")

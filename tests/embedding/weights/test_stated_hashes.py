"""Who states a file's hash: the publisher is believed, others are reported, the lock says who."""

import json
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants, hf_hub_download

from stages.embedding.records import Source
from tests.embedding.weights.conftest import COMMIT, HUB, config, tensors_of
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
from tests.trailers.fetching.conftest import serve

ELSEWHERE: dict[str, Any] = {"stated_by": "read elsewhere", "stated_in": "somebody's project"}


def hinted(data: bytes) -> Source:
    return Source("model.safetensors", hub=HUB, revision=COMMIT, sha256=sha(data), **ELSEWHERE)


def notes(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line for line in capsys.readouterr().err.splitlines() if line.startswith("note:")]


def test_the_hubs_hash_is_taken_at_the_pinned_revision_and_the_lock_says_so(hub, tmp_path, capsys):
    hub.publish("model.safetensors", OTHER, commit="f" * 40)
    hub.publish("model.safetensors", DATA)
    hub.site.routes[f"/{HUB}/resolve/main/model.safetensors"] = serve(b"not asked for")
    assert same(tensors_of(hinted(DATA), config(tmp_path)))
    assert pins(tmp_path) == {NAME: pin_of(DATA, COMMIT, "hub")} and not notes(capsys)
    written = json.loads((tmp_path / "weights.lock").read_text())
    assert written[NAME]["stated_by"] == "hub"


def test_a_hint_that_differs_is_reported_once_and_stops_nothing(hub, tmp_path, capsys):
    hub.publish("model.safetensors", DATA)
    source = hinted(OTHER)
    assert same(tensors_of(source, config(tmp_path)))
    assert pins(tmp_path) == {NAME: pin_of(DATA, COMMIT, "hub")}
    (note,) = notes(capsys)
    assert f"has sha256 {sha(DATA)}, as the hub states" in note
    assert f"Its record has {sha(OTHER)}, read elsewhere (somebody's project)" in note
    assert same(tensors_of(source, config(tmp_path))) and not notes(capsys)
    elsewhere = config(tmp_path, root=tmp_path / "another-store")
    assert same(tensors_of(source, elsewhere)) and not notes(capsys)


def test_bytes_that_fit_the_hint_and_not_the_hub_are_refused(hub, tmp_path):
    hub.publish("model.safetensors", DATA)
    (cdn,) = (path for path in hub.site.routes if path.startswith("/cdn/"))
    hub.site.routes[cdn] = serve(OTHER)
    assert "was damaged on its way" in refused(hinted(OTHER), tmp_path)


@pytest.mark.parametrize("hint", [{}, {"sha256": sha(DATA), **ELSEWHERE}])
def test_without_a_publishers_hash_the_first_download_counts_and_it_is_said(
    site, tmp_path, capsys, hint
):
    source = web(site, **hint)
    assert same(tensors_of(source, config(tmp_path)))
    assert pins(tmp_path) == {source.url: pin_of(DATA, stated_by="first use")}
    (note,) = notes(capsys)
    assert "no hash by its publisher is known, so weights.lock keeps this one" in note
    assert "read elsewhere" not in note
    web(site, OTHER)
    assert "not the known bytes" in refused(source, tmp_path, root=tmp_path / "another-store")


def test_a_hint_that_differs_from_the_first_download_is_reported(site, tmp_path, capsys):
    source = web(site, sha256=sha(OTHER), **ELSEWHERE)
    assert same(tensors_of(source, config(tmp_path)))
    (note,) = notes(capsys)
    assert "weights.lock keeps this one" in note and f"Its record has {sha(OTHER)}" in note


def test_the_hash_of_the_publishers_page_is_written_as_such(site, tmp_path, capsys):
    source = web(site, sha256=sha(DATA), stated_by="publisher's page", stated_in="its page")
    assert same(tensors_of(source, config(tmp_path))) and not notes(capsys)
    assert pins(tmp_path) == {source.url: pin_of(DATA, stated_by="publisher's page")}


def test_a_file_in_weights_dir_that_differs_from_the_hint_is_used_and_reported(tmp_path, capsys):
    folder = put(tmp_path / "mine", "toy.safetensors", DATA)
    source = hinted(OTHER)
    assert same(tensors_of(source, config(tmp_path, folder=folder)))
    assert pins(tmp_path) == {"toy:toy.safetensors": pin_of(DATA)}
    (note,) = notes(capsys)
    assert str(folder / "toy.safetensors") in note and f"Its record has {sha(OTHER)}" in note
    assert same(tensors_of(source, config(tmp_path, folder=folder))) and not notes(capsys)


def test_the_digits_that_a_files_name_states_bind(site, tmp_path):
    source = web(site, begins=sha(DATA)[:8])
    assert same(tensors_of(source, config(tmp_path)))
    other = web(site, begins="00000000", file="other.safetensors")
    assert "begins with 00000000, as its publisher states" in refused(other, tmp_path)


def test_a_placed_file_whose_hash_begins_otherwise_needs_to_be_named(tmp_path):
    source = Source("w.safetensors", url="https://x/w.safetensors", begins="00000000")
    folder = put(tmp_path / "mine", "toy.safetensors", DATA)
    assert "begins with 00000000" in refused(source, tmp_path, folder=folder)
    own = config(tmp_path, folder=folder, file="toy.safetensors")
    assert same(tensors_of(source, own))


def test_a_file_in_weights_dir_is_held_against_the_lock_whatever_the_hint(hub, tmp_path):
    hub.publish("model.safetensors", DATA)
    source = hinted(OTHER)
    tensors_of(source, config(tmp_path))
    folder = put(tmp_path / "mine", "toy.safetensors", OTHER)
    assert f"known bytes of {NAME}" in refused(source, tmp_path, folder=folder)
    put(folder, "toy.safetensors", DATA)
    assert same(tensors_of(source, config(tmp_path, folder=folder)))


def cache(hub: Any, data: bytes) -> Path:
    """Where the hub's own library keeps the file that it downloads."""
    source = hub.publish("model.safetensors", data)
    return Path(hf_hub_download(source.hub, source.file, revision=COMMIT)).resolve()


def test_the_cache_knows_offline_what_the_hub_stated(hub, tmp_path, monkeypatch, capsys):
    cache(hub, DATA)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    capsys.readouterr()
    assert same(tensors_of(hinted(OTHER), config(tmp_path)))
    assert pins(tmp_path) == {NAME: pin_of(DATA, COMMIT, "hub")}
    (note,) = notes(capsys)
    assert "as the hub states" in note and f"Its record has {sha(OTHER)}" in note


def test_a_cached_file_that_is_not_what_the_hub_stated_is_not_used(hub, tmp_path, monkeypatch):
    cache(hub, DATA).write_bytes(OTHER)
    before = hub.fetched()
    assert same(tensors_of(hinted(OTHER), config(tmp_path))) and hub.fetched() == before + 1
    (tmp_path / "weights.lock").unlink()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert "allows no network" in refused(hinted(OTHER), tmp_path)


def test_a_cached_file_without_a_statement_is_pinned_as_first_used(hub, tmp_path, capsys):
    in_cache(hub.folder, "model.safetensors", COMMIT, DATA)
    assert same(tensors_of(hinted(OTHER), config(tmp_path)))
    assert pins(tmp_path) == {NAME: pin_of(DATA, COMMIT, "first use")}
    (note,) = notes(capsys)
    assert f"Its record has {sha(OTHER)}" in note

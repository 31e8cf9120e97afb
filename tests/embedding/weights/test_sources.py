"""From wherever it lies to tensors: what is taken, what is pinned, what is refused."""

from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants

from stages.base.errors import BenchmarkError
from stages.embedding.records import Source
from tests.embedding.weights.conftest import COMMIT, HUB, config, published, tensors_of
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
from tests.embedding.weights.sites import cut
from tests.trailers.fetching.conftest import first_then, serve, status


def unfinished(root: Path) -> list[Path]:
    folder = root / "store" / "weights" / "unfinished"
    return [path for path in folder.rglob("*") if path.suffix != ".lock"]


def test_the_first_download_from_the_hub_is_pinned_with_its_commit(hub, tmp_path):
    source = hub.publish("model.safetensors", DATA)
    assert same(tensors_of(source, config(tmp_path)))
    assert pins(tmp_path) == {NAME: pin_of(DATA, COMMIT, "hub")} and not unfinished(tmp_path)


def test_from_then_on_the_pinned_commit_is_asked_for_whatever_main_is(hub, tmp_path):
    source = hub.publish("model.safetensors", DATA)
    tensors_of(source, config(tmp_path))
    hub.publish("model.safetensors", OTHER, commit="f" * 40)
    elsewhere = config(tmp_path, root=tmp_path / "another-store")
    assert same(tensors_of(source, elsewhere))


def test_a_file_that_two_backbones_share_is_fetched_once(hub, tmp_path):
    source = hub.publish("model.safetensors", DATA)
    tensors_of(source, config(tmp_path, "one"))
    asked = len(hub.site.asked)
    assert same(tensors_of(source, config(tmp_path, "two"))) and len(hub.site.asked) == asked


def test_a_file_kept_that_was_damaged_is_fetched_again(hub, tmp_path):
    source = hub.publish("model.safetensors", DATA)
    tensors_of(source, config(tmp_path))
    (kept,) = (path for path in (tmp_path / "store").rglob(f"*.{sha(DATA)}"))
    kept.write_bytes(OTHER)
    assert same(tensors_of(source, config(tmp_path))) and hub.fetched() == 2


def test_other_bytes_under_the_pins_name_in_the_store_are_not_taken(hub, tmp_path, capsys):
    source = hub.publish("model.safetensors", DATA)
    tensors_of(source, config(tmp_path))
    (kept,) = (path for path in (tmp_path / "store").rglob(f"*.{sha(DATA)}"))
    kept.unlink()
    kept.with_name(f"{kept.stem}.{sha(OTHER)}").write_bytes(OTHER)  # its name has its hash
    assert same(tensors_of(source, config(tmp_path))) and hub.fetched() == 2
    assert capsys.readouterr().err.count(f"with sha256 {sha(DATA)}") == 1


def test_other_bytes_at_the_hub_are_refused_before_they_are_fetched(hub, tmp_path):
    source = hub.publish("model.safetensors", DATA)
    tensors_of(source, config(tmp_path))
    hub.publish("model.safetensors", OTHER)  # under the same commit, which no honest hub does
    message = refused(source, tmp_path, root=tmp_path / "another-store")
    assert f"these are not the known bytes of {NAME}" in message and hub.fetched() == 1
    assert f"found: sha256 {sha(OTHER)}" in message and f"expected: sha256 {sha(DATA)}" in message
    assert "if you trust the new file, remove its entry from weights.lock" in message


def test_what_the_advice_says_works(hub, tmp_path):
    tensors_of(hub.publish("model.safetensors", DATA), config(tmp_path))
    source = hub.publish("model.safetensors", OTHER)
    (tmp_path / "weights.lock").unlink()
    assert same(tensors_of(source, config(tmp_path)), seed=1)
    assert pins(tmp_path)[NAME].sha256 == sha(OTHER)


def test_bytes_that_differ_from_what_the_hub_promised_are_thrown_away(hub, tmp_path):
    source = hub.publish("model.safetensors", DATA)
    (cdn,) = (path for path in hub.site.routes if path.startswith("/cdn/"))
    whole = hub.site.routes[cdn]
    hub.site.routes[cdn] = serve(OTHER)
    assert len(OTHER) == len(DATA) and "was damaged on its way" in refused(source, tmp_path)
    assert not unfinished(tmp_path)
    hub.site.routes[cdn] = whole
    assert same(tensors_of(source, config(tmp_path)))


def test_what_the_record_states_is_held_too(hub, tmp_path):
    hub.publish("model.safetensors", DATA)
    at: dict[str, Any] = {"hub": HUB, "revision": COMMIT, "stated_by": "hub", "stated_in": "it"}
    message = refused(Source("model.safetensors", sha256=sha(OTHER), **at), tmp_path)
    assert "correct its record (see it)" in message and hub.fetched() == 0
    good = Source("model.safetensors", sha256=sha(DATA), **at)
    assert same(tensors_of(good, config(tmp_path)))


def test_a_hub_that_answers_for_another_commit_than_the_pinned_one(hub, tmp_path):
    hub.publish("model.safetensors", DATA)
    hub.site.routes[f"/{HUB}/resolve/{'e' * 40}/model.safetensors"] = hub.site.routes[
        f"/{HUB}/resolve/main/model.safetensors"
    ]
    stated = Source("model.safetensors", hub=HUB, revision="e" * 40)
    assert f"revision {'e' * 40}" in refused(stated, tmp_path)


def test_the_cache_of_the_hub_comes_before_the_hub(hub, tmp_path):
    in_cache(hub.folder, "model.safetensors", COMMIT, DATA, main=True)
    assert same(tensors_of(Source("model.safetensors", hub=HUB), config(tmp_path)))
    assert pins(tmp_path) == {NAME: pin_of(DATA, COMMIT)} and not hub.site.asked


def test_a_damaged_cache_is_passed_over(hub, tmp_path):
    source = hub.publish("model.safetensors", DATA)
    tensors_of(source, config(tmp_path))
    in_cache(hub.folder, "model.safetensors", COMMIT, DATA[:-1])
    again = config(tmp_path, root=tmp_path / "another-store")
    assert same(tensors_of(source, again)) and hub.fetched() == 2


def test_an_address_is_fetched_once_and_pinned_without_a_revision(site, tmp_path):
    source = web(site)
    assert same(tensors_of(source, config(tmp_path)))
    assert pins(tmp_path) == {source.url: pin_of(DATA)}
    assert same(tensors_of(source, config(tmp_path, "two"))) and len(site.asked) == 1


def test_other_bytes_at_an_address_are_refused_and_not_kept(site, tmp_path):
    source = web(site)
    tensors_of(source, config(tmp_path))
    web(site, OTHER)
    again = tmp_path / "another-store"
    assert f"found: sha256 {sha(OTHER)}" in refused(source, tmp_path, root=again)
    assert not [path for path in again.rglob("*") if path.is_file() and path.suffix != ".lock"]
    web(site, DATA[:-10])
    assert f"cut short: {source.url}" in refused(source, tmp_path, root=again)


def test_a_stated_hash_is_held_at_an_address(site, tmp_path):
    source = web(site, sha256=sha(OTHER), stated_by="publisher's page", stated_in="a paper")
    assert "a paper" in refused(source, tmp_path) and not unfinished(tmp_path)


def test_a_download_that_was_given_up_is_gone_on_with_by_the_next_run(site, tmp_path):
    data = published(size=700)  # two megabytes
    source = web(site, data)
    whole = site.routes["/w.safetensors"]
    site.routes["/w.safetensors"] = first_then([cut(data, 1_100_000, ETag='"1"')], status(503))
    assert "run again to resume it" in refused(source, tmp_path)
    site.routes["/w.safetensors"] = whole
    assert tensors_of(source, config(tmp_path))["weight"].shape == (700, 700)
    assert site.ranges("/w.safetensors")[-1] == "bytes=1100000-"
    assert pins(tmp_path)[source.url] == pin_of(data) and not unfinished(tmp_path)


def test_what_is_no_weights_is_neither_pinned_nor_kept(site, hub, tmp_path):
    junk = b"so sorry, this project has moved" * 10
    for source in (web(site, junk), hub.publish("model.safetensors", junk)):
        assert "cannot be read as weights" in refused(source, tmp_path)
    assert not unfinished(tmp_path) and not list((tmp_path / "store").rglob(f"*.{sha(junk)}"))


def test_an_address_must_be_https(site, tmp_path):
    assert "is not https" in refused(web(site), tmp_path, schemes=("https",))


def test_no_network_says_what_to_do_instead(tmp_path, hub, monkeypatch):
    template = "http://127.0.0.1:9/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    source = Source("model.safetensors", hub=HUB)
    address = f"http://127.0.0.1:9/{HUB}/resolve/main/model.safetensors"
    advice = (
        f"download {address} on another machine and set WEIGHTS_DIR to the folder where it lies, "
    )
    assert advice + "as toy.safetensors" in refused(source, tmp_path)
    nowhere = Source("w.h5.gz", url="https://127.0.0.1:9/w.h5.gz")
    assert "download https://127.0.0.1:9/w.h5.gz on" in refused(nowhere, tmp_path)
    with pytest.raises(BenchmarkError, match=r"lies, as w\.h5\.gz$"):
        tensors_of(nowhere, config(tmp_path), first=False)


def test_the_advice_of_no_network_works(hub, tmp_path):
    source = Source("model.safetensors", hub=HUB)
    folder = put(tmp_path / "mine", "toy.safetensors", DATA)
    assert same(tensors_of(source, config(tmp_path, folder=folder))) and not hub.site.asked


def test_a_wish_for_no_network_is_kept(hub, tmp_path, monkeypatch):
    sources = hub.publish("model.safetensors", DATA), web(hub.site)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    for source in sources:
        assert "HF_HUB_OFFLINE allows no network" in refused(source, tmp_path)
    assert not hub.site.asked
    in_cache(hub.folder, "model.safetensors", COMMIT, DATA, main=True)
    assert same(tensors_of(sources[0], config(tmp_path)))

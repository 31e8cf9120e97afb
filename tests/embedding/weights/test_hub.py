"""The hub's own library against a server that answers as the hub does."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from huggingface_hub import constants

from stages.base.errors import BenchmarkError
from stages.embedding.records import Source
from stages.embedding.weights.download import download
from stages.embedding.weights.hub import download_url, file_metadata, find_cached, is_offline
from tests.embedding.weights.conftest import COMMIT, HUB, Hub, published
from tests.embedding.weights.files import in_cache
from tests.embedding.weights.sites import plain
from tests.trailers.fetching.conftest import Route, first_then, status

MODEL = Source("model.safetensors", hub=HUB)
NO_PAUSE = (0.0, 0.0, 0.0, 0.0)


def refused(source: Source = MODEL, revision: str = "") -> str:
    with pytest.raises(BenchmarkError) as error:
        file_metadata(source, revision, "carry it", NO_PAUSE)
    return str(error.value)


def answer(headers: dict[str, str]) -> Route:
    return lambda handler, before: handler.head(200, **headers)


def test_the_main_branch_is_resolved_to_a_commit_with_size_and_hash(hub):
    data = published()
    found = file_metadata(hub.publish("model.safetensors", data), "", "carry it", NO_PAUSE)
    assert found.revision == COMMIT and found.bytes == len(data) and found.immutable
    assert found.url == f"{hub.site.url}/{HUB}/resolve/{COMMIT}/model.safetensors"
    assert f"/cdn/{found.sha256}" in hub.site.routes and hub.fetched() == 0


def test_a_pinned_commit_is_what_is_asked_for(hub):
    hub.publish("model.safetensors", published())
    assert file_metadata(MODEL, COMMIT, "carry it", NO_PAUSE).revision == COMMIT
    assert [path for path, _ in hub.site.asked] == [f"/{HUB}/resolve/{COMMIT}/model.safetensors"]


def test_a_small_file_lies_on_the_hub_itself(hub):
    headers = {"X_Repo_Commit": COMMIT, "ETag": '"' + "a" * 40 + '"', "Content_Length": "12"}
    found = file_metadata(hub.answers(answer(headers)), "", "carry it", NO_PAUSE)
    assert (found.revision, found.bytes, found.sha256) == (COMMIT, 12, "")


def test_a_passing_trouble_is_asked_again_and_a_lasting_one_said(hub):
    data = published()
    source = hub.publish("model.safetensors", data)
    path = f"/{HUB}/resolve/main/model.safetensors"
    hub.site.routes[path] = first_then([status(503), status(429)], hub.site.routes[path])
    assert file_metadata(source, "", "carry it", NO_PAUSE).bytes == len(data)
    hub.site.routes[path] = status(503)
    assert "found: HTTP status 503\n  what to do: carry it" in refused()


@pytest.mark.parametrize("code", ["EntryNotFound", "RevisionNotFound", "RepoNotFound"])
def test_what_the_hub_does_not_have(hub, code):
    hub.answers(status(404, X_Error_Code=code))
    assert refused() == (
        f"{hub.site.url}/{HUB} at revision main: the hub has no model.safetensors here\n"
        f"  found: {code}\n  what to do: carry it"
    )


@pytest.mark.parametrize(("code", "why"), [(401, "GatedRepo"), (403, "GatedRepo"), (401, "")])
def test_what_the_hub_gives_to_some_only(hub, code, why):
    hub.answers(status(code, **({"X_Error_Code": why} if why else {})))
    message = refused()
    assert f"accept its terms at {hub.site.url}/{HUB} and log in (`hf auth login`)" in message


def test_the_persons_token_goes_to_the_hub_and_no_further(hub, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    found = file_metadata(hub.publish("model.safetensors", published()), "", "carry it", NO_PAUSE)
    download(found, tmp_path / "file", plain, NO_PAUSE)
    assert (tmp_path / "file").read_bytes() == published()
    sent = {(path[:5] == "/cdn/", head.get("authorization")) for path, head in hub.site.asked}
    assert sent == {(False, "Bearer hf_secret"), (True, None)}


def test_a_server_that_is_no_hub(hub):
    hub.answers(answer({"Content_Length": "0", "ETag": '"x"'}))
    assert "does not answer as the hub does" in refused()


def test_no_network_is_said_within_seconds(hub, monkeypatch):
    template = "http://127.0.0.1:9/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    begin = time.monotonic()
    with pytest.raises(BenchmarkError) as error:
        file_metadata(MODEL, "", "carry it")
    assert time.monotonic() - begin < 5
    assert str(error.value).startswith(f"127.0.0.1:9: the hub cannot be reached for {HUB}/model")
    assert "what to do: carry it" in str(error.value)


def test_where_a_person_would_fetch_it(hub):
    assert download_url(MODEL) == f"{hub.site.url}/{HUB}/resolve/main/model.safetensors"
    assert download_url(MODEL, COMMIT).split("/")[-2] == COMMIT
    assert (
        download_url(Source("w.pt", url="https://example.org/w.pt")) == "https://example.org/w.pt"
    )


def test_a_file_of_the_cache_comes_with_its_commit(hub):
    assert find_cached(MODEL, "") is None
    in_cache(hub.folder, "model.safetensors", COMMIT, b"x", main=True)
    for revision in ("", COMMIT):
        found = find_cached(MODEL, revision)
        assert found is not None and found.path.read_bytes() == b"x" and found.commit == COMMIT
    assert find_cached(MODEL, "f" * 40) is None
    assert find_cached(Source("other.bin", hub=HUB), "") is None


def test_a_file_in_a_folder_of_the_repository(hub):
    in_cache(hub.folder, "deep/er/model.bin", COMMIT, b"x", main=True)
    found = find_cached(Source("deep/er/model.bin", hub=HUB), "")
    assert found is not None and found.commit == COMMIT


def test_what_the_hubs_own_library_downloaded_is_found(hub: Hub):
    from huggingface_hub import hf_hub_download

    source = hub.publish("model.safetensors", published())
    hf_hub_download(source.hub, source.file)
    found = find_cached(source, "")
    assert found is not None and found.commit == COMMIT
    assert found.path.read_bytes() == published()


def test_the_persons_wish_for_no_network_is_known(monkeypatch):
    assert not is_offline()
    program = "from stages.embedding.weights.hub import is_offline; print(is_offline())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[3],
        check=True,
    )
    assert done.stdout == "True\n"

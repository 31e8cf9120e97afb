"""A run with marked secrets: nothing that it prints or writes has one, nor does a command line."""

import pickle
import sys
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from stages import download
from stages.base.console import run_stage
from stages.base.errors import BenchmarkError, TrailerError
from stages.base.parallel.cluster import RemoteCall
from stages.base.store import Store
from stages.base.store.shared import shared_store_place
from stages.corpus.table import save_trailers
from stages.trailers.fetching import web
from stages.trailers.fetching.web import fetch
from tests.trailers.fetching.conftest import context, make_movie, trailer_at

PARAMS = Path(__file__).parents[3] / "params.yaml"
MARK = "MARKED"
ENVIRONMENT = {
    "TRAILER_STORE": "memory://marked:MARKED-store@somewhere/folder",
    "TRAILER_PROXY": "http://marked:MARKED-proxy@127.0.0.1:1",  # a port only the system may give
    "AWS_SECRET_ACCESS_KEY": "MARKED-key-of-aws",
    "AWS_SESSION_TOKEN": "MARKED-token-of-aws",
    "HF_TOKEN": "MARKED-token-of-the-hub",
}


def marked(folder: Path) -> list[str]:
    """Files below a folder in whose name or content a secret is found; tables are read."""
    found = []
    for path in filter(Path.is_file, folder.rglob("*")):
        text = str(path.relative_to(folder)) + path.read_bytes().decode("latin-1")
        if path.suffix == ".parquet":
            text += str(pq.read_table(path).to_pylist()) + str(pq.read_schema(path))
        if MARK in text:
            found.append(str(path))
    return found


def test_a_run_shows_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The download stage: one trailer comes, one fails at the proxy, one has a password itself."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKERS", "1")
    monkeypatch.setenv("DVC_STAGE", "download")
    monkeypatch.setattr(sys, "argv", ["download"])
    params = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    params["download"] |= {"retries": 0, "pause_seconds": 0.0, "files_under": ".", "max_missing": 1}
    Path("params.yaml").write_text(yaml.safe_dump(params))
    Path("a.mp4").write_bytes(make_movie())
    urls = ["file:a.mp4", "http://film.invalid/a.mp4", "http://marked:MARKED-url@film.invalid/b"]
    save_trailers([trailer_at(url) for url in urls], Path("data/made/catalogue.parquet"))
    Path("data/made").rename("data/sample")
    catalogue = Path("data/sample/catalogue.parquet")
    run_stage(download.main)

    rows = {row["url"]: row for row in pq.read_table("data/sample/downloads.parquet").to_pylist()}
    assert {url: row["reason"] for url, row in rows.items()} == {
        "file:a.mp4": "ok",
        "http://film.invalid/a.mp4": "network",
        "http://***@film.invalid/b": "not_allowed",
    }
    catalogue.unlink()  # made by this test with a password; the stage catalogue would refuse it
    assert Path("metrics/sample/provenance.json").is_file()
    assert marked(tmp_path) == []
    said = capfd.readouterr()
    assert "1 of 3 trailers downloaded" in said.err and MARK not in said.out + said.err


@pytest.mark.parametrize(
    "url",
    [
        "ftp://marked:MARKED-store@127.0.0.1:1/x",
        "nothing://marked:MARKED-store@x/y",
        "s3://marked:MARKED/store@",
        "file://marked:MARKED-store@/not/mounted",
        "marked:MARKED-store@host",
    ],
)
def test_a_store_that_fails_names_no_password(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAILER_STORE", url)
    with pytest.raises(BenchmarkError, match="TRAILER_STORE") as caught:
        Store("step", 1, {}, tmp_path).find("ab" * 16)
    assert MARK not in str(caught.value)


def nothing(items: Sequence[int]) -> list[int]:
    return []


def test_a_cluster_is_not_told_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAILER_STORE", "ftp://marked:MARKED-store@somewhere/folder")
    assert shared_store_place() == "ftp://somewhere/folder"
    call = RemoteCall(nothing, Path("folder"), "code", shared_store_place())
    assert b"MARKED" not in pickle.dumps(call)
    assert "somewhere" not in repr(call)  # which Dask shows in its dashboard, and in its logs


def test_no_command_line_has_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process list is for everybody's eyes."""
    job = tmp_path / "job.py"
    job.write_text(
        "import json, pathlib, sys\n"
        "folder = pathlib.Path(json.loads(sys.stdin.readline())['folder'])\n"
        "told = dict(kind='Refused', text=' '.join(sys.orig_argv), reason='gone')\n"
        "(folder / 'outcome.json').write_text(json.dumps(told))\n"
    )
    monkeypatch.setattr(web, "JOB", job)
    with pytest.raises(TrailerError) as caught:
        fetch(trailer_at("http://127.0.0.1:9/MARKED.mp4"), context(tmp_path), tmp_path / "came")
    assert caught.value.reason == "gone"
    assert caught.value.detail.endswith("job.py") and " -I " in caught.value.detail

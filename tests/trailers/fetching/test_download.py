"""The whole stage on small catalogues, as DVC runs it."""

import hashlib
import json
import multiprocessing
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from stages import download
from stages.base.errors import BenchmarkError
from stages.corpus.table import save_trailers
from stages.trailers.media.results import video_path
from tests.trailers.fetching.conftest import Site, first_then, make_movie, serve, status, trailer_at

PARAMS = Path(__file__).parents[3] / "params.yaml"
Stage = Callable[..., None]


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """stage(urls, section__name=value, …) runs the entry point in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["download"])
    monkeypatch.setenv("WORKERS", "1")
    quick = {"retries": 0, "timeout_seconds": 5.0, "pause_seconds": 0.0, "files_under": "films"}
    (tmp_path / "films").mkdir()

    def run(urls: list[str], **changes: Any) -> None:
        params = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
        params["download"] |= quick
        for name, value in changes.items():
            section, _, key = name.partition("__")
            params[section][key] = value
        Path("params.yaml").write_text(yaml.safe_dump(params))
        save_trailers([trailer_at(url) for url in urls], Path("data/sample/catalogue.parquet"))
        download.main()

    return run


def ledger() -> dict[str, dict[str, Any]]:
    return {row["url"]: row for row in pq.read_table("data/sample/downloads.parquet").to_pylist()}


def counts() -> dict[str, Any]:
    return dict(json.loads(Path("metrics/sample/download.json").read_text()))


def outputs() -> dict[str, bytes]:
    named = [*Path("data/sample").glob("*.parquet"), Path("metrics/sample/download.json")]
    return {str(p): p.read_bytes() for p in named}


def videos() -> set[bytes]:
    return {path.read_bytes() for path in Path("data/store/videos").glob("??/*")}


def test_a_mixed_catalogue(stage: Stage, site: Site, movie: bytes) -> None:
    silent = make_movie(sound=False)
    Path("films/silent.mp4").write_bytes(silent)
    Path("films/text.mp4").write_bytes(b"no film at all, just text" * 99)
    site.routes |= {"/a.mp4": serve(movie), "/gone.mp4": status(404)}
    web, gone = site.url + "/a.mp4", site.url + "/gone.mp4"
    urls = ["file:silent.mp4", "file:text.mp4", "file:../x.mp4", web, gone, "sample:one"]
    stage(urls)

    rows = ledger()
    assert {url: row["reason"] for url, row in rows.items()} == {
        "file:silent.mp4": "ok",
        "file:text.mp4": "unreadable",
        "file:../x.mp4": "not_allowed",
        web: "ok",
        gone: "gone",
        "sample:one": "ok",
    }
    assert rows[web]["sha256"] == hashlib.sha256(movie).hexdigest()
    assert rows[web]["bytes"] == len(movie)
    assert rows[web]["duration"] == pytest.approx(1.0, abs=0.1)
    assert (rows[web]["video_codec"], rows[web]["audio_codec"]) == ("h264", "aac")
    assert (rows[web]["width"], rows[web]["height"]) == (64, 48)
    assert rows["file:silent.mp4"]["audio_codec"] == ""
    assert rows["file:silent.mp4"]["detail"] == "no sound"
    ids = pq.read_table("data/sample/downloads.parquet")["trailer_id"].to_pylist()
    assert ids == sorted(ids)

    rendered = video_path(rows["sample:one"]["sha256"]).read_bytes()
    assert videos() == {silent, movie, rendered}
    assert video_path(rows[web]["sha256"]).read_bytes() == movie

    events = pq.read_table("data/sample/sample_events.parquet").to_pylist()
    assert {event["trailer_id"] for event in events} == {rows["sample:one"]["trailer_id"]}
    assert {event["modality"] for event in events} == {"picture", "sound"}

    found = counts()
    assert found["trailers"] == 6
    assert found["ok"] == 3
    assert found["share"] == 0.5
    assert found["seed_study_share"] == 0.93
    assert found["reasons"] == {"gone": 1, "not_allowed": 1, "unreadable": 1}
    assert found["bytes"] == len(silent + movie + rendered)


def test_what_came_is_never_fetched_again(stage: Stage, site: Site, movie: bytes) -> None:
    site.routes |= {"/a.mp4": serve(movie), "/b.mp4": first_then([status(500)], serve(movie))}
    first, second = site.url + "/a.mp4", site.url + "/b.mp4"
    stage([first, second])
    assert [ledger()[url]["reason"] for url in (first, second)] == ["ok", "http_error"]

    site.asked.clear()
    stage([first, second], sample__seed=8, download__max_minutes=2.0)  # of no matter to them
    assert {path for path, _ in site.asked} == {"/b.mp4"}
    assert counts()["ok"] == 2

    site.asked.clear()
    before = outputs()
    stage([first, second])
    assert site.asked == []
    assert outputs() == before

    stage([second])  # a trailer that left the catalogue leaves the ledger
    assert list(ledger()) == [second]
    assert site.asked == []


def test_too_many_missing_stops_but_loses_nothing(stage: Stage, site: Site, movie: bytes) -> None:
    site.routes |= {"/a.mp4": serve(movie), "/b.mp4": status(404)}
    first, second = site.url + "/a.mp4", site.url + "/b.mp4"
    with pytest.raises(BenchmarkError) as caught:
        stage([first, second, "file:none.mp4"], download__max_missing=0.5)
    message = str(caught.value)
    assert "2 of 3 trailers could not be downloaded" in message
    assert "gone 2" in message
    assert "what to do" in message
    assert counts()["ok"] == 1
    assert len(ledger()) == 3
    assert videos() == {movie}
    assert pq.read_table("data/sample/sample_events.parquet").num_rows == 0


def test_a_killed_stage_goes_on(stage: Stage, site: Site, movie: bytes) -> None:
    data = movie + bytes(400_000)

    def stall(handler: Any, before: int) -> None:
        handler.head(200, Content_Type="video/mp4", Content_Length=str(len(data)))
        handler.wfile.write(data[: len(data) // 2])
        handler.site.closing.wait(30)

    site.routes |= {"/a.mp4": serve(movie), "/b.mp4": first_then([None, stall], serve(data))}
    urls = [site.url + "/a.mp4", site.url + "/b.mp4"]
    stage(urls[:1])
    save_trailers([trailer_at(url) for url in urls], Path("data/sample/catalogue.parquet"))
    process = multiprocessing.get_context("spawn").Process(target=download.main)
    process.start()
    for _ in range(600):
        if any(p.stat().st_size for p in Path("data/store/fetching").rglob("*.part")):
            break
        process.join(0.05)
    process.kill()
    process.join()

    site.asked.clear()
    site.closing.set()  # the stalled answer ends, and with it what the killed run left running
    stage(urls)
    assert {path for path, _ in site.asked} == {"/b.mp4"}
    assert any(site.ranges("/b.mp4"))
    assert ledger()[urls[1]]["sha256"] == hashlib.sha256(data).hexdigest()

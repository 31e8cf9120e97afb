"""README's own catalogue and commands that need a network, against a site on the loopback."""

import shlex
import shutil
import sys
from pathlib import Path

import pyarrow.parquet as pq
import yaml

from stages import catalogue, corpora, download
from stages.base.params import load
from stages.commands.predict.inputs import is_url, open_trailer
from stages.trailers.fetching.fetcher import TrailerFetcher
from tests.guide.commands import shown
from tests.guide.documents import README, ROOT, blocks
from tests.trailers.fetching.conftest import Site, movie, serve, site

__all__ = ["movie", "site"]  # fixtures


def command(begins: str) -> list[str]:
    """The one command of README that begins so, in words."""
    (line,) = [line for line in shown(README) if line.startswith(begins)]
    return shlex.split(line, comments=True)


def overridden(download: dict[str, str], folder: Path) -> None:
    """Write params.yaml with other values in its section download, polite to nobody."""
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    assert download.keys() <= params["download"].keys()
    params["download"] |= {"retries": 0, "timeout_seconds": 5.0, "pause_seconds": 0.0, **download}
    (folder / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")


def test_the_catalogue_of_own_films_is_downloaded(
    site: Site, movie: bytes, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKERS", "1")
    (tmp_path / "films").mkdir()
    (tmp_path / "films/my_film.mp4").write_bytes(movie)
    overridden({"files_under": "films"}, tmp_path)
    shutil.copy(ROOT / "dvc.yaml", tmp_path)
    (listed,) = [b.text for b in blocks(README, "") if b.text.startswith("film_id")]
    (tmp_path / "second_source.txt").write_bytes(b"")
    (tmp_path / "mine.txt").write_text(listed.replace("https://…", site.url + "/matrix.mp4"))
    site.routes["/matrix.mp4"] = serve(movie)
    monkeypatch.setattr(sys, "argv", command("python -m stages.corpora")[2:])
    corpora.main()
    monkeypatch.setattr(sys, "argv", ["stage", "--corpus", "mine"])
    catalogue.main()
    download.main()
    found = pq.read_table("data/mine/downloads.parquet").to_pylist()
    assert [row["reason"] for row in found] == ["ok", "ok"]


def test_the_trailers_to_predict_are_opened(
    site: Site, movie: bytes, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    overridden({}, tmp_path)
    params = load()
    (tmp_path / "trailer.mp4").write_bytes(movie)
    site.routes["/trailer.mp4"] = serve(movie)
    names = command("python -m stages.predict")[3:]
    assert [is_url(name) for name in names] == [False, True]
    obtain = TrailerFetcher(params.download, params.sample)
    for number, name in enumerate(names):
        own = name.replace("https://example.org", site.url)
        opened = open_trailer(own, number, obtain)
        assert opened.has_picture and opened.has_sound

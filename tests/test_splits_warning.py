"""The stage that assigns the folds says before anything is fitted that a corpus is too small."""

import json
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from stages import splits
from stages.base.packs import write_table
from stages.corpus.reader import Trailer
from stages.corpus.table import save_trailers

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def split(tmp_path, monkeypatch, capsys):
    """Run the stage on so many films, every third of them Horror and the first Crime."""

    def run(n_films: int) -> tuple[dict, str]:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "params.yaml").write_text((ROOT / "params.yaml").read_text())
        trailers = [
            Trailer(
                trailer_id=f"t{n:03}",
                film_id=f"film {n:03}",
                title=f"Film {n}",
                year=2000,
                genres=("Drama", *(("Horror",) * (n % 3 == 0)), *(("Crime",) * (n == 0))),
                url=f"sample:{n}",
                collection="",
            )
            for n in range(n_films)
        ]
        save_trailers(trailers, tmp_path / "data/sample/catalogue.parquet")
        came = {"trailer_id": [t.trailer_id for t in trailers], "reason": ["ok"] * n_films}
        for step in ("frames", "audio"):
            write_table(pa.table(came), tmp_path / f"data/sample/{step}/outcomes.parquet")
        write_table(pa.table(came), tmp_path / "data/sample/downloads.parquet")
        monkeypatch.setattr(sys, "argv", ["splits"])
        splits.main()
        return json.loads(Path("metrics/sample/splits.json").read_text()), capsys.readouterr().err

    return run


def test_a_corpus_that_is_too_small_is_said_once_on_the_console_and_in_the_file(split):
    found, told = split(19)
    assert found["warning"].startswith(
        "Only 19 films can be judged: with fewer than 60 no interval"
    )
    assert "Crime (1)" in found["warning"] and "Horror (7)" not in found["warning"]
    assert told.count(f"warning: {found['warning']}") == told.count("warning") == 1
    assert found["genre_films"]["Horror"] == 7


def test_genres_of_few_films_are_named_in_a_corpus_of_many(split):
    found, _ = split(80)
    few = found["warning"].split("Fewer films than")[0]
    assert "Crime (1)" in few and "Drama (80)" in few and "Horror" not in few

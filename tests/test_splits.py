"""From files to splits and to what is fitted: silence is no sound, and black no picture."""

import csv
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from stages import splits
from stages.base.genres import GENRES
from stages.base.packs import read_table, write_table
from stages.base.params import load
from stages.base.store import sha256
from stages.corpus.reader import Trailer
from stages.corpus.table import save_trailers
from stages.embedding.jobs import Recipe, jobs
from stages.embedding.joining import write_embeddings
from stages.embedding.trailers import embed_trailer
from stages.fitting.films import read_films
from stages.fitting.items import View, read_items
from stages.submissions.expected import from_data
from stages.trailers.media import results
from stages.words.texts import write_texts
from tests.commands.predict.small_run import RATE, write_clip

PARAMS = Path(__file__).parents[1] / "params.yaml"
ODD: dict[int, dict[str, Any]] = {
    0: {"silent_seconds": 9},
    1: {"black": True},
    2: {"silent_seconds": 1.5},
}
N_FILMS = 7


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Seven films extracted and split: 0 is silent, 1 is black, 2 begins in silence."""
    monkeypatch.chdir(tmp_path)
    declared = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    declared["frames"] |= {"count": 10, "first_frame": 0, "short_side": 64}
    declared["audio"] |= {"seconds": 1, "sample_rate": RATE}
    declared["splits"]["folds"] = 3
    Path("params.yaml").write_text(yaml.safe_dump(declared), encoding="utf-8")
    params = load()
    Path("data/sample").mkdir(parents=True)
    trailers = [
        Trailer(f"{n}0", f"film {n}", "", 2000, (GENRES[n % 2],), "file:x") for n in range(N_FILMS)
    ]
    files = [write_clip(tmp_path / f"{n}.mkv", n, **ODD.get(n, {})) for n in range(N_FILMS)]
    save_trailers(trailers, Path("data/sample/catalogue.parquet"))
    came = pa.Table.from_pylist([{"reason": "ok"}] * N_FILMS)
    write_table(came, Path("data/sample/downloads.parquet"))
    for name, section, schema in (
        ("frames", params.frames, results.FRAMES),
        ("audio", params.audio, results.AUDIO),
    ):
        todo = [
            results.Job(trailer.trailer_id, sha256(file), True, section, file)
            for trailer, file in zip(trailers, files, strict=True)
        ]
        results.write(
            Path("data/sample") / name, schema, ((job, results.extract(job)) for job in todo)
        )
    monkeypatch.setattr(sys, "argv", ["splits"])
    splits.main()
    return tmp_path


def test_a_silent_film_is_seen_and_a_black_one_heard(folder):
    rows = read_table(Path("data/sample/splits.parquet")).to_pylist()
    assert [(row["picture"], row["sound"]) for row in rows] == [
        (True, False),
        (False, True),
        *[(True, True)] * 5,
    ]
    with Path("metrics/sample/attrition.csv").open(encoding="utf-8") as file:
        lost = {(row["step"], row["reason"]): row["trailers"] for row in csv.DictReader(file)}
    assert (lost["frames", "black"], lost["audio", "silent"]) == ("1", "1")
    with Path("metrics/sample/folds.csv").open(encoding="utf-8") as file:
        told = list(csv.DictReader(file))
    assert [(row["picture"], row["sound"]) for row in told[:3]] == [
        ("1", "0"),
        ("0", "1"),
        ("1", "1"),
    ]
    assert [(r["film_id"], int(r["fold"])) for r in told] == [
        (r["film_id"], r["fold"]) for r in rows
    ]


@pytest.mark.parametrize(
    ("window", "heard"),
    [("start", [1, 3, 4, 5, 6]), ("end", [1, 2, 3, 4, 5, 6]), ("all", [1, 2, 3, 4, 5, 6])],
)
def test_an_approach_leaves_out_films_that_are_silent_where_it_listens(folder, window, heard):
    found = dict(map(embed_trailer, jobs(Path("data/sample/audio"), Recipe("mfcc"))))
    write_embeddings(found, Path("mfcc.npz"))
    film_of = read_films(Path("data/sample")).film_of
    items = read_items(Path("mfcc.npz"), film_of, View("mean", 10, window), "sound", 10)
    assert sorted(items.film.tolist()) == heard


def test_a_corpus_with_words_says_of_which_films_they_are_known(folder):
    path = Path("params.yaml")
    path.write_text(path.read_text() + "words: {cards: {}}\n")
    row = {"time": 1.0, "text": "x", "untitled": "x", "spoken": False}
    known = {f"{n}0": [row] * (n % 2) for n in (0, 2, 3)}
    write_texts(Path("data/sample/words"), known)
    splits.main()
    rows = read_table(Path("data/sample/splits.parquet")).to_pylist()
    expected = [n in (0, 2, 3) for n in range(N_FILMS)]  # 0 and 2 say nothing, and that is known
    assert [row["words"] for row in rows] == expected
    with Path("metrics/sample/folds.csv").open(encoding="utf-8") as file:
        assert [row["words"] == "1" for row in csv.DictReader(file)] == expected
    found = from_data(Path("data/sample"), Path("metrics/sample"))
    assert found.films("words") == ["film 0", "film 2", "film 3"]
    assert found.films("sound_words") == ["film 2", "film 3"]

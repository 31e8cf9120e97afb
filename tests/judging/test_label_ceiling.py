import csv
import dataclasses
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from sklearn.metrics import average_precision_score, f1_score

from stages import label_ceiling
from stages.base.genres import GENRES
from stages.corpus.labels import LabelledFilms
from stages.corpus.reader import Trailer
from stages.corpus.second_source import save_second_source
from stages.corpus.table import save_trailers
from stages.judging.label_ceiling import label_ceiling_rows, small_overlap_note

PARAMS = Path(__file__).resolve().parents[2] / "params.yaml"


def films_of(y_true: np.ndarray) -> LabelledFilms:
    ids = [str(n) for n in range(len(y_true))]
    return LabelledFilms(ids, y_true, [2000] * len(ids), None)


def two_sources(n_films: int) -> tuple[np.ndarray, np.ndarray]:
    """Genres by one source, and by another that differs in a tenth of them."""
    rng = np.random.default_rng(0)
    y_true = rng.random((n_films, 10)) < 0.3
    y_true[np.arange(n_films), np.arange(n_films) % 10] = True
    return y_true, y_true ^ (rng.random(y_true.shape) < 0.1)


def as_source(labels: np.ndarray) -> dict[str, tuple[str, ...]]:
    return {
        str(n): tuple(g for g, has in zip(GENRES, row, strict=True) if has)
        for n, row in enumerate(labels)
    }


def test_agreement_is_what_scikit_learn_says_on_the_films_both_know(judging):
    y_true, y_second = two_sources(80)
    second = as_source(y_second[:60]) | {"of another catalogue": ("Drama",)}
    rows = list(label_ceiling_rows(films_of(y_true), second, judging))
    t, s = y_true[:60], y_second[:60]
    whole = {row["metric"]: row for row in rows if "genre" not in row}
    expected = {
        "exact_match": (t == s).all(axis=1).mean(),
        "micro_f1": f1_score(t, s, average="micro"),
        "micro_ap": average_precision_score(t, s.astype(float), average="micro"),
        "macro_f1": f1_score(t, s, average="macro"),
        "macro_ap": average_precision_score(t, s.astype(float), average="macro"),
    }
    assert {name: row["value"] for name, row in whole.items()} == pytest.approx(expected)
    assert all(row["films"] == 60 for row in whole.values())
    assert all(row["lo"] < row["value"] < row["hi"] for row in whole.values())
    for metric, values in {
        "f1": f1_score(t, s, average=None),
        "ap": average_precision_score(t, s.astype(float), average=None),
    }.items():
        of_genre = [row for row in rows if row["metric"] == metric]
        assert [row["genre"] for row in of_genre] == list(GENRES)
        assert [row["value"] for row in of_genre] == pytest.approx(values.tolist())
        assert [row["films"] for row in of_genre] == t.sum(axis=0).tolist()
        assert all(row["lo"] < row["value"] < row["hi"] for row in of_genre)


def test_intervals_hold_what_other_films_would_say(judging):
    """Half-widths against the spread of the same numbers over 400 other draws of as many films."""
    y_true, y_second = two_sources(4000)
    rows = list(label_ceiling_rows(films_of(y_true[:200]), as_source(y_second[:200]), judging))
    found = {row["metric"]: row for row in rows if row.get("genre") in (None, "Drama")}
    rng = np.random.default_rng(1)
    draws = [rng.choice(4000, 200, replace=False) for _ in range(400)]
    t, s = y_true, y_second
    values = {
        "micro_f1": [f1_score(t[d], s[d], average="micro") for d in draws],
        "f1": [f1_score(t[d, 4], s[d, 4]) for d in draws],
    }
    for metric, of_draws in values.items():
        half_width = (found[metric]["hi"] - found[metric]["lo"]) / 2
        assert half_width == pytest.approx(1.96 * np.std(of_draws), rel=0.25), metric


def test_a_film_with_none_of_the_ten_counts_and_one_unknown_does_not(judging):
    films = films_of(np.eye(10, dtype=bool))
    known: dict[str, tuple[str, ...]] = {str(n): (GENRES[n],) for n in range(4)}

    def agreement(second: dict[str, tuple[str, ...]]) -> tuple[float, int]:
        (row,) = (
            r for r in label_ceiling_rows(films, second, judging) if r["metric"] == "micro_f1"
        )
        return row["value"], row["films"]

    assert agreement(known) == (1.0, 4)
    # of five labels four are found, none is wrong: 2 * 4 / (4 + 5)
    assert agreement(known | {"4": ()}) == (pytest.approx(8 / 9), 5)


def test_a_genre_of_few_films_has_a_value_and_no_interval(judging):
    y_true, y_second = two_sources(80)
    y_true[:, 6] = y_second[:, 6] = np.arange(80) < judging.min_genre_films - 1
    rows = list(label_ceiling_rows(films_of(y_true), as_source(y_second), judging))
    shown = {row["genre"]: "lo" in row for row in rows if row["metric"] == "f1"}
    assert shown == {genre: genre != GENRES[6] for genre in GENRES}
    few = label_ceiling_rows(films_of(y_true[:30]), as_source(y_second), judging)
    assert not any("lo" in row for row in few)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({}, ""),
        ({"elsewhere": ("Drama",)}, "0 films of this catalogue are in the second source"),
        ({"3": ("Drama",)}, "1 film of this catalogue is in the second source"),
        ({"3": ("Drama",), "4": ("Crime",)}, ""),
    ],
)
def test_of_a_film_or_none_in_common_it_is_said_that_there_are_too_few(judging, known, said):
    films = films_of(np.eye(10, dtype=bool))
    rows = list(label_ceiling_rows(films, known, judging))
    assert bool(rows) == (len(known) == 2)
    assert small_overlap_note(films, known).startswith(said) and bool(
        small_overlap_note(films, known)
    ) == bool(said)


def test_two_films_of_one_collection_are_as_few_as_one(judging):
    films = dataclasses.replace(films_of(np.eye(10, dtype=bool)), group=np.array([0, 0, *range(8)]))
    second = {"0": ("Action",), "1": ("Drama",)}
    assert list(label_ceiling_rows(films, second, judging)) == []
    assert small_overlap_note(films, second).startswith(
        "2 films of this catalogue are in the second source"
    )


def test_the_same_labels_agree_and_no_second_source_gives_no_rows(judging):
    y_true = np.eye(10, dtype=bool)
    second = {str(n): (GENRES[n],) for n in range(10)}
    rows = list(label_ceiling_rows(films_of(y_true), second, judging))
    assert {row["value"] for row in rows} == {1.0}
    assert list(label_ceiling_rows(films_of(y_true), {}, judging)) == []


def test_the_stage_needs_the_two_catalogues_and_no_trailer(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    declared = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    declared["judging"]["resamples"] = 100
    Path("params.yaml").write_text(yaml.safe_dump(declared), encoding="utf-8")
    y_true, y_second = two_sources(70)
    genres = as_source(y_true)
    trailers = [
        Trailer(f"t{film}{part}", film, film, 2000, genres[film], f"sample:{film}{part}")
        for film in genres
        for part in range(2)
    ]
    save_trailers(trailers, Path("data/sample/catalogue.parquet"))
    save_second_source(as_source(y_second), Path("data/sample/second_source.parquet"))
    monkeypatch.setattr(sys, "argv", ["label_ceiling"])
    label_ceiling.main()
    assert "on 70 films" in capsys.readouterr().err
    with Path("metrics/sample/label_ceiling.csv").open(encoding="utf-8") as file:
        value = {(row["metric"], row["genre"]): row["value"] for row in csv.DictReader(file)}
    assert float(value["macro_f1", ""]) == pytest.approx(
        f1_score(y_true, y_second, average="macro"), abs=1e-6
    )
    Path("metrics/sample/label_ceiling.csv").unlink()
    save_second_source({}, Path("data/sample/second_source.parquet"))
    label_ceiling.main()
    head = "metric,genre,value,lo,hi,films\n"
    assert Path("metrics/sample/label_ceiling.csv").read_text() == head
    assert "no second source" in capsys.readouterr().err


def test_a_table_stays_where_its_second_source_is_not(tmp_path, monkeypatch, capsys):
    """Of the same films and labels; of others it would be a number about something else."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["label_ceiling"])
    shutil.copy(PARAMS, tmp_path)
    y_true, y_second = two_sources(80)
    table = Path("metrics/sample/label_ceiling.csv")

    def run(second: dict[str, tuple[str, ...]], labels: np.ndarray = y_true) -> str:
        trailers = [
            Trailer(f"{n:016x}", str(n), "T", 2000, genres, f"sample:{n}")
            for n, genres in enumerate(as_source(labels).values())
        ]
        save_trailers(trailers, Path("data/sample/catalogue.parquet"))
        save_second_source(second, Path("data/sample/second_source.parquet"))
        label_ceiling.main()
        return capsys.readouterr().err

    run(as_source(y_second))
    made = table.read_bytes()
    assert made.count(b"\n") > 20
    assert "what second_source.txt said of the same films stays" in run({})
    assert table.read_bytes() == made
    other = y_true.copy()
    other[0] = ~other[0]
    assert "nothing to compare" in run({}, other)
    assert table.read_bytes().count(b"\n") == 1

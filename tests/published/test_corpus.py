"""A corpus of published features, from its tables to scores, by the stages' entry points."""

import csv
import json
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from stages.base.errors import BenchmarkError
from stages.base.packs import read_table
from stages.base.params import load
from stages.base.params.matrix import cells
from stages.commands.plan.inventory import cell_rows, model_rows
from stages.commands.predict.predictor import Predictor
from stages.fitting.films import read_films
from stages.fitting.scores import Scores
from tests.published.small_corpus import GENRES, SHARED, UNKNOWN, N, write_corpus

LEFT_OUT = {str(film) for group in SHARED for film in group}


def run(name, *arguments):
    """A stage's main, as its command runs it."""
    argv, sys.argv = sys.argv, [name, *arguments]
    try:
        import_module(f"stages.{name}").main()
    finally:
        sys.argv = argv


def table(name):
    with Path(f"metrics/sample/{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """The corpus, run up to its scores; its tables' numbers."""
    folder = tmp_path_factory.mktemp("published")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("FEATURES_DIR", str(folder / "tables"))
        tables = write_corpus(folder)
        for name in tables:
            run("features", name)
        for name in ("look", "both", "hear"):
            run("embed", name)
        run("splits")
        run("leaks")
        for name in ("look_linear", "hear_linear", "both_knn", "look_attention", "hear_end"):
            run("fit", name)
        run("fit", "early_mlp")
        run("fit", "late")
        run("left_out")
        yield tables


@pytest.fixture(autouse=True)
def there(corpus, monkeypatch, tmp_path_factory):
    monkeypatch.chdir(next(tmp_path_factory.getbasetemp().glob("published*")))


def test_embeddings_are_the_tables_of_the_films(corpus):
    ids = {row["trailer_id"]: row["film_id"] for row in catalogue()}
    with np.load("data/sample/embeddings/both.npz") as file:
        films = [int(ids[name]) for name in file["trailer_id"].tolist()]
        expected = np.concatenate([corpus["look"], corpus["more"]], axis=1).astype(np.float32)
        expected[UNKNOWN] = np.nan
        assert np.array_equal(file["embedding"], expected[films], equal_nan=True)


def catalogue():
    return read_table(Path("data/sample/catalogue.parquet")).to_pylist()


def test_films_that_share_a_vector_are_found_and_left_out():
    rows = read_table(Path("data/sample/splits.parquet")).to_pylist()
    assert {row["film_id"] for row in rows if row["left_out"]} == LEFT_OUT and len(rows) == N
    assert set(read_films(Path("data/sample")).ids) == {str(n) for n in range(N)} - LEFT_OUT
    leaks = table("leaks")
    assert [row["film_ids"] for row in leaks] == ["4, 5", "10, 11, 12"]
    assert {row["kind"] for row in leaks} == {"same_sound"}
    fold = {row["film_id"]: row["fold"] for row in rows}
    for row, group in zip(leaks, SHARED, strict=True):
        assert int(row["folds"]) == len({fold[str(film)] for film in group})
    assert json.loads(Path("metrics/sample/leaks.json").read_text())["films"] == 5


def test_what_is_left_out_is_not_missing_and_is_told_apart():
    (everything,) = table("missing")
    assert (everything["kind"], everything["films"], everything["missing"]) == ("all", str(N), "0")
    said = json.loads(Path("metrics/sample/splits.json").read_text())["missing"]
    share = f"{len(LEFT_OUT)} of {N} films are left out by splits.leave_out_shared_vectors ("
    assert said.startswith(f"None of the {N} films is missing. {share}")
    assert read_table(Path("data/sample/leaks.parquet")).num_rows == 0
    lost = {(row["step"], row["reason"]): row["trailers"] for row in table("attrition")}
    assert lost["audit", "shared_vector"] == "5" and lost["hear", "ok"] == str(N)


def test_the_ledger_counts_and_lists_what_is_odd_without_a_feature():
    found = json.loads(Path("metrics/sample/features.json").read_text())
    look, hear = found["look"], found["hear"]
    assert (look["not_finite_cells"], look["not_finite_columns"]) == (1, [UNKNOWN[1]])
    assert (hear["films_with_shared_vector"], hear["groups_with_shared_vector"]) == (5, 2)
    assert look["rows"] == look["joined_films"] == N and look["dimensions"] == 5
    rows = table("features")
    assert [
        (r["table"], r["id"], r["title"], r["detail"]) for r in rows if r["what"] == "not_finite"
    ] == [("look", "7", "Film 7 (2000)", "columns 2")]
    assert {row["id"] for row in rows if row["what"] == "shared_vector"} == LEFT_OUT


def test_what_is_left_out_is_neither_learnt_from_nor_judged_but_in_the_second_fit():
    for slug in ("look_linear", "hear_linear", "late"):
        path = Path(f"data/sample/scores/{slug}.npz")
        without, every = Scores.load(path), Scores.load(path, "with_left_out")
        assert not set(without.film_id) & LEFT_OUT
        assert set(every.film_id) - set(without.film_id) == LEFT_OUT
    assert not set(Scores.load(Path("data/sample/scores/early_mlp.npz")).film_id) & LEFT_OUT


def test_the_result_with_them_is_told_beside_the_result_without():
    rows = {row["approach"]: row for row in table("left_out")}
    assert set(rows) == {"look_linear", "hear_linear", "late"}
    genres = {row["film_id"]: row["genres"] for row in catalogue()}
    for slug, row in rows.items():
        path = Path(f"data/sample/scores/{slug}.npz")
        every = Scores.load(path, "with_left_out")
        y = np.array([[genre in genres[film] for genre in GENRES] for film in every.film_id])
        score = every.score.mean(axis=0)[:, [0, 2, 4]]  # of the ten: Action, Comedy, Drama
        same = np.isin(every.film_id, Scores.load(path).film_id)
        expected = {
            "all_ap": average_precision_score(y, score, average="macro"),
            "with_ap": average_precision_score(y[same], score[same], average="macro"),
        }
        assert {name: float(row[name]) for name in expected} == pytest.approx(expected, abs=1e-6)
        assert (row["films"], row["all_films"]) == (str(N - 5), str(N))
        assert float(row["difference"]) == pytest.approx(
            float(row["with_ap"]) - float(row["without_ap"]), abs=2e-6
        )


def test_what_a_table_cannot_serve_is_a_cell_that_did_not_run_with_its_reason():
    params = load()
    assert not {"look_attention", "hear_end"} & {cell.slug for cell in cells(params)}
    assert not len(Scores.load(Path("data/sample/scores/look_attention.npz")).film_id)
    rows = {row["approach"]: row for row in cell_rows(params, {})}
    said = "its table has one row a film, and context attention needs several"
    assert (rows["look_attention"]["run"], rows["look_attention"]["reason"]) == (0, said)
    assert rows["hear_end"]["reason"].startswith("its table does not say which window")
    assert rows["both_temporal"]["run"] == 0 and rows["hear_middle"]["window"] == "middle"
    assert rows["look_linear"]["run"] == 1 and rows["hear_linear"]["window"] == ""
    models = {row["backbone"]: row for row in model_rows(params, {})}
    assert models["both"]["source"] == "look.csv; more.csv" and models["both"]["input"] == "made up"


def test_a_corpus_of_features_says_so_where_it_is_asked_for_trailers():
    with pytest.raises(BenchmarkError, match=r"no section frames\n  found: published features"):
        _ = load().frames.count
    with pytest.raises(BenchmarkError, match="no section download"):
        run("download")
    with pytest.raises(BenchmarkError, match="published features come without what computes"):
        Predictor(load(), cells(load()), Path("data/sample"))
    with pytest.raises(BenchmarkError, match="a set is a matrix of what looks at trailers"):
        load(chosen="light")

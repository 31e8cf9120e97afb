"""The judging stages over a matrix that only looks: made-up scores, the real entry points."""

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import average_precision_score

from stages import compare, contrast, evaluate
from stages.base.genres import GENRES
from stages.base.packs import write_table
from stages.base.params import yaml12
from stages.base.tables import read_csv, write_csv
from stages.corpus.reader import Trailer
from stages.corpus.table import save_trailers
from stages.fitting.scores import Scores, save_scores

ROOT = Path(__file__).resolve().parents[2]
N_FILMS, FOLDS = 60, 3
Y_TRUE = np.random.default_rng(0).random((N_FILMS, 10)) < 0.3
Y_TRUE[np.arange(N_FILMS), np.arange(N_FILMS) % 10] = True
SLUGS = ("colour_linear", "colour_max")


@pytest.fixture(scope="module")
def metrics(tmp_path_factory) -> Path:
    """metrics/ as evaluate, contrast and compare leave it."""
    folder = tmp_path_factory.mktemp("project")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["stage"])
        _write_params()
        Path("data").mkdir()
        _write_data(Path("data/sample"))
        write_csv([], ["modality", "window", "used_by"], Path("metrics/sample/ceilings.csv"))
        write_csv([], ["modality", "window", "genre"], Path("metrics/sample/ceiling_genres.csv"))
        for stage in (evaluate, contrast, compare):
            stage.main()
    return folder / "metrics/sample"


def _write_params() -> None:
    params = yaml12.read((ROOT / "params.yaml").read_text())
    params["judging"] |= {"resamples": 200, "permutations": 200, "sweep_step": 0.25}
    matrix = params["matrix"]
    matrix["backbones"] = {"colour": matrix["backbones"]["colour"]}
    matrix["approaches"] = {slug: matrix["approaches"][slug] for slug in SLUGS}
    del matrix["approaches"]["colour_linear"]["ungrouped"]
    matrix |= {"early": {}, "late": {}, "headline": {"picture": "colour_max"}}
    Path("params.yaml").write_text(yaml12.block(params))
    Path("sets").mkdir()
    Path("sets/bad.yaml").write_text("approaches:\n  own: {backbone: colour}\n")


def _write_data(data: Path) -> None:
    ids = np.array([f"film {n:02}" for n in range(N_FILMS)])
    trailers = [
        Trailer(
            trailer_id=f"{n:016x}",
            film_id=ids[n],
            title="T",
            year=2000,
            genres=tuple(GENRES[g] for g in np.flatnonzero(Y_TRUE[n])),
            url=f"file:{n}",
        )
        for n in range(N_FILMS)
    ]
    data.mkdir()
    save_trailers(trailers, data / "catalogue.parquet")
    fold = np.arange(N_FILMS) % FOLDS
    table = {"film_id": ids.tolist(), "fold": fold, "fold_ungrouped": fold}
    write_table(pa.table(table), data / "splits.parquet")
    for place, slug in enumerate(("prior", *SLUGS)):
        score = _score(place).astype(np.float32)
        inner = np.stack([np.where((fold == f)[:, None], np.nan, score) for f in range(FOLDS)])
        item = Scores(ids, fold, score[None], inner.astype(np.float32))
        save_scores({"all": item}, data / f"scores/{slug}.npz")


def _score(place: int) -> np.ndarray:
    noise = np.random.default_rng(place + 1).random((N_FILMS, 10))
    return noise * 0.7 + 0.3 * Y_TRUE * (place > 0)


def test_every_approach_is_judged(metrics):
    rows = {row["approach"]: row for row in read_csv(metrics / "approaches.csv")}
    assert set(rows) == {"prior", *SLUGS}
    expected = average_precision_score(Y_TRUE, _score(2), average="macro")
    assert rows["colour_max"]["macro_ap"] == pytest.approx(expected, abs=1e-6)


def test_the_headline_names_what_there_is(metrics):
    assert json.loads((metrics / "headline.json").read_text()) == {"picture": "colour_max"}
    assert json.loads((metrics / "summary.json").read_text())["differences"] == {}


def test_what_compares_two_modalities_has_no_rows(metrics):
    for name in ("complementarity", "owned_genres"):
        assert read_csv(metrics / f"{name}.csv") == []
    families = {row["family"] for row in read_csv(metrics / "comparisons.csv")}
    assert families == {"context", "no_skill"}


def test_claims_about_the_other_say_what_they_lack(metrics):
    claims = {row["claim"]: row for row in read_csv(metrics / "claims.csv")}
    missing = "Not run: needs an approach of sound in the headline."
    for claim in ("Sound beats picture", "Mystery cannot be heard"):
        assert (claims[claim]["verdict"], claims[claim]["sentence"]) == ("not run", missing)
    assert claims["At threshold 0.10 precision holds or rises"]["verdict"] != "not run"
    assert claims["Drama is the easiest genre"]["verdict"] != "not run"


def test_columns_of_the_other_are_there_and_empty(metrics):
    for name in ("precision_recall", "genre_bars"):
        for row in read_csv(metrics / f"{name}.csv"):
            assert row["picture"] is not None
            assert row["sound"] is None and row["both"] is None


def test_a_set_that_does_not_fit_stops_nothing(metrics):
    assert {row["approach"] for row in read_csv(metrics / "cells.csv")} == {"prior", *SLUGS}

"""Skill borrowed from sequels, planted and found; and nothing said where there are none."""

import dataclasses
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import average_precision_score

from stages.base.genres import GENRES
from stages.base.packs import write_table
from stages.base.params.matrix import cells
from stages.corpus.folds import assign_folds, group_films
from stages.corpus.reader import Trailer
from stages.corpus.table import save_trailers
from stages.fitting.approaches import fit
from stages.fitting.films import read_films
from stages.fitting.scores import save_scores
from stages.judging.ungrouped import COLUMNS, ungrouped_rows

SERIES, SEQUELS = 30, 4


def write_corpus(folder: Path, named: bool) -> None:
    """Series of films whose looks and genres are the series' own, and say nothing of each other."""
    rng = np.random.default_rng(0)
    look, genres = rng.normal(size=(SERIES, 40)), rng.random((SERIES, 10)) < 0.3
    genres[:, 4] |= ~genres.any(axis=1)
    trailers = [
        Trailer(
            trailer_id=f"{film:016x}",
            film_id=f"film {film:03}",
            title="T",
            year=2000,
            genres=tuple(GENRES[g] for g in np.flatnonzero(genres[film // SEQUELS])),
            url=f"sample:{film}",
            collection=f"series {film // SEQUELS}" if named else "",
        )
        for film in range(SERIES * SEQUELS)
    ]
    save_trailers(trailers, folder / "catalogue.parquet")
    y_true = genres[np.arange(len(trailers)) // SEQUELS]
    groups = group_films([trailer.collection for trailer in trailers])
    table = {
        "film_id": [trailer.film_id for trailer in trailers],
        "fold": assign_folds(y_true, 5, 0, groups),
        "fold_ungrouped": assign_folds(y_true, 5, 0),
    }
    write_table(pa.table(table), folder / "splits.parquet")
    x = look[np.arange(len(trailers)) // SEQUELS] + rng.normal(0, 0.3, (len(trailers), 40))
    (folder / "embeddings").mkdir()
    np.savez(
        folder / "embeddings/colour.npz",
        trailer_id=np.array([trailer.trailer_id for trailer in trailers]),
        trailer=np.arange(len(trailers)),
        group=np.zeros(len(trailers), int),
        embedding=x.astype(np.float32),
    )


@pytest.fixture
def judged(params, judging, tmp_path):
    """Rows of a corpus, fitted as the pipeline does, by whether its series are named."""

    def judge(named: bool) -> list[dict]:
        folder = tmp_path / str(named)
        folder.mkdir()
        write_corpus(folder, named)
        cell = next(c for c in cells(params) if c.slug == "colour_linear")
        outcomes = fit(dataclasses.replace(cell), read_films(folder), params, folder)
        scores = {labels: outcome.scores for labels, outcome in outcomes.items()}
        save_scores(scores, folder / "scores/colour_linear.npz")
        films = read_films(folder)
        rows = ungrouped_rows(folder, [cell], dataclasses.replace(judging, min_films=SERIES))
        for row in rows:
            score = outcomes["ungrouped"].scores.score.mean(axis=0)
            expected = average_precision_score(films.y_true, score, average="macro")
            assert row["ungrouped_ap"] == pytest.approx(expected, abs=1e-9)
        return rows

    return judge


def test_folds_that_part_a_series_borrow_from_it(judged):
    (row,) = judged(named=True)
    assert set(row) == set(COLUMNS)
    assert row["collections"] == SERIES and row["films"] == SERIES * SEQUELS
    assert row["ungrouped_ap"] > row["grouped_ap"] + 0.2
    assert row["lo"] > 0 and row["p"] < 0.05


def test_where_the_catalogue_names_no_series_nothing_is_compared(judged):
    assert judged(named=False) == []

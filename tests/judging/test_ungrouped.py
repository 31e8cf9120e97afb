"""Skill borrowed from sequels, planted and found; and nothing said where there are none."""

import dataclasses

import pytest
from sklearn.metrics import average_precision_score

from stages.base.params.matrix import cells
from stages.fitting.approaches import fit
from stages.fitting.films import read_films
from stages.fitting.scores import save_scores
from stages.judging.ungrouped import COLUMNS, ungrouped_rows
from tests.judging.series_corpus import SEQUELS, SERIES, write_corpus


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

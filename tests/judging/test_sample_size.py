"""Where films are too few there is a value, and neither interval nor verdict."""

import csv
import dataclasses
import json

import numpy as np
import pytest
from pydantic import TypeAdapter

from stages.base.genres import GENRES
from stages.base.params import JudgingParams
from stages.base.params.matrix import HeadlineParams
from stages.base.tables import read_csv, write_csv, write_json
from stages.compare import COLUMNS
from stages.evaluate import APPROACHES
from stages.evaluate import GENRES as GENRE_COLUMNS
from stages.judging import rules, tables
from stages.judging.claims import NOT_RUN, Evidence, claim_rows
from stages.judging.comparisons import comparison_rows, headline_rows
from stages.judging.complementarity import OWNED, fusion_rows, owned_rows
from stages.judging.exports import summarise
from stages.judging.sample_size import check_sample_size, describe_sample_size, interval_cells
from stages.judging.seed_study import CLAIMS
from stages.judging.verdicts import adjusted_p_values

HEADLINE = HeadlineParams(picture="good", sound="bad", both="averaged")
HORROR, DRAMA = GENRES.index("Horror"), GENRES.index("Drama")
SPREAD = {"lo", "hi", "p", "p_holm"}


@pytest.fixture
def judging(judging) -> JudgingParams:
    values = vars(judging) | {"resamples": 100, "permutations": 100}
    return TypeAdapter(JudgingParams).validate_python(values)


def with_films(board, genre: int, films: int):
    """The board, a genre on its first films alone."""
    y_true = board.y_true.copy()
    y_true[:, genre] = np.arange(len(y_true)) < films
    return dataclasses.replace(board, y_true=y_true)


def few(board, films: int):
    """The board's first films."""
    parts = {"film_id", "fold", "y_true"}
    cut = {name: getattr(board, name)[:films] for name in parts}
    cut |= {"by_seed": board.by_seed[:, :, :films], "inner": board.inner[:, :, :films]}
    return dataclasses.replace(board, **cut)


def test_the_rule_by_hand(judging):
    y_true = np.zeros((60, 3), bool)
    y_true[:8, 0] = y_true[:7, 1] = y_true[:53, 2] = True  # 8 with it, 7 with it, 7 without it
    found = check_sample_size(y_true, None, judging)
    assert found.enough_films and found.enough_genres.tolist() == [True, False, False]
    assert not check_sample_size(y_true[1:], None, judging).enough_films  # 59 films
    assert not check_sample_size(y_true[1:], None, judging).enough_genres.any()


def test_a_collection_counts_once(judging):
    y_true = np.zeros((90, 1), bool)
    y_true[:10] = True
    alone = np.arange(90)
    assert check_sample_size(y_true, alone, judging).enough_genres.tolist() == [True]
    series = np.where(alone < 4, 0, alone)  # four of the ten films are one series
    assert check_sample_size(y_true, series, judging).enough_genres.tolist() == [False]
    assert not check_sample_size(y_true, alone // 2, judging).enough_films  # 45 pairs


def test_what_has_no_interval_has_no_cells():
    assert interval_cells(0.3, 0.5, True, "ap_") == {"ap_lo": 0.3, "ap_hi": 0.5}
    assert interval_cells(0.3, 0.5, False) == {}
    assert interval_cells(np.nan, np.nan, True) == {}


@pytest.mark.parametrize(("films", "given"), [(1, False), (4, False), (7, False), (8, True)])
def test_a_genre_of_few_films_has_a_value_without_interval(board, judging, tmp_path, films, given):
    rows = list(tables.genre_rows(with_films(board, HORROR, films), judging))
    write_csv(rows, GENRE_COLUMNS, tmp_path / "genres.csv")
    cells = csv.DictReader((tmp_path / "genres.csv").open())
    horror = [row for row in cells if row["genre"] == "Horror"]
    assert len(horror) == len(board.cells)
    for row in horror:
        assert row["ap"] and float(row["support"]) == films
        assert bool(row["ap_lo"]) is bool(row["ap_hi"]) is given
    others = [row for row in rows if row["genre"] != "Horror"]
    assert all("ap_lo" in row for row in others)


def test_a_genre_of_one_film_belongs_to_nobody(board, judging):
    by_seed = board.by_seed.copy()
    by_seed[1, :, :, HORROR] = np.arange(120) < 1  # the picture ranks the one film first
    one = with_films(dataclasses.replace(board, by_seed=by_seed), HORROR, 1)
    rows = {row["genre"]: row for row in owned_rows(one, judging) if row["sound"] == "bad"}
    assert rows["Horror"]["owner"] == "too few films"
    assert rows["Horror"]["ap_picture"] == 1 and not SPREAD & set(rows["Horror"])
    others = [row for genre, row in rows.items() if genre != "Horror"]
    assert all(set(row) > SPREAD and set(row) <= set(OWNED) for row in others)
    # Holm's over the nine that are judged: the least p of equal ones is nine times itself
    least = min(others, key=lambda row: row["p"])
    assert least["p_holm"] == pytest.approx(min(1, 9 * least["p"]))


def test_a_small_corpus_has_values_and_neither_intervals_nor_verdicts(board, judging, tmp_path):
    small = few(board, 59)
    approaches = list(tables.approach_rows(small, judging))
    ruled = list(rules.rule_rows(small, judging))
    compared = comparison_rows(small, judging, headline_rows(small, judging, HEADLINE))
    fused = list(fusion_rows(small, judging))
    for row in (*approaches, *ruled, *compared, *fused):
        assert not [name for name in row if name in SPREAD or name.endswith(("_lo", "_hi"))], row
    assert all(isinstance(row["difference"], float) for row in compared)
    assert {row["verdict"] for row in compared} == {"too few films"}
    assert not adjusted_p_values(compared)
    assert {row["owner"] for row in owned_rows(small, judging)} == {"too few films"}

    write_csv(approaches, APPROACHES, tmp_path / "approaches.csv")
    write_csv(compared, COLUMNS, tmp_path / "comparisons.csv")
    for name in ("approaches", "comparisons"):
        assert "nan" not in (tmp_path / f"{name}.csv").read_text().lower()
    pair = [row["name"] for row in compared[:2]]
    headline = {"picture_minus_sound": pair[0], "fusion_gain": pair[1]}
    read = read_csv(tmp_path / "approaches.csv")
    write_json(summarise(read, ruled, compared, [], headline), tmp_path / "summary.json")
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert set(summary["approaches"]["good"]) == {"macro_ap", "micro_ap", "macro_f1_tuned"}
    assert [list(found) for found in summary["differences"].values()] == [["difference"]] * 2


def test_claims_are_not_judged_on_too_few_films(board, judging):
    small = few(board, 59)
    rows = claim_rows(Evidence(small, small, judging, HEADLINE), CLAIMS, {})
    assert {row["verdict"] for row in rows} == {NOT_RUN}
    assert {row["sentence"] for row in rows} == {"Not run: needs a corpus of 60 films."}
    rare = with_films(board, DRAMA, 7)
    evidence = Evidence(rare, rare, judging, HEADLINE)
    found = {row["claim"]: row for row in claim_rows(evidence, CLAIMS, {})}
    assert found["Drama is the easiest genre"]["verdict"] == NOT_RUN
    assert "8 films with Drama" in found["Drama is the easiest genre"]["sentence"]
    assert found["Sound beats picture"]["verdict"] != NOT_RUN


def made_up_labels(n_films: int, **few: int) -> np.ndarray:
    """Every genre on a third of the films, a few genres on so many."""
    y_true = np.arange(n_films)[:, None] % 3 == np.arange(10) % 3
    for genre, count in few.items():
        y_true[:, GENRES.index(genre)] = np.arange(n_films) < count
    return y_true


def test_19_films_are_too_few_and_splits_json_says_so(judging):
    y_true = made_up_labels(19, Crime=1, Horror=4)
    found = describe_sample_size(y_true, np.arange(19), 5, judging)
    assert found["independent_films"] == 19
    assert found["genre_films"]["Crime"] == 1 and found["genre_films"]["Drama"] == 6
    assert found["expected_half_width"] == pytest.approx(0.65 / 19**0.5)
    assert found["warning"] == (
        "Only 19 films can be judged: with fewer than 60 no interval and no verdict is given. "
        "Fewer films than the 5 folds: Crime (1), Horror (4); some folds have nothing to judge "
        "there, or to learn from. With 19 films a 95% interval of macro average precision would "
        "reach about 0.15 to each side (0.65 / √films, by simulation)."
    )


def test_enough_films_but_few_of_a_genre(judging):
    y_true = made_up_labels(90, Crime=3, Horror=7, Drama=85)
    warning = describe_sample_size(y_true, np.arange(90), 5, judging)["warning"]
    assert warning.startswith(
        "Too few films for an interval and a verdict of their own (fewer than 8 with the genre or "
        "without it): Crime (3), Drama (85), Horror (7). Fewer films than the 5 folds: Crime (3);"
    )
    assert "about 0.07 to each side" in warning


def test_a_corpus_of_enough_films_has_no_warning(judging):
    assert "warning" not in describe_sample_size(made_up_labels(90), np.arange(90), 5, judging)


def test_a_genre_that_no_film_has_is_no_part_of_the_run(judging):
    found = describe_sample_size(made_up_labels(90, Crime=0), np.arange(90), 5, judging)
    assert "Crime" not in found["genre_films"] and "warning" not in found


def test_films_of_a_collection_count_once(judging):
    found = describe_sample_size(made_up_labels(90, Horror=40), np.arange(90) // 10, 3, judging)
    assert found["independent_films"] == 9 and found["genre_films"]["Horror"] == 4
    assert found["warning"].startswith("Only 9 films")

"""Whether missing films are missing at random: planted dependence is found, chance is not."""

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from scipy.stats import binomtest

from stages.base.genres import GENRES
from stages.corpus.labels import LabelledFilms
from stages.judging.missing import describe_left_out, describe_missing, missing_rows

HORROR = GENRES.index("Horror")


def catalogue(n_films: int, seed: int) -> LabelledFilms:
    rng = np.random.default_rng(seed)
    y_true = rng.random((n_films, 10)) < 0.25
    years = rng.integers(1975, 2015, n_films).tolist()
    return LabelledFilms([str(n) for n in range(n_films)], y_true, years, None)


def without(films: LabelledFilms, chance: np.ndarray, seed: int) -> set[str]:
    """Ids of the films that are left when each is lost with its own chance."""
    drawn = np.random.default_rng([seed, 1]).random(len(films.ids))
    return {film for film, lost in zip(films.ids, drawn < chance, strict=True) if not lost}


def test_films_missing_because_they_are_horror_are_found_and_named(judging):
    films = catalogue(400, 0)
    judged = without(films, np.where(films.y_true[:, HORROR], 0.35, 0.1), 0)
    rows = missing_rows(films, judged, judging)
    assert rows[0]["p_value"] < 0.01
    said = describe_missing(rows)
    assert "not at random: more often Horror (30.9%) (p below 0.05" in said


def test_a_genre_that_is_missing_less_is_told_from_one_missing_more(judging):
    films = catalogue(600, 2)
    chance = np.select([films.y_true[:, 0], films.y_true[:, HORROR]], [0.05, 0.5], 0.25)
    said = describe_missing(missing_rows(films, without(films, chance, 2), judging))
    assert "more often Horror (" in said and "; less often Action (" in said


def test_films_missing_because_they_are_old_are_found(judging):
    films = catalogue(400, 2)
    judged = without(films, np.where(np.array(films.year) < 1980, 0.4, 0.1), 2)
    rows = missing_rows(films, judged, judging)
    assert rows[0]["p_value"] < 0.01
    assert "more often 1970s" in describe_missing(rows)


def test_films_missing_at_random_raise_an_alarm_at_the_stated_rate(judging):
    params, runs = replace(judging, permutations=199), 400
    alarms = 0
    for seed in range(runs):
        films = catalogue(120, seed)
        rows = missing_rows(films, without(films, np.full(120, 0.15), seed), params)
        alarms += rows[0]["p_value"] <= 0.05
    assert 0.02 * runs < alarms, "so careful that it would find nothing"
    assert alarms < 0.05 * runs or binomtest(alarms, runs, 0.05).pvalue > 0.01


def test_whole_collections_missing_by_chance_raise_no_more_alarms(judging):
    params, runs = replace(judging, permutations=199), 200
    grouped = alone = 0
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        y_true = np.repeat(rng.random((30, 10)) < 0.25, 4, axis=0)
        years, lost = (np.repeat(rng.integers(*ends, 30), 4) for ends in ((1975, 2015), (0, 5)))
        ids = [str(n) for n in range(120)]
        judged = {film for film, number in zip(ids, lost, strict=True) if number}
        films = LabelledFilms(ids, y_true, years.tolist(), np.repeat(np.arange(30), 4))
        grouped += missing_rows(films, judged, params)[0]["p_value"] <= 0.05
        alone += missing_rows(replace(films, group=None), judged, params)[0]["p_value"] <= 0.05
    assert grouped < 0.05 * runs or binomtest(grouped, runs, 0.05).pvalue > 0.01
    assert alone > 0.5 * runs


def test_shares_are_counted_by_genre_and_decade_with_wilsons_interval(judging):
    y_true = np.zeros((20, 10), bool)
    y_true[:12, 4], y_true[10:, 5] = True, True
    years = [1989] * 5 + [1990] * 10 + [None] * 5
    films = LabelledFilms([str(n) for n in range(20)], y_true, years, None)
    rows = missing_rows(films, {str(n) for n in range(20)} - {"0", "1", "11", "19"}, judging)
    counted = {(row["kind"], row["value"]): (row["films"], row["missing"]) for row in rows}
    assert counted == {
        ("all", ""): (20, 4),
        ("genre", "Drama"): (12, 3),
        ("genre", "Horror"): (10, 2),
        ("decade", "1980s"): (5, 2),
        ("decade", "1990s"): (10, 1),
        ("decade", "unknown"): (5, 1),
    }
    z, n, p = 1.959964, 12, 3 / 12  # Wilson 1927, by hand
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    drama = rows[1]
    found = [drama[name] for name in ("share", "lo", "hi")]
    assert found == pytest.approx([p, middle - half, middle + half], abs=1e-5)
    assert rows[0]["p_value"] == min(row["p_value"] for row in rows[1:])


def test_with_nothing_missing_there_is_a_sentence_and_nothing_to_list(judging):
    films = catalogue(50, 0)
    rows = missing_rows(films, set(films.ids), judging)
    assert [row["kind"] for row in rows] == ["all"] and "p_value" not in rows[0]
    assert describe_missing(rows) == "None of the 50 films is missing."


def test_what_a_rule_leaves_out_is_told_apart_by_the_same_test(judging):
    films = catalogue(400, 0)
    left_out = set(films.ids) - without(films, np.where(films.y_true[:, HORROR], 0.35, 0.1), 0)
    said = describe_left_out(films, left_out, judging)
    n = len(left_out)
    assert said.startswith(f"{n} of 400 films are left out by splits.leave_out_shared_vectors (")
    assert "not at random: more often Horror (30.9%) (p below 0.05" in said
    assert "missing" not in said and describe_left_out(films, set(), judging) == ""
    said = describe_left_out(films, {"7", "elsewhere"}, judging)
    assert said.startswith("1 of 400 films is left out by ")
    assert said.endswith("does not prove that they are left out by chance.")


def test_a_chance_pattern_is_not_called_random_for_sure(judging):
    films = catalogue(100, 3)
    rows = missing_rows(films, set(films.ids) - {"7"}, judging)
    said = describe_missing(rows)
    assert said.startswith("1 of 100 films is missing (1.0%, 95% interval 0.2% to 5.4%). No genre")
    assert "does not prove" in said

"""The learning curve's table, and intervals of models trained again."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import average_precision_score

from stages.base.params.matrix import Cell
from stages.fitting.training_sets import make_plan
from stages.judging.training_sets import curve_rows, retrained_rows

N_FILMS = 100
CELLS = [
    Cell("eye", "single", "picture", ("colour",), "mean", "linear"),
    Cell("ear", "single", "sound", ("mfcc",), "mean", "conv"),
]
REASONS = {"ear": "ear is trained by steps"}


@pytest.fixture
def drawn():
    rng = np.random.default_rng(0)
    y = rng.random((N_FILMS, 3)) < 0.4
    fold = np.arange(N_FILMS) % 5
    plan = make_plan(y, fold, None, np.ones(N_FILMS, bool), 20, 4, 12, 0)
    assert list(plan.fewer) == [20, 40]

    def scores(skill: float) -> list[np.ndarray]:
        found = []
        for each in plan.all:
            score = rng.random((len(each.films), 3)) + skill * y[each.films]
            score[~np.isin(fold[each.films], each.judged)] = np.nan
            found.append(score.astype(np.float32))
        return found

    return plan, y, fold, {"eye": scores(0.5), "ear": scores(0.1)}


def macro_ap(y: np.ndarray, score: np.ndarray) -> float:
    columns = zip(y.T, score.T, strict=True)
    return float(np.mean([average_precision_score(truth, each) for truth, each in columns]))


def test_a_point_is_the_mean_over_draws_each_judged_on_all_films_in_one_list(drawn):
    plan, y, fold, scores = drawn
    rows = curve_rows(plan, scores, CELLS[:1], y, fold, {})
    assert [(row["films"], row["draws"]) for row in rows] == [(20, 4), (40, 4), (80, 1)]
    start = 1 + 12 + 4 * 5  # behind the whole, the samples and the draws of 20
    found = []
    for draw in range(4):
        one_list = np.full(y.shape, np.nan)
        for judged in range(5):
            number = start + 5 * draw + judged
            films = plan.all[number].films
            own = fold[films] == judged
            one_list[films[own]] = scores["eye"][number][own]
        found.append(macro_ap(y, one_list))
    assert rows[1]["macro_ap"] == pytest.approx(np.mean(found))
    half = stats.t.ppf(0.975, 3) * np.std(found, ddof=1) * np.sqrt(1.25)
    assert rows[1]["hi"] - rows[1]["macro_ap"] == pytest.approx(half)
    assert rows[1]["macro_ap"] - rows[1]["lo"] == pytest.approx(half)
    assert rows[2]["macro_ap"] == pytest.approx(macro_ap(y, scores["eye"][0]))
    assert "lo" not in rows[2]


def test_an_approach_that_cannot_be_solved_has_its_reason_and_no_number(drawn):
    plan, y, fold, scores = drawn
    rows = curve_rows(plan, {"eye": scores["eye"]}, CELLS, y, fold, REASONS)
    assert rows[-1] == {
        "approach": "ear",
        "modality": "sound",
        "reason": "ear is trained by steps",
    }
    assert len(rows) == 4


COMPARISON = {
    "family": "picture_sound",
    "name": "eye_minus_ear",
    "a": "eye",
    "b": "ear",
    "difference": 0.1,
    "lo": 0.05,
    "hi": 0.15,
}


def test_the_interval_is_the_spread_of_the_difference_over_samples(drawn):
    plan, y, _, scores = drawn
    (row,) = retrained_rows(plan, scores, [COMPARISON], y, {})
    differences = [
        macro_ap(y[each.films], a) - macro_ap(y[each.films], b)
        for each, a, b in zip(plan.again, scores["eye"][1:13], scores["ear"][1:13], strict=True)
    ]
    half = 1.959964 * np.std(differences, ddof=1)
    # scikit-learn and we treat tied copies alike
    assert row["retrained_lo"] == pytest.approx(0.1 - half, abs=1e-6)
    assert row["retrained_hi"] == pytest.approx(0.1 + half, abs=1e-6)
    assert row["wider"] == pytest.approx(2 * half / 0.1, abs=1e-5)
    assert row["repeats"] == 12


def test_without_an_interval_over_films_or_a_probe_there_is_no_second_interval(drawn):
    plan, y, _, scores = drawn
    few = {name: COMPARISON[name] for name in ("family", "name", "a", "b", "difference")}
    (row,) = retrained_rows(plan, scores, [few], y, {})
    assert row.get("retrained_lo") is None and row.get("wider") is None
    (row,) = retrained_rows(plan, {}, [COMPARISON], y, REASONS)
    assert row["reason"] == "ear is trained by steps" and row["retrained_lo"] is None


def test_none_asked_for_is_said():
    rng = np.random.default_rng(0)
    y, fold = rng.random((N_FILMS, 3)) < 0.4, np.arange(N_FILMS) % 5
    plan = make_plan(y, fold, None, np.ones(N_FILMS, bool), 20, 0, 0, 0)
    assert plan.all == [plan.whole]
    scores = {name: [rng.random((N_FILMS, 3)).astype(np.float32)] for name in ("eye", "ear")}
    (row,) = curve_rows(plan, scores, CELLS[:1], y, fold, {})
    assert row["films"] == 80
    (row,) = retrained_rows(plan, scores, [COMPARISON], y, {})
    assert row["reason"] == "judging.retrainings asks for none" and row["retrained_lo"] is None

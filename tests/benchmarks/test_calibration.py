import json
import subprocess
import sys
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

import numpy as np
import pytest

from benchmarks import calibration, few_films
from benchmarks.simulation import World
from stages.base.params import load
from stages.judging.sample_size import expected_half_width

ROOT = Path(__file__).resolve().parents[2]
SMALL = replace(calibration.scenarios()[0], films=60, simulations=4, resamples=40, permutations=20)


@pytest.fixture(scope="module")
def world() -> World:
    """Of SMALL."""
    return calibration.build(SMALL)


@pytest.fixture
def few_draws(monkeypatch) -> None:
    """Values expected by a hundredth of the draws: enough for what does not depend on them."""
    monkeypatch.setattr(calibration, "EXPECTED_DRAWS", 20)


@pytest.mark.usefixtures("few_draws")
def test_a_simulation_is_its_own_whatever_runs_beside_it(world):
    together = calibration.simulate(SMALL, world, 0, [0, 1, 2])
    assert together[2] == calibration.simulate(SMALL, world, 0, [2])[0]
    assert together[2] != calibration.simulate(SMALL, world, 1, [2])[0]


@pytest.mark.usefixtures("few_draws")
def test_a_planted_difference_is_planted():
    scenario = replace(SMALL, difference=0.3)
    world = calibration.build(scenario)
    np.testing.assert_allclose(world.population_macro_ap(), [0.75, 0.45], atol=1e-5)
    found = calibration.simulate(scenario, world, 0, [0, 1])
    assert [outcome["verdict"] for outcome in found] == [1, 1]
    assert [outcome["verdict_wrong_way"] for outcome in found] == [0, 0]


def test_no_skill_is_none():
    scenario = replace(SMALL, skill=False)
    world = calibration.build(scenario)
    np.testing.assert_allclose(world.population_macro_ap()[0], world.label_sets.mean(), atol=1e-5)
    assert set(calibration.simulate(scenario, world, 0, [0])[0]) == {"p", "permutation_test"}


def test_rates_by_hand():
    outcomes = [
        {"verdict": float(n == 3), "p": 0.009 if n == 3 else 0.5, "lo": 0.1, "hi": 0.2}
        for n in range(10)
    ]
    rates = calibration.summarise(outcomes)
    # one in ten; its error sqrt(.1 * .9 / 10); of two families of five one has a p of .009 * 5
    assert rates == {
        "verdict": 0.1,
        "verdict_se": pytest.approx(0.09487, abs=1e-5),
        "any_of_5_after_holm": 0.5,
    }


def test_the_whole_programme_on_one_simulation_each(tmp_path):
    path = tmp_path / "calibration.json"
    quick = "from benchmarks import calibration as c; c.EXPECTED_DRAWS = 20; c.main()"
    command = [
        *(sys.executable, "-c", quick, "--results", str(path)),
        *("--simulations", "1", "--workers", "1", "--only", "no skill", "nothing differs"),
    ]
    path.write_text('{"scenarios": {"kept": {}}}')
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(path.read_text())
    assert list(found["scenarios"]) == ["kept", "nothing differs", "no skill"]
    assert found["scenarios"]["nothing differs"]["settings"]["simulations"] == 1
    assert "nothing differs (240 films, 1 simulations)" in done.stdout


def test_an_interval_of_few_films_holds_what_it_promises_or_is_not_given():
    found = json.loads(calibration.RESULTS.read_text())["scenarios"]
    few = {name: found[name]["rates"] for name in map(attrgetter("name"), few_films.few_films())}
    assert all(rates.get("covered_if_given", 1) >= 0.93 for rates in few.values())
    given = {name: rates["given"] for name, rates in few.items()}
    assert given["few films: 7 of 60"] == given["few films: 55 of 60"] == 0
    assert given["few films: 8 of 60"] > 0.9
    # and without the rule they would not: of one film fewer than a third, of five below .93
    assert few["few films: 1 of 60"]["covered_without_rule"] < 0.33
    assert few["few films: 5 of 60"]["covered_without_rule"] < 0.93


def test_the_half_width_told_before_a_run_is_near_what_is_simulated():
    found = json.loads(calibration.RESULTS.read_text())["scenarios"].values()
    known = [s for s in found if "half_width_single_jackknife" in s["rates"]]
    assert {s["settings"]["films"] for s in known} >= {60, 150, 240, 500, 1000}
    for scenario in known:
        told = expected_half_width(scenario["settings"]["films"])
        assert told == pytest.approx(scenario["rates"]["half_width_single_jackknife"], rel=0.2)


def test_coverage_of_few_films_by_the_judges_rule(monkeypatch):
    monkeypatch.setattr(few_films, "TRUTH_DRAWS", 2000)  # its error is below 0.01
    params = load(ROOT / "params.yaml").judging
    few = few_films.FewFilms("three", 60, 3, 2.5, simulations=200)
    rates = few_films.run(few, 0, params)["rates"]
    assert rates["given"] == 0 and "covered_if_given" not in rates
    assert rates["covered_without_rule"] < 0.9
    every = few_films.run(few, 0, replace(params, min_genre_films=3))["rates"]
    # the same draws: given wherever the few films do not all stand first, and held there or not
    assert every["covered_without_rule"] == rates["covered_without_rule"]
    assert every["covered_if_given"] * every["given"] == pytest.approx(
        rates["covered_without_rule"], abs=1e-4
    )


def test_values_expected_of_few_films_lie_above_those_of_many(world):
    rng = np.random.default_rng(0)
    few, many = (world.expected_macro_ap(n, 100, rng)[1] for n in (30, 300))
    assert few > many + 0.03 and many > world.population_macro_ap()[1]

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import calibration

ROOT = Path(__file__).resolve().parents[2]
SMALL = replace(calibration.scenarios()[0], films=60, simulations=4, resamples=40, permutations=20)


def test_a_simulation_is_its_own_whatever_runs_beside_it():
    world = calibration.build(SMALL)
    together = calibration.simulate(SMALL, world, 0, [0, 1, 2])
    assert together[2] == calibration.simulate(SMALL, world, 0, [2])[0]
    assert together[2] != calibration.simulate(SMALL, world, 1, [2])[0]


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
    command = [
        *(sys.executable, "-m", "benchmarks.calibration", "--results", str(path)),
        *("--simulations", "1", "--workers", "1", "--only", "no skill", "nothing differs"),
    ]
    path.write_text('{"scenarios": {"kept": {}}}')
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(path.read_text())
    assert list(found["scenarios"]) == ["kept", "nothing differs", "no skill"]
    assert found["scenarios"]["nothing differs"]["settings"]["simulations"] == 1
    assert "nothing differs (240 films, 1 simulations)" in done.stdout

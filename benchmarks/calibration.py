"""Are the judges calibrated? Simulated matrices of known truth, through the judges' functions.

- Nothing differs: how often interval, permutation test and the joint verdict see a difference, how
  often any of a family does after Holm, and how often noise is said to have skill.
- A known difference is planted: how often it is found, by its size and by the number of films.
- How often the 95% intervals hold the true value: of a difference the one on infinitely many
  films, which the model gives; of one approach the one expected of as many films (simulated).
- The same of a genre that few films have (few_films.py), by the judges' rule on few films.

Label sets are those of sample.txt; scores come from a latent normal model (simulation.py).
500 resamples in a simulation suffice: the ends of an interval are then themselves estimated, which
costs its coverage about 2 / resamples, 0.4 points (and none worth a name of the judges' 10,000).
400 permutations suffice: a permutation test keeps its level at any number of them. Results are
written scenario by scenario to benchmarks/results/calibration.json. About ten minutes of one core.
"""

import argparse
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # the simulations are what is parallel

import numpy as np

from benchmarks import few_films
from benchmarks.provenance import commit, versions
from benchmarks.simulation import World, scaled_to
from stages.base.params import load
from stages.corpus.labels import films_of
from stages.corpus.reader import read_catalogue
from stages.judging.verdicts import verdict
from stages.scoring.bootstrap import Resamples, bootstrap_macro_average_precision
from stages.scoring.holm import holm
from stages.scoring.intervals import Method, approach_estimate, paired_difference
from stages.scoring.permutation import no_skill_test, paired_permutation_test

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "calibration.json"
LEVEL = 0.05
METHODS: tuple[Method, ...] = ("jackknife", "percentile", "bca")
CHUNK = 20
EXPECTED_DRAWS = 2000  # of the value that as many films would give; its error is below 0.001

# How well the genres can be told, in the order of GENRES and up to a factor: by one approach, and
# by another that is good at other genres.
SHAPE = (0.9, 1.1, 0.6, 1.0, 0.3, 1.6, 0.15, 0.2, 1.3, 0.5)
OTHER_SHAPE = SHAPE[::-1]


@dataclass(frozen=True)
class Scenario:
    """What is simulated: macro_ap is the second approach's on infinitely many films, the first's is
    `difference` more; other_genres: whether the two are good at different genres."""

    name: str
    films: int
    simulations: int
    difference: float = 0.0
    other_genres: bool = False
    skill: bool = True
    macro_ap: float = 0.45
    between_approaches: float = 0.4
    between_genres: float = 0.2
    resamples: int = 500
    permutations: int = 400


def scenarios() -> list[Scenario]:
    """The whole programme, the most wanted first."""
    return [
        Scenario("nothing differs", 240, 4000),
        Scenario("no skill", 240, 1000, skill=False),
        Scenario("nothing differs in sum, but by genre", 240, 1000, other_genres=True),
        *(Scenario(f"planted {d:g}", 240, 1000, d) for d in (0.04, 0.12, 0.02, 0.06, 0.08)),
        *(Scenario(f"planted 0.04, {n} films", n, 500, 0.04) for n in (150, 500, 1000)),
        Scenario("nothing differs, 150 films", 150, 1000),
        Scenario("nothing differs, 60 films", 60, 1000),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.calibration",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--simulations", type=int, help="of each scenario, instead of its own")
    parser.add_argument(
        "--only", nargs="+", metavar="SCENARIO", help="renew these, keep the others"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    old = json.loads(arguments.results.read_text()) if arguments.only else {"scenarios": {}}
    found: dict[str, Any] = {
        "level": LEVEL,
        "seed": arguments.seed,
        "versions": versions(),
        "commit": commit(ROOT),
        "scenarios": old["scenarios"],
    }
    arguments.results.parent.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(arguments.workers) as pool:
        for scenario in scenarios():
            if arguments.only and scenario.name not in arguments.only:
                continue
            if arguments.simulations:
                scenario = replace(scenario, simulations=arguments.simulations)
            found["scenarios"][scenario.name] = run(scenario, arguments.seed, pool)
            arguments.results.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
            print(line(scenario, found["scenarios"][scenario.name]), flush=True)
    for few in few_films.few_films():
        if arguments.only and few.name not in arguments.only:
            continue
        if arguments.simulations:
            few = replace(few, simulations=arguments.simulations)
        found["scenarios"][few.name] = few_films.run(few, arguments.seed, load().judging)
        arguments.results.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        print(few_films.line(few, found["scenarios"][few.name]), flush=True)


def run(scenario: Scenario, seed: int, pool: ProcessPoolExecutor) -> dict[str, Any]:
    """Simulate a scenario in chunks over the pool's processes; its settings and its rates."""
    world = build(scenario)
    chunks = _batches(list(range(scenario.simulations)), CHUNK)
    outcomes: list[dict[str, float]] = []
    jobs = [pool.submit(simulate, scenario, world, seed, chunk) for chunk in chunks]
    for job in jobs:
        outcomes += job.result()
        end = "\n" if len(outcomes) == scenario.simulations else ""
        print(f"\r{scenario.name}: {len(outcomes)}", end=end, file=sys.stderr, flush=True)
    population = world.population_macro_ap()
    return {
        "settings": asdict(scenario) | {"macro_ap_of_both": population.round(6).tolist()},
        "rates": summarise(outcomes),
    }


def build(scenario: Scenario) -> World:
    """The world of a scenario, its two approaches' macro AP as the scenario says."""
    label_sets = films_of(read_catalogue(ROOT / "sample.txt"))[1]
    if not scenario.skill:
        discriminability = np.zeros((2, label_sets.shape[1]))
    else:
        shape = np.array(SHAPE)
        other = np.array(OTHER_SHAPE) if scenario.other_genres else shape
        discriminability = np.stack(
            [
                scaled_to(label_sets, shape, scenario.macro_ap + scenario.difference),
                scaled_to(label_sets, other, scenario.macro_ap),
            ]
        )
    return World(label_sets, discriminability, scenario.between_approaches, scenario.between_genres)


@cache
def expected_macro_ap(scenario: Scenario) -> float:
    """The second approach's, of as many films as the scenario has."""
    rng = np.random.default_rng(scenario.films)
    return float(build(scenario).expected_macro_ap(scenario.films, EXPECTED_DRAWS, rng)[1])


def simulate(
    scenario: Scenario, world: World, seed: int, numbers: list[int]
) -> list[dict[str, float]]:
    """What the judges say in each of some simulations, 1 where they say so and 0 where not."""
    truth = world.population_macro_ap()
    outcomes = []
    for number in numbers:
        # the seed of a simulation is its own, whatever process runs it; the scenario's films, since
        # equal draws in scenarios of equal size make their comparison one of pairs
        y_true, y_scores = world.draw(scenario.films, np.random.default_rng([seed, number]))
        if not scenario.skill:
            p = no_skill_test(y_true, y_scores[0], scenario.permutations, number).p_value
            outcomes.append({"permutation_test": float(p < LEVEL), "p": p})
            continue
        resamples = bootstrap_macro_average_precision(
            y_true, y_scores, scenario.resamples, seed=number
        )
        outcomes.append(
            _pair(resamples, y_true, y_scores, truth, scenario, number)
            | _level(resamples, expected_macro_ap(scenario), float(truth[1]))
        )
    return outcomes


def _pair(
    resamples: Resamples,
    y_true: np.ndarray,
    y_scores: np.ndarray,
    truth: np.ndarray,
    scenario: Scenario,
    number: int,
) -> dict[str, float]:
    estimate = paired_difference(resamples, 0, 1)
    first, second = y_scores
    p = paired_permutation_test(y_true, first, second, scenario.permutations, number).p_value
    said = verdict(estimate.lo, estimate.hi, p)
    others = {}
    for method in METHODS:
        other = paired_difference(resamples, 0, 1, method=method)
        others[f"interval_{method}"] = float(other.lo > 0 or other.hi < 0)
        others[f"covered_{method}"] = float(other.lo <= truth[0] - truth[1] <= other.hi)
    return others | {
        "interval": float(estimate.lo > 0 or estimate.hi < 0),
        "permutation_test": float(p < LEVEL),
        "verdict": float(said != 0),
        "verdict_wrong_way": float(said == -1),
        "covered": float(estimate.lo <= truth[0] - truth[1] <= estimate.hi),
        "half_width": (estimate.hi - estimate.lo) / 2,
        "p": p,
        "lo": estimate.lo,
        "hi": estimate.hi,
    }


def _level(resamples: Resamples, expected: float, population: float) -> dict[str, float]:
    """Of the second approach, whose truth is the same in all scenarios of a number of films."""
    found = {}
    for method in METHODS:
        estimate = approach_estimate(resamples, 1, method=method)
        found[f"covered_level_{method}"] = float(estimate.lo <= expected <= estimate.hi)
        found[f"half_width_single_{method}"] = (estimate.hi - estimate.lo) / 2
    return found | {"excess_single": float(resamples.point[1] - population)}


FAMILY = 5


def summarise(outcomes: list[dict[str, float]]) -> dict[str, float]:
    """Means over the simulations; and how often, of families of simulations, any is clear by Holm.

    `<name>_se` is the Monte Carlo standard error of a rate.
    """
    rates: dict[str, float] = {}
    for name in outcomes[0].keys() - {"p", "lo", "hi"}:
        values = np.array([outcome[name] for outcome in outcomes])
        rates[name] = round(float(values.mean()), 5)
        if set(values.tolist()) <= {0.0, 1.0}:
            rates[f"{name}_se"] = round(float(values.std() / np.sqrt(len(values))), 5)
    families = [family for family in _batches(outcomes, FAMILY) if len(family) == FAMILY]
    if families:
        rates[f"any_of_{FAMILY}_after_holm"] = float(np.mean([_any(f) for f in families]))
    return dict(sorted(rates.items()))


def _batches(items: list[Any], size: int) -> list[list[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def _any(family: list[dict[str, float]]) -> bool:
    adjusted = holm(np.array([outcome["p"] for outcome in family]))
    if "lo" not in family[0]:
        return bool((adjusted < LEVEL).any())
    pairs = zip(family, adjusted, strict=True)
    return any(verdict(outcome["lo"], outcome["hi"], p) for outcome, p in pairs)


def line(scenario: Scenario, found: dict[str, Any]) -> str:
    """A scenario as one reads it in a terminal."""
    rates = found["rates"]
    names = ("interval", "permutation_test", "verdict", "covered", "covered_level_jackknife")
    shown = ", ".join(f"{name} {100 * rates[name]:.1f}%" for name in names if name in rates)
    return f"{scenario.name} ({scenario.films} films, {scenario.simulations} simulations): {shown}"


if __name__ == "__main__":
    main()

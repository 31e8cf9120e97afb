"""Whether an outcome depends on factors: against references, false alarms, power."""

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import binomtest, fisher_exact

from stages.scoring.permutation import independence_tests


def made(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.random(n) < 0.2, rng.random((n, 6)) < np.linspace(0.02, 0.5, 6)


def tails(outcome: np.ndarray, factor: np.ndarray) -> float:
    """Twice the smaller of the two one-sided p of Fisher's exact test."""
    table = [[np.sum((factor == f) & (outcome == o)) for o in (1, 0)] for f in (1, 0)]
    sides = [fisher_exact(table, alternative=side).pvalue for side in ("less", "greater")]
    return min(1.0, 2 * min(sides))


def test_p_values_approach_the_exact_ones_of_all_exchanges() -> None:
    factors = np.array([[1, 1, 1, 0, 0, 0, 0, 0], [0, 1, 0, 1, 0, 1, 0, 1]], bool).T
    outcome = np.array([1, 1, 1, 0, 0, 0, 0, 0], bool)
    smallest = []
    for chosen in combinations(range(8), 3):
        lost = np.isin(np.arange(8), chosen)
        smallest.append(min(tails(lost, factor) for factor in factors.T))
    expected = [np.mean(np.array(smallest) <= tails(outcome, f) + 1e-12) for f in factors.T]
    found = independence_tests(outcome, factors, 5000, 0)
    assert expected[0] < 0.1 < expected[1]
    assert found == pytest.approx(expected, abs=0.02)


def test_a_p_value_lies_between_fishers_own_and_bonferronis() -> None:
    outcome, factors = made(300, 4)
    outcome |= factors[:, 3] & (np.random.default_rng(9).random(300) < 0.3)
    own = np.array([tails(outcome, factor) for factor in factors.T])
    found = independence_tests(outcome, factors, 2000, 0)
    assert found[3] < 0.01 and (np.delete(found, 3) > 0.05).all()
    assert (found <= np.minimum(6 * own, 1) * 1.2 + 0.002).all()
    assert (found >= own * 0.8).all()


def test_what_does_not_vary_is_no_finding() -> None:
    outcome, factors = made(50, 0)
    assert (independence_tests(np.zeros(50, bool), factors, 99, 0) == 1).all()
    assert (independence_tests(outcome, np.ones((50, 2), bool), 99, 0) == 1).all()


def test_films_of_a_group_that_share_their_outcome_raise_no_more_alarms() -> None:
    """Forty series of five films, alike in genres, gone or there as a whole, at random."""
    grouped = alone = 0
    groups, runs = np.repeat(np.arange(40), 5), 300
    for seed in range(runs):
        outcome, factors = (np.repeat(part, 5, axis=0) for part in made(40, seed))
        grouped += independence_tests(outcome, factors, 99, seed, groups).min() <= 0.05
        alone += independence_tests(outcome, factors, 99, seed).min() <= 0.05
    assert grouped / runs < 0.05 or binomtest(grouped, runs, 0.05).pvalue > 0.01
    assert alone > 0.5 * runs

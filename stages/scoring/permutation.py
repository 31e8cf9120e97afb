"""Permutation tests: does this approach have any skill, do these two differ; and Holm."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from stages.errors import BenchmarkError
from stages.scoring.averaging import average_over_genres, ratio
from stages.scoring.bootstrap import Groups, group_numbers
from stages.scoring.validate import Bools, Floats, Ints, RealScores, validate
from stages.scoring.weighted import weighted_average_precision

ROUNDING = 1e-12


@dataclass(frozen=True)
class PermutationTest:
    """A difference and how often chance alone gives one as large."""

    difference: float
    p_value: float
    n_permutations: int


def paired_permutation_test(
    y_true: Bools,
    first: RealScores,
    second: RealScores,
    n_permutations: int,
    seed: int,
    groups: Groups = None,
) -> PermutationTest:
    """Test whether two approaches differ in macro average precision, two-sided.

    Under the null hypothesis a film does not care which of the two scored it: film by film (or
    group by group) a coin decides whether the two swap. Scores are turned into ranks within
    approach and genre first, which changes no average precision and keeps a difference in
    calibration from counting as one in skill. p = (1 + as large) / (1 + permutations), Phipson &
    Smyth 2010. y_true, first, second: (n_films, n_genres); groups: (n_films,) or None. Raises
    BenchmarkError on bad arrays or if no film has any genre.
    """
    validate(y_true, first)
    validate(y_true, second)
    _require_positives(y_true)
    ranks = np.concatenate([rankdata(first, axis=0), rankdata(second, axis=0)])
    truths = np.concatenate([y_true, y_true])
    group = group_numbers(len(y_true), groups)
    rng = np.random.default_rng(seed)
    swap = rng.integers(2, size=(int(group.max()) + 1, n_permutations)).astype(np.float64)[group]
    swap = np.concatenate([np.zeros((len(y_true), 1)), swap], axis=1)
    sides = np.block([[1 - swap, swap], [swap, 1 - swap]])  # as assigned, and the other way round
    one, other = np.split(_macro(truths, ranks, sides), 2)
    differences = one - other
    observed, permuted = float(differences[0]), differences[1:]
    return PermutationTest(observed, _p_value(np.abs(permuted), abs(observed)), n_permutations)


def no_skill_test(
    y_true: Bools, y_score: RealScores, n_permutations: int, seed: int, groups: Groups = None
) -> PermutationTest:
    """Test whether an approach orders the films any better than if its scores were shuffled.

    Whole films' genre sets are dealt out anew; one-sided. Films of a group are alike: a group's
    sets go together to another group of as many films. The difference is macro average precision
    minus its mean over the deals. Use this rather than a difference from label frequencies: those
    tie all films and score the bare prevalence, which any untied scores exceed by luck (see
    `references.expected_random_average_precision`). y_true, y_score: (n_films, n_genres); groups:
    (n_films,) or None. Raises
    BenchmarkError on bad arrays or if no film has any genre.
    """
    validate(y_true, y_score)
    _require_positives(y_true)
    rng = np.random.default_rng(seed)
    deals = _deals(group_numbers(len(y_true), groups), n_permutations, rng)
    columns = zip(y_true.T, y_score.T, strict=True)
    macro, _ = average_over_genres(np.stack([_dealt(t[deals], s) for t, s in columns], axis=1))
    observed, dealt = float(macro[0]), macro[1:]
    return PermutationTest(
        observed - float(dealt.mean()), _p_value(dealt, observed), n_permutations
    )


def holm(p_values: Floats) -> Floats:
    """Adjust p-values so that rejecting below a level errs at most so often over the family.

    Holm 1979, step-down. p_values: (n_tests,). Returns (n_tests,) in the same order.
    """
    order = np.argsort(p_values, kind="stable")
    factors = np.arange(len(p_values), 0, -1)
    stepped = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1.0)
    adjusted = np.empty(len(p_values))
    adjusted[order] = stepped
    return adjusted


def _p_value(permuted: Floats, observed: float) -> float:
    as_large = int(np.sum(permuted >= observed - ROUNDING))
    return (1 + as_large) / (1 + len(permuted))


def _require_positives(y_true: Bools) -> None:
    if not y_true.any():
        raise BenchmarkError(
            "there is nothing to compare",
            where="y_true",
            found=f"{len(y_true)} films without any genre",
            expected="at least one film with a genre",
            do="check the genres chosen and the films judged",
        )


def _deals(group: Ints, n_permutations: int, rng: np.random.Generator) -> Ints:
    """Whose genre set each film gets, (n_permutations + 1, n_films): its own in the first row."""
    deals = np.tile(np.arange(len(group)), (n_permutations + 1, 1))
    size_of = np.bincount(group)[group]
    together = np.argsort(group, kind="stable")
    for size in np.unique(size_of):
        members = together[size_of[together] == size]
        blocks = members.reshape(-1, size)  # one row a group
        order = np.tile(np.arange(len(blocks)), (n_permutations, 1))
        deals[1:, members] = blocks[rng.permuted(order, axis=1)].reshape(n_permutations, -1)
    return deals


def _dealt(truths: Bools, score: RealScores) -> Floats:
    """Average precision of one genre under each row of truths (n_draws, n_films)."""
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    hits = np.cumsum(truths[:, order], axis=1)[:, ends]
    steps = np.diff(hits, axis=1, prepend=0) * (hits / (ends + 1))
    return ratio(steps.sum(axis=1), hits[:, -1])


def _macro(truths: Bools, ranks: Floats, weights: Floats) -> Floats:
    """Macro average precision under each column of weights, (n_draws,)."""
    columns = zip(truths.T, ranks.T, strict=True)
    means, _ = average_over_genres(
        np.stack([weighted_average_precision(t, r, weights) for t, r in columns], axis=1)
    )
    return means

"""Permutation tests of skill, a paired difference and independence."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy.stats import hypergeom, rankdata

from stages.base.counting import counted
from stages.base.errors import BenchmarkError
from stages.scoring.averaging import average_over_genres, ratio
from stages.scoring.bootstrap import BLOCK_BYTES, Groups, block_width, encode_groups
from stages.scoring.threads import in_threads
from stages.scoring.validate import Bools, Floats, Ints, RealScores, validate
from stages.scoring.weighted import Bytes, Ranked, Weights, average_precisions

ROUNDING = 1e-12
MAX_AT_ONCE = 512  # permutations worked on at once, and fewer where there are many films


@dataclass(frozen=True)
class PermutationTest:
    """A difference and how often chance alone gives one as large."""

    difference: float
    """In macro average precision."""
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

    Under the null hypothesis the two are exchangeable for each film: film by film (or group by
    group) a coin decides whether they swap. Scores are turned into ranks within
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
    group = encode_groups(len(y_true), groups)
    swaps = _draw_swaps(int(group.max()) + 1, n_permutations, np.random.default_rng(seed))
    width = min(block_width(4 * len(y_true)), MAX_AT_ONCE)
    ranked = [Ranked(truth, rank, 2 * width) for truth, rank in zip(truths.T, ranks.T, strict=True)]

    def sides() -> Iterator[Weights]:
        for start in range(0, 1 + n_permutations, width):
            swap = _unpack(swaps, start, min(width, 1 + n_permutations - start))[group]
            yield Weights(np.block([[1 - swap, swap], [swap, 1 - swap]]))  # as assigned, or not

    parts = []
    for found in zip(*average_precisions(ranked, sides()), strict=True):
        one, other = np.split(average_over_genres(np.stack(found, axis=1))[0], 2)
        parts.append(one - other)
    differences = np.concatenate(parts)
    observed, permuted = float(differences[0]), differences[1:]
    return PermutationTest(observed, _p_value(np.abs(permuted), abs(observed)), n_permutations)


def no_skill_test(
    y_true: Bools, y_score: RealScores, n_permutations: int, seed: int, groups: Groups = None
) -> PermutationTest:
    """Test whether an approach orders the films any better than if its scores were shuffled.

    Whole films' genre sets are permuted; one-sided. Films of a group are alike: a group's sets go
    together to another group of as many films. The difference is macro average precision minus its
    mean over the permutations. Use this rather than a difference from label frequencies: those
    tie all films and score the bare prevalence, which any untied scores exceed by chance (see
    `references.expected_random_average_precision`). y_true, y_score: (n_films, n_genres); groups:
    (n_films,) or None. Raises BenchmarkError on bad arrays or if no film has any genre.
    """
    validate(y_true, y_score)
    _require_positives(y_true)
    rng = np.random.default_rng(seed)
    group = encode_groups(len(y_true), groups)
    parts = []
    columns = [
        (np.flatnonzero(truth), _taken_with(score))
        for truth, score in zip(y_true.T, y_score.T, strict=True)
    ]
    for orders in _permutations(group, n_permutations, rng):
        found = in_threads(partial(_permuted_average_precision, _inverted(orders)), columns)
        parts.append(average_over_genres(np.stack(found, axis=1))[0])
    macro = np.concatenate(parts)
    observed, permuted = float(macro[0]), macro[1:]
    return PermutationTest(
        observed - float(permuted.mean()), _p_value(permuted, observed), n_permutations
    )


def independence_tests(
    outcome: Bools, factors: Bools, n_permutations: int, seed: int, groups: Groups = None
) -> Floats:
    """Test of each yes/no factor whether a yes/no outcome depends on it: adjusted p, (n_factors,).

    Each factor is held against the films without it by the two tails of Fisher's exact test, which
    serve rare factors and frequent ones alike. The p of a factor is the share of permutations in
    which any factor gives one as small (min-P of Westfall & Young 1993): so the smallest tests
    whether the outcome is independent of all of them. Groups of films exchange their outcomes as a
    whole with other groups of as many films. outcome: (n_films,); factors: (n_films, n_factors);
    groups: (n_films,) or None.
    """
    group = encode_groups(len(outcome), groups)
    chance = [_two_tails(outcome, factor) for factor in factors.T]
    rng, columns = np.random.default_rng(seed), factors.astype(np.float64)
    found = np.concatenate(
        [
            np.stack([p[count] for p, count in zip(chance, counts.T, strict=True)], axis=1)
            for orders in _permutations(group, n_permutations, rng)
            for counts in [np.rint(outcome[orders] @ columns).astype(np.int64)]
        ]
    )
    observed, smallest = found[0], found[1:].min(axis=1)
    return np.array([_p_value(-smallest, -p) for p in observed])


def _two_tails(outcome: Bools, factor: Bools) -> Floats:
    """Fisher's p, twice the smaller tail, by how many films with the factor have the outcome."""
    of_factor = hypergeom(len(outcome), int(outcome.sum()), int(factor.sum()))
    counts = np.arange(int(factor.sum()) + 1)
    return np.minimum(2 * np.minimum(of_factor.cdf(counts), of_factor.sf(counts - 1)), 1.0)


def _p_value(permuted: Floats, observed: float) -> float:
    as_large = int(np.sum(permuted >= observed - ROUNDING))
    return (1 + as_large) / (1 + len(permuted))


def _require_positives(y_true: Bools) -> None:
    if not y_true.any():
        raise BenchmarkError(
            "there is nothing to compare",
            where="y_true",
            found=f"{counted(len(y_true), 'film')} without any genre",
            expected="at least one film with a genre",
            do="check the genres chosen and the films judged",
        )


def _draw_swaps(n_groups: int, n_permutations: int, rng: np.random.Generator) -> Bytes:
    """Which groups swap in each permutation, packed bits (n_groups, n_bytes); none in the first."""
    rows = max(BLOCK_BYTES // (16 * n_permutations), 1)
    packed = []
    for start in range(0, n_groups, rows):
        drawn = rng.integers(2, size=(min(rows, n_groups - start), n_permutations))
        packed.append(np.packbits(np.pad(drawn, ((0, 0), (1, 0))).astype(np.bool_), axis=1))
    return np.concatenate(packed)


def _unpack(swaps: Bytes, start: int, count: int) -> Bytes:
    """The bits of some permutations, (n_groups, count) of 0 and 1."""
    first = start // 8
    bits = np.unpackbits(swaps[:, first : (start + count + 7) // 8], axis=1)
    return bits[:, start - 8 * first :][:, :count]


def _permutations(group: Ints, n_permutations: int, rng: np.random.Generator) -> Iterator[Ints]:
    """Whose genre set each film gets, in blocks of (n, n_films): its own first, then permuted."""
    yield np.arange(len(group))[None]
    size_of = np.bincount(group)[group]
    together = np.argsort(group, kind="stable")
    rows = max(BLOCK_BYTES // (32 * len(group)), 1)
    counts = [min(rows, n_permutations - start) for start in range(0, n_permutations, rows)]
    sizes: list[tuple[Ints, np.random.Generator]] = []
    for size in np.unique(size_of):
        blocks = together[size_of[together] == size].reshape(-1, size)  # one row a group
        if sizes:  # all permutations of one size are drawn before those of the next
            before, drawn = sizes[-1][0], sizes[-1][1]
            sizes[-1] = before, deepcopy(drawn)
            for count in counts:
                _shuffled(len(before), count, drawn)
        sizes.append((blocks, rng))
    for count in counts:
        orders = np.empty((count, len(group)), np.int64)
        for blocks, drawn in sizes:
            order = _shuffled(len(blocks), count, drawn)
            orders[:, blocks.ravel()] = blocks[order].reshape(count, -1)
        yield orders


def _shuffled(length: int, count: int, rng: np.random.Generator) -> Ints:
    return rng.permuted(np.tile(np.arange(length), (count, 1)), axis=1)


def _inverted(orders: Ints) -> npt.NDArray[np.int32]:
    """Which film gets the genre set of each, (n_draws, n_films); orders: whose each film gets."""
    found = np.empty(orders.shape, np.int32)
    for order, receiver in zip(orders, found, strict=True):
        receiver[order] = np.arange(len(order), dtype=np.int32)
    return found


def _taken_with(score: RealScores) -> npt.NDArray[np.int32]:
    """How many films have a score at least as high as each, (n_films,)."""
    return (len(score) + 1 - rankdata(score, method="min")).astype(np.int32)


def _permuted_average_precision(
    receivers: npt.NDArray[np.int32], column: tuple[Ints, npt.NDArray[np.int32]]
) -> Floats:
    """Average precision of one genre under each permutation, (n_draws,).

    receivers: (n_draws, n_films), as `_inverted` has it; column: the films with the genre, and how
    many are taken with each film. A film adds the share of positives among those taken with it.
    """
    positives, taken_with = column
    taken = np.sort(taken_with[receivers[:, positives]], axis=1)
    hits = np.broadcast_to(np.arange(1, len(positives) + 1), taken.shape).copy()
    hits[:, :-1][taken[:, :-1] == taken[:, 1:]] = len(positives)  # of equals the last one's
    hits = np.minimum.accumulate(hits[:, ::-1], axis=1)[:, ::-1]
    return ratio((hits / taken).sum(axis=1), len(positives))

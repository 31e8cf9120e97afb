from itertools import permutations, product

import numpy as np
import pytest
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score

from stages.base.errors import BenchmarkError
from stages.scoring import bootstrap, permutation
from stages.scoring.holm import holm
from stages.scoring.permutation import no_skill_test, paired_permutation_test

TRUE = np.array([[1, 0], [0, 1], [1, 0], [0, 1], [0, 1], [1, 1]], dtype=bool)


def _two(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=TRUE.shape), rng.normal(size=TRUE.shape) + TRUE


@pytest.mark.parametrize("seed", range(3))
def test_paired_p_value_approaches_the_exact_one(seed: int) -> None:
    first, second = _two(seed)
    a, b = rankdata(first, axis=0), rankdata(second, axis=0)
    exact = []
    for swap in product((False, True), repeat=6):
        mask = np.array(swap)[:, None]
        exact.append(
            average_precision_score(TRUE, np.where(mask, b, a))
            - average_precision_score(TRUE, np.where(mask, a, b))
        )
    expected = np.mean(np.abs(exact) >= abs(exact[0]) - 1e-12)
    result = paired_permutation_test(TRUE, first, second, 4000, seed=1)
    assert result.difference == pytest.approx(exact[0], abs=1e-12)
    assert result.p_value == pytest.approx(expected, abs=0.03)


def test_a_film_may_carry_either_score_but_not_both() -> None:
    # one film with the genre, first always above it in one approach and below in the other
    y_true = np.array([[True], [False]])
    first, second = np.array([[1.0], [0.0]]), np.array([[0.0], [1.0]])
    result = paired_permutation_test(y_true, first, second, 999, seed=0)
    # kept or both swapped: +-0.5; one swapped: tied, 0. So half of the permutations reach 0.5.
    assert result.difference == 0.5
    assert result.p_value == pytest.approx(0.5, abs=0.05)
    grouped = paired_permutation_test(y_true, first, second, 99, 0, groups=np.array([1, 1]))
    assert grouped.p_value == 1.0


def test_scale_does_not_matter_and_equals_do_not_differ() -> None:
    first, second = _two(0)
    plain = paired_permutation_test(TRUE, first, second, 200, seed=0)
    assert plain == paired_permutation_test(TRUE, np.exp(first) * 50, second, 200, seed=0)
    assert paired_permutation_test(TRUE, first, first, 99, seed=0).p_value == 1.0


def test_smallest_p_value_is_not_zero() -> None:
    rng = np.random.default_rng(0)
    y_true = rng.random((80, 3)) < 0.4
    noise = rng.random(y_true.shape)
    result = paired_permutation_test(y_true, y_true + 0.1 * noise, noise, 199, seed=0)
    assert result.p_value == 1 / 200
    assert no_skill_test(y_true, y_true + 0.1 * noise, 199, seed=0).p_value == 1 / 200


@pytest.mark.parametrize("seed", range(3))
def test_no_skill_p_value_approaches_the_exact_one(seed: int) -> None:
    score = np.round(_two(seed)[1], 1)
    exact = [average_precision_score(TRUE[list(order)], score) for order in permutations(range(6))]
    result = no_skill_test(TRUE, score, 4000, seed=1)
    assert result.p_value == pytest.approx(np.mean(np.array(exact) >= exact[0] - 1e-12), abs=0.03)
    assert result.difference == pytest.approx(exact[0] - np.mean(exact), abs=0.01)


def test_constant_scores_have_no_skill() -> None:
    result = no_skill_test(TRUE, np.zeros(TRUE.shape), 99, seed=0)
    assert result.p_value == 1.0
    assert result.difference == pytest.approx(0.0)


def test_nothing_to_compare() -> None:
    nothing, score = np.zeros((3, 2), dtype=bool), np.zeros((3, 2))
    with pytest.raises(BenchmarkError, match="nothing to compare"):
        no_skill_test(nothing, score, 9, seed=0)
    with pytest.raises(BenchmarkError, match="nothing to compare"):
        paired_permutation_test(nothing, score, score, 9, seed=0)


def test_holm_by_hand() -> None:
    # sorted .01 .02 .03 .04 times 4 3 2 1: .04 .06 .06 .04, never falling: .04 .06 .06 .06
    adjusted = holm(np.array([0.03, 0.01, 0.04, 0.02]))
    np.testing.assert_allclose(adjusted, [0.06, 0.04, 0.06, 0.06])
    np.testing.assert_allclose(holm(np.array([0.9, 0.8])), [1.0, 1.0])
    assert holm(np.array([])).shape == (0,)


def test_without_skill_films_of_a_group_stay_together():
    """Sequels share genres and scores: film by film two lucky series look like many lucky films."""
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(12), 5)
    found = []
    for _ in range(60):
        y_true = (rng.random((12, 3)) < 0.4)[group]
        score = rng.random((12, 3))[group] + 0.01 * rng.random((60, 3))
        found.append(
            [no_skill_test(y_true, score, 99, 0, groups).p_value < 0.1 for groups in (None, group)]
        )
    alone, together = np.mean(found, axis=0)
    assert alone > 0.2 and together <= 0.2


def test_a_group_that_has_none_of_its_size_to_change_with_stays():
    y_true = np.array([[1, 0], [1, 0], [0, 1], [0, 0]], bool)
    result = no_skill_test(y_true, y_true + 0.0, 400, 0, np.array([0, 0, 1, 2]))
    # only the last two can swap: half of the permutations are as they were
    assert result.p_value == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize("groups", [None, np.array([0, 0, 1, 1, 2, 3])])
def test_blocks_do_not_change_what_is_permuted(
    groups: np.ndarray | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def both() -> list[float]:
        paired = paired_permutation_test(TRUE, *_two(7), 300, seed=2, groups=groups)
        alone = no_skill_test(TRUE, _two(7)[1], 300, seed=2, groups=groups)
        return [paired.p_value, alone.p_value, paired.difference, alone.difference]

    whole = both()
    monkeypatch.setattr(permutation, "BLOCK_BYTES", 1 << 10)
    monkeypatch.setattr(bootstrap, "BLOCK_BYTES", 1 << 10)
    np.testing.assert_allclose(both(), whole, rtol=1e-12)
    assert min(whole[:2]) > 0.01 and max(whole[:2]) < 1

"""Epochs and weight decay of what is trained by steps: what is chosen, and on what."""

from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score

from stages.base.params import HeadParams
from stages.base.params.budgets import FixedParams
from stages.fitting import choosing, trainer, training
from stages.fitting.batch import ModelBatch
from stages.fitting.fitted import Fitted
from stages.fitting.inputs import Inputs
from stages.fitting.items import Items

DECAYS = (0.01, 1.0, 10.0)
BUDGET = HeadParams(
    epochs=(3, 12),
    batch_size=32,
    learning_rate=0.03,
    weight_decay=DECAYS,
    fixed=FixedParams(epochs=3, weight_decay=10.0),
)


def corpus(n_films: int = 120, n_folds: int = 5) -> tuple[Items, np.ndarray, np.ndarray]:
    """Items, labels, folds: more features than the few films can do without a decay."""
    rng = np.random.default_rng(n_films)
    y = (rng.random((n_films, 3)) < 0.35).astype(np.float32)
    x = rng.normal(size=(n_films, 40)) + 0.3 * y @ rng.normal(size=(3, 40))
    return Items(x.astype(np.float32), np.arange(n_films)), y, np.arange(n_films) % n_folds


def fit(
    items: Items, y: np.ndarray, fold: np.ndarray, budget: HeadParams = BUDGET, head: str = "mlp"
) -> Fitted:
    return training.cross_validate(items, [y], fold, head, budget, (0, 1))[0][0]


def only(decay: float, epochs: tuple[int, ...] = (3, 12)) -> HeadParams:
    fixed = FixedParams(epochs=epochs[-1], weight_decay=decay)
    return replace(BUDGET, epochs=epochs, weight_decay=(decay,), fixed=fixed)


def test_a_fold_takes_the_decay_that_a_loop_over_inner_scores_chooses():
    """Each decay alone scores the inner films; scikit-learn ranks, the rule is written out."""
    items, y, fold = corpus()
    alone = [fit(items, y, fold, only(decay, (12,))) for decay in DECAYS]
    fixed = FixedParams(epochs=12, weight_decay=DECAYS[-1])
    found, taken = fit(items, y, fold, replace(BUDGET, epochs=(12,), fixed=fixed)), []
    for outer in range(5):
        films = fold != outer
        ap = np.array(
            [
                average_precision_score(y[films], each.inner[outer][films], average=None)
                for each in alone
            ]
        )
        best = ap.mean(axis=1).argmax()
        gap = ap[best] - ap
        good = gap.mean(axis=1) <= gap.std(axis=1, ddof=1) / 3**0.5
        taken.append(int(np.flatnonzero(good)[-1]))  # the last is the fixed one
        np.testing.assert_allclose(
            found.score[:, fold == outer], alone[taken[-1]].score[:, fold == outer], atol=1e-5
        )
    assert len(set(taken)) > 1  # so that the choice says something
    folds = [curve.values[0, 1] for curve in found.chosen]
    assert folds == np.bincount(taken, minlength=3).tolist()


def test_a_check_point_is_the_same_run_cut_short():
    """The last one is what the run ends in; an earlier one what it was on its way."""
    items, y, fold = corpus()
    last = fit(items, y, fold, only(0.01, (12,)))
    both = only(0.01)
    early = replace(both, fixed=FixedParams(epochs=3, weight_decay=0.01))
    _, at_last = training.cross_validate(items, [y], fold, "mlp", both, (0, 1))
    _, at_first = training.cross_validate(items, [y], fold, "mlp", early, (0, 1))
    assert at_last is not None and at_first is not None
    np.testing.assert_allclose(at_last.score, last.score, atol=1e-6)
    np.testing.assert_allclose(at_last.inner, last.inner, atol=1e-6)
    assert np.abs(at_first.score - last.score).max() > 0.05


def test_without_a_choice_every_fold_takes_the_fixed_setting():
    items, y, fold = corpus()
    budget = replace(BUDGET, fixed=FixedParams(epochs=12, weight_decay=1.0))
    _, fixed = training.cross_validate(items, [y], fold, "mlp", budget, (0, 1))
    expected = fit(items, y, fold, only(1.0, (12,)))
    assert fixed is not None
    np.testing.assert_allclose(fixed.score, expected.score, atol=1e-5)
    np.testing.assert_allclose(fixed.inner, expected.inner, atol=1e-5)


def test_with_one_setting_there_is_nothing_to_compare():
    items, y, fold = corpus()
    found, fixed = training.cross_validate(items, [y], fold, "mlp", only(0.01, (3,)), (0,))
    assert fixed is None and found[0].chosen == ()


def test_no_film_lies_behind_its_own_inner_score():
    """inner[f] of fold j: models and their choice knew neither f nor j."""
    items, y, fold = corpus()
    before = fit(items, y, fold).inner[0][fold == 3]
    labels = y.copy()
    labels[fold == 3] = 1 - labels[fold == 3]
    np.testing.assert_array_equal(before, fit(items, labels, fold).inner[0][fold == 3])
    labels = y.copy()
    labels[fold == 0] = 1 - labels[fold == 0]
    np.testing.assert_array_equal(before, fit(items, labels, fold).inner[0][fold == 3])


def test_no_film_lies_behind_the_choice_it_is_scored_by():
    items, y, fold = corpus()
    before = fit(items, y, fold).score[:, fold == 1]
    labels = y.copy()
    labels[fold == 1] = 1 - labels[fold == 1]
    # other folds may choose otherwise, and steps of more models at once round differently
    np.testing.assert_allclose(before, fit(items, labels, fold).score[:, fold == 1], atol=1e-6)


def test_a_leak_in_the_choice_is_seen():
    """If pairs chose with the films of both folds, the test above would fail."""
    items, y, fold = corpus()
    honest = choosing.rank

    def leaky(scored, y, fold_of, without, columns):
        if len(without) < 2:
            return honest(scored, y, fold_of, without, columns)
        films = np.isin(fold_of, without)
        return choosing.average_precision(scored[without][:, films], y[films])

    def inner(labels: np.ndarray) -> np.ndarray:
        return fit(items, labels, fold).inner[0][fold == 3]

    flipped = y.copy()
    flipped[fold == 3] = 1 - flipped[fold == 3]
    with patch.object(training, "rank", leaky):
        assert not np.array_equal(inner(y), inner(flipped))


def test_the_models_that_are_kept_are_those_of_the_chosen_setting():
    items, y, fold = corpus()
    found = fit(items, y, fold)
    tensors = {name: torch.from_numpy(value) for name, value in found.tensors.items()}
    models, inputs = ModelBatch.from_tensors("mlp", items, 3, tensors), Inputs(items)
    for number in range(5):
        films = np.flatnonzero(fold == number)
        for seed in range(2):
            job = 2 * number + seed
            scores = models.predict(job, inputs, torch.from_numpy(films))[0].sigmoid()
            np.testing.assert_allclose(scores.cpu(), found.score[seed, films], atol=1e-5)


@pytest.mark.parametrize("n_folds", [2, 3, 4])
def test_few_folds_leave_less_to_choose_on(n_folds):
    items, y, fold = corpus(n_folds=n_folds)
    found = fit(items, y, fold)
    assert np.isfinite(found.score).all()
    assert np.isnan(found.inner).all() == (n_folds == 2)
    if n_folds == 2:
        assert [curve.values[:, 1].tolist() for curve in found.chosen] == [[0, 0], [0, 0], [2, 0]]


def test_each_label_set_chooses_for_itself():
    items, y, fold = corpus()
    fewer = np.where([True, False, True], y, np.nan)
    together, _ = training.cross_validate(items, [y, fewer], fold, "mlp", BUDGET, (0, 1))
    for found, target in zip(together, (y, fewer), strict=True):
        alone = fit(items, target, fold)
        np.testing.assert_allclose(found.score, alone.score, atol=1e-5)
        np.testing.assert_allclose(found.inner, alone.inner, atol=1e-5)
        for a, b in zip(found.chosen, alone.chosen, strict=True):
            np.testing.assert_allclose(a.values, b.values, atol=1e-5)


def test_maps_in_processes_of_their_own_are_scored_alike():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 1, 8, 8)).astype(np.float32), rng.random((30, 2)) < 0.4
    items, fold = Items(x, np.arange(30)), np.arange(30) % 3
    budget = replace(only(0.01, (1, 2)), batch_size=8)
    here = fit(items, y, fold, budget, "conv")
    with patch.object(trainer, "WORTH_PROCESSES", 0):
        there = fit(items, y, fold, budget, "conv")
    np.testing.assert_allclose(here.score, there.score, atol=1e-5)
    np.testing.assert_allclose(here.curves.values, there.curves.values, atol=1e-5)
    for name, value in here.tensors.items():
        np.testing.assert_allclose(value, there.tensors[name], atol=1e-5)

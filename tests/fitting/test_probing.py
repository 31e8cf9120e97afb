"""Probes in all folds: what is chosen, and on what."""

import dataclasses
from unittest.mock import patch

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.neighbors import NearestNeighbors

from stages.base.errors import BenchmarkError
from stages.base.params import ProbeParams
from stages.fitting import choosing, probing
from stages.fitting.fitted import Fitted
from stages.fitting.items import Items
from stages.fitting.scaling import mean_and_std, standardised

LINEAR = ProbeParams(grid=(0.0001, 0.001, 0.01, 0.1, 1.0), fixed=0.01)
KNN = ProbeParams(grid=(1, 5, 20), fixed=5)
BOTH = pytest.mark.parametrize(("head", "params"), [("linear", LINEAR), ("knn", KNN)])


def corpus(
    n_films: int = 150, dim: int = 8, n_folds: int = 5, tell: float = 1.0
) -> tuple[Items, np.ndarray, np.ndarray]:
    """Items, labels, folds; tell: how much the features tell of the labels."""
    rng = np.random.default_rng(n_films + dim)
    y = (rng.random((n_films, 3)) < 0.35).astype(np.float32)
    x = rng.normal(size=(n_films, dim)) + tell * y @ rng.normal(size=(3, dim))
    return Items(x.astype(np.float32), np.arange(n_films)), y, np.arange(n_films) % n_folds


def fit(items: Items, y: np.ndarray, fold: np.ndarray, head: str, params: ProbeParams) -> Fitted:
    return probing.cross_validate(items, [y], fold, head, params, 1)[0][0]


def ap(y: np.ndarray, scores: np.ndarray) -> list[float]:
    """By genre."""
    columns = zip(y.T, scores.T, strict=True)
    return [average_precision_score(truth, score) for truth, score in columns]


def one_standard_error(ranked: list[list[float]]) -> int:
    """As the rule is written: nearest to the fixed one of those that are as good as the best."""
    fixed = LINEAR.grid.index(LINEAR.fixed)
    best = max(range(len(ranked)), key=lambda number: np.mean(ranked[number]))
    gaps = [[b - a for b, a in zip(ranked[best], each, strict=True)] for each in ranked]
    limits = [np.std(gap, ddof=1) / len(gap) ** 0.5 for gap in gaps]
    good = [n for n, gap in enumerate(gaps) if np.mean(gap) <= limits[n]]
    return min(good, key=lambda number: abs(number - fixed))


def features(items: Items) -> np.ndarray:
    assert isinstance(items.x, np.ndarray)
    return items.x


def taken(fitted: Fitted) -> list[float]:
    """The settings, each as often as folds take it."""
    folds = fitted.curves.values[:, fitted.curves.parts.index("folds")].astype(int)
    return np.repeat(fitted.curves.steps, folds).tolist()


def test_the_strength_of_each_fold_is_what_a_loop_over_inner_folds_chooses():
    items, y, fold = corpus(tell=0.6)
    found, chosen = fit(items, y, fold, "linear", LINEAR), []
    expected = np.full(y.shape, np.nan)
    for outer in range(5):
        rest = [f for f in range(5) if f != outer]
        ranked = []
        for strength in LINEAR.grid:
            inner = [by_hand(features(items), y, fold, (outer, f), f, strength) for f in rest]
            truth = np.concatenate([y[fold == f] for f in rest])
            ranked.append(ap(truth, np.concatenate(inner)))
        chosen.append(LINEAR.grid[one_standard_error(ranked)])
        expected[fold == outer] = by_hand(features(items), y, fold, (outer,), outer, chosen[-1])
    assert taken(found) == sorted(chosen)
    np.testing.assert_allclose(found.score[0], expected, atol=1e-5)


def by_hand(
    x: np.ndarray, y: np.ndarray, fold: np.ndarray, without: tuple, scored: int, strength: float
) -> np.ndarray:
    train = np.flatnonzero(~np.isin(fold, without))
    z = standardised(x, *mean_and_std(x, np.ones(len(x)), train))
    columns = []
    for truth in y.T:
        model = LogisticRegression(C=strength, tol=1e-8, max_iter=10_000)
        model.fit(z[train], truth[train])
        columns.append(model.predict_proba(z[fold == scored])[:, 1])
    return np.stack(columns, axis=1)


def test_neighbours_are_those_of_scikit_learn():
    items, y, fold = corpus()
    params = ProbeParams(grid=(5,), fixed=5)
    found = fit(items, y, fold, "knn", params).score[0]
    train, held = np.flatnonzero(fold != 2), fold == 2
    z = standardised(features(items), *mean_and_std(features(items), np.ones(len(fold)), train))
    nearest = NearestNeighbors(n_neighbors=5, metric="cosine").fit(z[train])
    distance, place = nearest.kneighbors(z[held])
    weight = 2 - distance  # 1 + cosine
    expected = (weight[..., None] * y[train][place]).sum(1) / weight.sum(1)[:, None]
    np.testing.assert_allclose(found[held], expected, atol=1e-5)


@BOTH
def test_nothing_of_a_fold_lies_behind_what_it_is_scored_or_tuned_by(head, params):
    items, y, fold = corpus(tell=0.3)
    before = fit(items, y, fold, head, params)
    x, labels = features(items).copy(), y.copy()
    x[fold == 1], labels[fold == 1] = 100 * x[fold == 1][::-1], 1 - labels[fold == 1]
    after = fit(Items(x, items.film), labels, fold, head, params)
    # but for the last digits: the way to an optimum, not the optimum, is found on all items
    digits = {"linear": 1e-6, "knn": 0}[head]
    np.testing.assert_allclose(before.inner[1], after.inner[1], rtol=0, atol=digits)
    # the fold's own model, and so its choice
    for name, value in before.tensors.items():
        if name.startswith("1."):
            np.testing.assert_allclose(value, after.tensors[name], rtol=1e-5, atol=1e-5)


@BOTH
def test_no_film_lies_behind_its_own_inner_score(head, params):
    """inner[f] of fold j: models and their choice knew neither f nor j."""
    items, y, fold = corpus(tell=0.3)
    before = fit(items, y, fold, head, params).inner[0][fold == 3]
    labels = y.copy()
    labels[fold == 3] = 1 - labels[fold == 3]
    after = fit(items, labels, fold, head, params).inner[0][fold == 3]
    np.testing.assert_array_equal(before, after)


def test_a_leak_in_the_choice_is_seen():
    """If pairs chose with the films of both folds, the two tests above would fail."""
    items, y, fold = corpus(tell=0.3)
    honest = choosing.rank

    def leaky(scored, y, fold_of, without, columns):
        if len(without) < 2:
            return honest(scored, y, fold_of, without, columns)
        films = np.isin(fold_of, without)
        found = scored[without][:, films][:, :, columns]
        return choosing.average_precision(found, y[films][:, columns])

    def changed(labels: np.ndarray) -> np.ndarray:
        return fit(items, labels, fold, "linear", LINEAR).inner[0][fold == 3]

    flipped = y.copy()
    flipped[fold == 3] = 1 - flipped[fold == 3]
    with patch.object(probing, "rank", leaky):
        assert not np.array_equal(changed(y), changed(flipped))


def test_only_what_leaves_out_three_folds_is_solved_roughly():
    items, y, fold = corpus()
    rough: dict[int, bool] = {}

    def fit_noted(x, y, weight, train, strengths, to_choose):
        for rows in train:
            rough[len(np.setdiff1d(np.unique(fold), fold[rows]))] = to_choose
        return honest(x, y, weight, train, strengths, to_choose)

    honest = probing.load_probe("linear").fit
    with patch("stages.heads.linear.Probe.fit", fit_noted):
        fit(items, y, fold, "linear", LINEAR)
    assert rough == {1: False, 2: False, 3: True}


def test_without_a_choice_every_fold_takes_the_fixed_setting():
    items, y, fold = corpus()
    _, fixed = probing.cross_validate(items, [y], fold, "linear", LINEAR, 2)
    only = ProbeParams(grid=(0.01,), fixed=0.01)
    expected = fit(items, y, fold, "linear", only)
    assert taken(fixed) == [0.01] * 5
    np.testing.assert_allclose(fixed.score, expected.score.repeat(2, axis=0), atol=1e-6)
    np.testing.assert_allclose(fixed.inner, expected.inner, atol=1e-6)


@BOTH
def test_label_sets_fitted_together_are_each_as_fitted_alone(head, params):
    items, y, fold = corpus()
    fewer = y.copy()
    fewer[:, 1] = np.nan
    drawn = np.stack([y, y[::-1]])
    together, _ = probing.cross_validate(items, [y, fewer, drawn], fold, head, params, 2)
    for found, target in zip(together, (y, fewer, drawn), strict=True):
        ((alone,), _) = probing.cross_validate(items, [target], fold, head, params, 2)
        np.testing.assert_allclose(found.score, alone.score, atol=1e-6)
        np.testing.assert_allclose(found.inner, alone.inner, atol=1e-6)
    assert np.isnan(together[1].score[:, :, 1]).all()
    assert np.isfinite(together[1].score[:, :, [0, 2]]).all()
    assert np.array_equal(together[0].score[0], together[0].score[1])
    assert not np.array_equal(together[2].score[0], together[2].score[1])


@BOTH
def test_a_film_scores_the_mean_of_its_items_and_counts_once(head, params):
    items, y, fold = corpus()
    (film,) = np.flatnonzero(np.arange(150) == 7)
    rows = np.concatenate([np.arange(150), np.full(4, film)])
    moved = features(items)[rows].copy()
    moved[-4:] += np.random.default_rng(0).normal(size=(4, 8))
    fitted = fit(Items(moved, rows), y, fold, head, params)
    probe, own = probing.load_probe(head), f"{fold[film]}."
    model = {n.removeprefix(own): v for n, v in fitted.tensors.items() if n.startswith(own)}
    expected = probe.predict(model, moved[rows == film]).mean(axis=0)
    np.testing.assert_allclose(fitted.score[0, film], expected, atol=1e-5)
    twice = Items(np.concatenate([features(items), features(items)[7:8]]), np.append(items.film, 7))
    if head == "linear":  # a film's weight in training is the same
        once = fit(items, y, fold, head, params)
        np.testing.assert_allclose(fit(twice, y, fold, head, params).score, once.score, atol=1e-5)


def test_films_without_items_have_no_score():
    items, y, fold = corpus()
    keep = items.film != 4
    some = Items(features(items)[keep], items.film[keep])
    fitted = fit(some, y, fold, "linear", LINEAR)
    assert np.flatnonzero(np.isnan(fitted.score[0]).any(axis=1)).tolist() == [4]
    assert np.isnan(fitted.inner[0][4]).all()


@pytest.mark.parametrize("n_folds", [2, 3, 4])
@BOTH
def test_few_folds_leave_less_to_choose_on(head, params, n_folds):
    items, y, fold = corpus(n_folds=n_folds)
    fitted = fit(items, y, fold, head, params)
    assert np.isfinite(fitted.score).all()
    assert np.isnan(fitted.inner).all() == (n_folds == 2)
    if n_folds == 2:
        assert taken(fitted) == [params.fixed] * 2


def test_a_genre_that_no_inner_film_has_is_left_out_of_the_choice():
    items, y, fold = corpus()
    y[:, 2] = 0
    y[0, 2] = 1
    assert np.isfinite(fit(items, y, fold, "linear", LINEAR).score).all()
    nothing = np.zeros_like(y)
    assert np.isfinite(fit(items, nothing, fold, "linear", LINEAR).score).all()


def test_maps_are_refused():
    items, y, fold = corpus()
    maps = dataclasses.replace(items, x=features(items).reshape(150, 2, 2, 2))
    with pytest.raises(BenchmarkError, match="head linear does not fit"):
        fit(maps, y, fold, "linear", LINEAR)

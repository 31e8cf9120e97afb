"""A cell that is not known takes the mean of the training items, and of no others."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from stages.base.params import HeadParams, ProbeParams
from stages.fitting import logistic, probing, training
from stages.fitting.batch import ModelBatch
from stages.fitting.inputs import Inputs
from stages.fitting.items import Items
from stages.fitting.scaling import CLIP, mean_and_std

N, D, FOLDS = 90, 6, 3


def films(seed=0):
    """Features with unknown cells, labels that depend on them, folds."""
    random = np.random.default_rng(seed)
    x = random.normal(3, 2, (N, D)).astype(np.float32)
    y = (x[:, :2] + random.normal(size=(N, 2)) > 3).astype(np.float64)
    x[random.random((N, D)) < 0.15] = np.nan
    x[5] = np.nan
    x[7, 3] = 900.0  # clipped
    return x, y, np.arange(N) % FOLDS


def by_hand(x, rows):
    """Standardised by the known cells of some rows, the unknown at their mean: zero."""
    mean, std = np.nanmean(x[rows].astype(float), axis=0), np.nanstd(x[rows].astype(float), axis=0)
    z = np.clip((x - mean) / std, -CLIP, CLIP)
    return np.where(np.isnan(z), 0, z)


@pytest.mark.parametrize("d", [D, 4 * N])  # more features than items are solved another way
def test_the_linear_probe_is_that_of_features_filled_by_hand(d):
    x, y, fold = films()
    x = np.tile(x, (1, d // D)) + np.random.default_rng(1).normal(size=(N, d)).astype(np.float32)
    train = [np.flatnonzero(fold != each) for each in range(FOLDS)]
    found = logistic.fit(x, y, np.ones(N), train, [0.1])
    for models, rows in zip(found, train, strict=True):
        z = by_hand(x, rows)
        for genre in range(2):
            expected = LogisticRegression(C=0.1, tol=1e-8, max_iter=5000)
            expected.fit(z[rows], y[rows, genre])
            scores = expected.predict_proba(z)[:, 1]
            assert np.allclose(models.predict(x)[0, :, genre], scores, atol=1e-5)


def test_weights_count_in_the_means_of_known_cells():
    x = np.array([[1.0, np.nan], [4.0, 2.0], [7.0, np.nan]])
    mean, std = mean_and_std(x, np.array([2.0, 1.0, 1.0]), np.arange(3))
    assert mean.tolist() == [3.25, 2.0] and std[1] == 1.0  # one known cell has no spread
    assert np.isclose(std[0], np.sqrt((2 * 2.25**2 + 0.75**2 + 3.75**2) / 4))


def test_torch_takes_the_mean_and_spread_of_known_cells():
    x, _, fold = films()
    rows = torch.from_numpy(np.flatnonzero(fold != 0))
    inputs = Inputs(Items(x, np.arange(N)))
    mean, std = inputs.mean_and_std(rows)
    assert torch.allclose(mean, torch.from_numpy(np.nanmean(x[rows.numpy()], axis=0)), rtol=1e-5)
    expected = np.nanstd(x[rows.numpy()], axis=0, ddof=1)
    assert torch.allclose(std, torch.from_numpy(expected), rtol=1e-4)
    models = ModelBatch("mlp", Items(x, np.arange(N)), 2, [0])
    models.fit_scaling(inputs, [rows])
    all_unknown = models.predict(0, inputs, torch.tensor([5]))
    at_the_mean = Inputs(Items(mean.numpy()[None], np.zeros(1, int)))
    assert torch.allclose(all_unknown, models.predict(0, at_the_mean, torch.tensor([0])))


PROBE = ProbeParams(grid=(0.1, 1.0), fixed=0.1)
NEAREST = ProbeParams(grid=(3, 10), fixed=10)
STEPS = HeadParams(epochs=(2,), batch_size=16, learning_rate=0.01, weight_decay=(0.0,))


@pytest.mark.parametrize("head", ["linear", "knn", "mlp"])
def test_a_film_is_not_filled_from_its_own_fold(head):
    """The others of its fold become a thousand times as large; its score is what it was."""
    x, y, fold = films()
    film = 3 * 8
    x[film, :2] = np.nan
    others = (fold == fold[film]) & (np.arange(N) != film)
    changed = x.copy()
    changed[others] *= 1000

    def score(features):
        items, targets = Items(features, np.arange(N)), [y.astype(np.float32)]
        if head == "mlp":
            return training.cross_validate(items, targets, fold, head, STEPS, (0,))[0][0].score
        budget = PROBE if head == "linear" else NEAREST
        return probing.cross_validate(items, targets, fold, head, budget, 1)[0][0].score

    before, after = score(x), score(changed)
    assert np.isfinite(before).all()
    assert np.allclose(before[0, film], after[0, film], atol=1e-5)
    other_fold = np.flatnonzero(fold != fold[film])
    assert not np.allclose(before[0, other_fold], after[0, other_fold], atol=1e-3)

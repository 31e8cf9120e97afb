import dataclasses

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from stages.base.errors import BenchmarkError
from stages.base.params import HeadParams
from stages.fitting import training
from stages.fitting.fitted import Fitted
from stages.fitting.items import Items

LINEAR = HeadParams(epochs=(300,), batch_size=200, learning_rate=0.05, weight_decay=(0.0,))
QUICK = HeadParams(epochs=(2,), batch_size=16, learning_rate=0.01, weight_decay=(0.01,))


def cross_validate(items: Items, y_true: np.ndarray, *rest) -> Fitted:
    """Of one label set."""
    return training.cross_validate(items, [y_true], *rest)[0][0]


def corpus(
    n_films: int = 100, per_film: int = 1, dim: int = 6
) -> tuple[Items, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    film = np.repeat(np.arange(n_films), per_film)
    x = rng.normal(3, 2, (len(film), dim)).astype(np.float32)
    noise = rng.normal(0, 2, (n_films, 2))
    y_true = np.stack([x[::per_film, 0], x[::per_film, 1]], 1) - 3 + noise > 0
    return Items(x, film), y_true, (np.arange(n_films) % 5).astype(np.int8)


def test_the_linear_head_is_logistic_regression():
    items, y_true, fold = corpus()
    found = cross_validate(items, y_true, fold, "linear", LINEAR, (0,)).score[0]
    for number in range(5):
        train, held = fold != number, fold == number
        scaler = StandardScaler().fit(items.x[train])
        for genre in range(2):
            model = LogisticRegression(C=1e6, max_iter=1000)
            model.fit(scaler.transform(items.x[train]), y_true[train, genre])
            expected = model.predict_proba(scaler.transform(items.x[held]))[:, 1]
            np.testing.assert_allclose(found[held, genre], expected, atol=0.02)


HEADS = pytest.mark.parametrize(
    ("head", "shape"), [("linear", (6,)), ("mlp", (6,)), ("conv", (1, 12, 12))]
)


@HEADS
def test_all_folds_and_seeds_together_give_what_each_gives_alone(head, shape):
    """Dropout and all: what it draws is no other for what is trained beside."""
    x = np.random.default_rng(2).normal(size=(100, *shape)).astype(np.float32)
    _, y_true, fold = corpus()
    items = Items(x, np.arange(100))
    together = cross_validate(items, y_true, fold, head, QUICK, (0, 1))
    alone = cross_validate(items, y_true, fold, head, QUICK, (1,))
    np.testing.assert_allclose(together.score[1], alone.score[0], atol=1e-5)


@HEADS
def test_no_model_ever_sees_the_films_it_scores(head, shape):
    """Change the labels and inputs of one fold: only the scores of the other folds may move."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(60, *shape)).astype(np.float32)
    y_true, fold = rng.random((60, 3)) < 0.4, (np.arange(60) % 3).astype(np.int8)
    held = fold == 0
    before = cross_validate(Items(x, np.arange(60)), y_true, fold, head, QUICK, (0,)).score[0]
    leaky = np.where(held[:, None], ~y_true, y_true)
    after = cross_validate(Items(x, np.arange(60)), leaky, fold, head, QUICK, (0,)).score[0]
    np.testing.assert_array_equal(before[held], after[held])
    assert (before[~held] != after[~held]).any()
    other = x.copy()
    other[held] *= 7
    after = cross_validate(Items(other, np.arange(60)), y_true, fold, head, QUICK, (0,))
    mean = after.tensors["mean"][0]  # the model of fold 0 is standardised by the other folds
    over = (0,) if x.ndim == 2 else (0, 2, 3)
    np.testing.assert_allclose(mean.reshape(-1), x[~held].mean(axis=over), atol=1e-5)


def test_what_fold_f_is_tuned_on_knows_no_label_or_input_of_fold_f():
    """Flip the labels and spoil the inputs of one fold: its inner scores must not move at all.

    The scores of a leak would: so do the inner scores of the other folds, which may know them.
    """
    items, y_true, fold = corpus()
    before = cross_validate(items, y_true, fold, "mlp", QUICK, (0, 1)).inner
    held = fold == 2
    before_x = np.asarray(items.x)
    x = np.where(held[items.film][:, None], -7 * before_x, before_x)
    flipped = np.where(held[:, None], ~y_true, y_true)
    after = cross_validate(Items(x, items.film), flipped, fold, "mlp", QUICK, (0, 1)).inner
    np.testing.assert_array_equal(before[2], after[2])
    assert (before[1][fold == 0] != after[1][fold == 0]).any()


def test_a_film_is_tuned_on_through_a_model_that_never_saw_it_either():
    """Two folds out of a pair see the same model, which is that of the other folds alone."""
    items, y_true, fold = corpus()
    inner = cross_validate(items, y_true, fold, "linear", LINEAR, (0,)).inner
    assert inner.shape == (5, *y_true.shape)
    for number in range(5):
        assert np.isnan(inner[number, fold == number]).all()
        assert np.isfinite(inner[number, fold != number]).all()
    train = (fold != 1) & (fold != 3)
    scaler = StandardScaler().fit(items.x[train])
    model = LogisticRegression(C=1e6, max_iter=1000)
    model.fit(scaler.transform(items.x[train]), y_true[train, 0])
    for f, j in ((1, 3), (3, 1)):
        expected = model.predict_proba(scaler.transform(items.x[fold == j]))[:, 1]
        np.testing.assert_allclose(inner[f, fold == j, 0], expected, atol=0.02)


def test_each_seed_may_learn_from_labels_of_its_own():
    items, y_true, fold = corpus()
    labels = np.stack([y_true, ~y_true])
    both = cross_validate(items, labels, fold, "linear", QUICK, (0, 1)).score
    np.testing.assert_allclose(
        both[1], cross_validate(items, ~y_true, fold, "linear", QUICK, (1,)).score[0], atol=1e-5
    )
    np.testing.assert_allclose(
        both[0], cross_validate(items, y_true, fold, "linear", QUICK, (0,)).score[0], atol=1e-5
    )


@pytest.mark.parametrize("head", ["linear", "mlp"])
def test_label_sets_trained_together_are_each_as_trained_alone(head):
    """To the digit; a genre outside the label set has no score and no say."""
    items, y_true, fold = corpus()
    second = np.where([True, False], y_true, np.nan)
    targets = [y_true.astype(float), second, np.stack([y_true, ~y_true])]
    together, _ = training.cross_validate(items, targets, fold, head, QUICK, (0, 1))
    for found, target in zip(together, targets, strict=True):
        alone = cross_validate(items, target, fold, head, QUICK, (0, 1))
        np.testing.assert_allclose(found.score, alone.score, atol=1e-5)
        np.testing.assert_allclose(found.inner, alone.inner, atol=1e-5)
        np.testing.assert_allclose(found.curves.values, alone.curves.values, atol=1e-5)
        for name, value in found.tensors.items():
            np.testing.assert_allclose(value, alone.tensors[name], atol=1e-5)
    assert np.isnan(together[1].score[:, :, 1]).all()
    if head == "linear":  # under a shared layer a genre less is another genre's gain
        np.testing.assert_allclose(together[1].score[..., 0], together[0].score[..., 0], atol=1e-2)


def test_a_genre_outside_the_label_set_changes_no_other_genre():
    """A shared layer would carry it: its labels may be anything."""
    items, y_true, fold = corpus()
    first_only = np.where([True, False], y_true, np.nan)
    found = cross_validate(items, first_only, fold, "mlp", QUICK, (0,))
    one = cross_validate(items, y_true[:, :1], fold, "mlp", QUICK, (0,))
    np.testing.assert_allclose(found.curves.values[:, 0], one.curves.values[:, 0], atol=0.1)
    assert np.isfinite(found.score[..., 0]).all()


def test_the_same_twice_and_other_seeds_differ():
    items, y_true, fold = corpus()
    a = cross_validate(items, y_true, fold, "mlp", QUICK, (0, 1))
    b = cross_validate(items, y_true, fold, "mlp", QUICK, (0, 1))
    np.testing.assert_array_equal(a.score, b.score)
    np.testing.assert_array_equal(a.curves.values, b.curves.values)
    assert (a.score[0] != a.score[1]).any()


def test_a_film_scores_the_mean_of_its_items_and_counts_once():
    items, y_true, fold = corpus(per_film=3)
    fitted = cross_validate(items, y_true, fold, "linear", QUICK, (0,))
    tensors = {name: torch.from_numpy(value) for name, value in fitted.tensors.items()}
    weights, bias = tensors["weight"], tensors["bias"]
    film = 7
    model = int(fold[film])
    x = torch.from_numpy(items.x[items.film == film])
    z = (x - tensors["mean"][model]) / tensors["std"][model]
    expected = torch.sigmoid(z @ weights[model].T + bias[model]).mean(0).numpy()
    np.testing.assert_allclose(fitted.score[0, film], expected, atol=1e-5)


def test_films_without_items_have_no_score():
    items, y_true, fold = corpus()
    keep = items.film != 4
    fitted = cross_validate(
        Items(items.x[keep], items.film[keep]), y_true, fold, "linear", QUICK, (0,)
    )
    missing = np.isnan(fitted.score[0]).any(axis=1)
    assert np.flatnonzero(missing).tolist() == [4]


def test_learning_curves_fall_in_training():
    items, y_true, fold = corpus()
    params = dataclasses.replace(LINEAR, epochs=(30,))
    curves = cross_validate(items, y_true, fold, "linear", params, (0,)).curves.values
    assert curves.shape == (30, 2)
    assert curves[-1, 0] < curves[0, 0]


def test_a_head_that_does_not_fit_says_which_does():
    items, y_true, fold = corpus()
    with pytest.raises(BenchmarkError, match="conv takes maps"):
        cross_validate(items, y_true, fold, "conv", QUICK, (0,))
    with pytest.raises(BenchmarkError, match="unknown head"):
        cross_validate(items, y_true, fold, "transformer", QUICK, (0,))

"""One contract over all probes: `python -m pytest tests/heads -k <name>` checks one of them."""

from collections.abc import Sequence

import numpy as np
import pytest

from stages.base.plugins import defines_class, plugin_names
from stages.commands.plan.trying import try_probe
from stages.fitting.probing import FittedProbe, load_probe

SOLVED = [name for name in plugin_names("heads") if defines_class("heads", name, "Probe")]
GRID = (1.0, 3.0, 10.0)  # makes sense as a strength and as a number
N, DIM, N_COLUMNS = 60, 5, 3


@pytest.fixture(params=SOLVED)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def made() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    y = (rng.random((N, N_COLUMNS)) < 0.4).astype(np.float64)
    x = rng.normal(size=(N, DIM)) + y @ rng.normal(size=(N_COLUMNS, DIM))
    return x.astype(np.float32), y


def fit(
    name: str, x: np.ndarray, y: np.ndarray, train: Sequence[np.ndarray]
) -> Sequence[FittedProbe]:
    return load_probe(name).fit(x, y, np.ones(len(x)), train, GRID)


def test_it_says_what_it_is(name):
    assert load_probe(name).setting and load_probe(name).is_layer in (True, False)
    try_probe(name, ((DIM,),))


def test_each_training_set_gives_scores_for_each_setting(name):
    x, y = made()
    found = fit(name, x, y, [np.arange(40), np.arange(20, 60), np.arange(0, 60, 3)])
    assert len(found) == 3
    for each in found:
        scores = each.predict(x)
        assert scores.shape == (len(GRID), N, N_COLUMNS)
        assert (scores >= 0).all() and (scores <= 1).all()
    assert not np.allclose(found[0].predict(x)[0], found[0].predict(x)[2])


def test_it_learns_from_its_training_set_alone(name):
    x, y = made()
    (before,) = fit(name, x, y, [np.arange(40)])
    other = x.copy()
    other[40:], y[40:] = 1000.0, 1 - y[40:]
    (after,) = fit(name, other, y, [np.arange(40)])
    np.testing.assert_array_equal(before.predict(x), after.predict(x))


def test_an_item_alone_scores_as_in_a_batch(name):
    x, y = made()
    (fitted,) = fit(name, x, y, [np.arange(40)])
    alone = np.concatenate([fitted.predict(row[None]) for row in x], axis=1)
    np.testing.assert_allclose(alone, fitted.predict(x), atol=1e-6)


@pytest.mark.parametrize("columns", [[0, 1, 2], [2, -1, 0]])
def test_what_is_kept_predicts_as_it_did(name, columns):
    x, y = made()
    (fitted,) = fit(name, x, y, [np.arange(40)])
    known = np.array(columns) >= 0
    for setting in range(len(GRID)):
        tensors = fitted.tensors(setting, np.array(columns))
        assert all(isinstance(value, np.ndarray) for value in tensors.values())
        found = load_probe(name).predict(tensors, x)
        assert found.shape == (N, len(columns))
        expected = fitted.predict(x)[setting][:, columns]
        np.testing.assert_allclose(found[:, known], expected[:, known], atol=1e-6)

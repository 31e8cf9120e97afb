import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stages.base.params import HeadParams, load
from stages.base.params.matrix import cells
from stages.fitting.approaches import FIXED, fit, is_trained, training_targets
from stages.fitting.films import Films

ROOT = Path(__file__).resolve().parents[2]

RNG = np.random.default_rng(0)
Y_TRUE = RNG.random((50, 10)) < 0.3


def test_genres_outside_the_label_set_are_nan_and_all_films_stay():
    np.testing.assert_array_equal(training_targets(Y_TRUE, "all", (0,)), Y_TRUE.astype(float))
    for labels, inside in (("no_thriller", [*range(9)]), ("popular", [0, 2, 4, 5, 8])):
        targets = training_targets(Y_TRUE, labels, (0,))
        np.testing.assert_array_equal(targets[:, inside], Y_TRUE[:, inside].astype(float))
        assert np.isnan(np.delete(targets, inside, axis=1)).all()


def test_one_label_a_film_of_its_own_anew_for_each_seed():
    drawn = training_targets(Y_TRUE, "one", (0, 1))
    assert drawn.shape == (2, 50, 10)
    assert (drawn.sum(axis=2) == Y_TRUE.any(axis=1)).all()
    assert not (drawn.astype(bool) & ~Y_TRUE).any() and (drawn[0] != drawn[1]).any()
    np.testing.assert_array_equal(drawn, training_targets(Y_TRUE, "one", (0, 1)))


def test_a_probe_is_fitted_without_torch_or_scikit_learn():
    """They take longer to load than the fit takes."""
    code = (
        "import sys\n"
        "from stages.fitting import approaches, films, probing, saved_models, scores\n"
        "probing.load_probe('linear'), probing.load_probe('knn')\n"
        "print(*sorted({'torch', 'sklearn', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize(("head", "kept"), [("linear", True), ("knn", True), ("mlp", False)])
def test_a_probe_keeps_the_scores_without_a_choice(tmp_path, head, kept):
    (tmp_path / "embeddings").mkdir()
    ids = [f"t{number:03}" for number in range(50)]
    zeros = np.zeros(50, np.int64)
    np.savez(
        tmp_path / "embeddings/colour.npz",
        embedding=RNG.normal(size=(50, 6)).astype(np.float32),
        trailer_id=np.array(ids),
        trailer=np.arange(50),
        group=zeros,
    )
    params = load(ROOT / "params.yaml")
    budgets = dict(params.training.heads)
    assert isinstance(budgets["mlp"], HeadParams)
    budgets["mlp"] = replace(budgets["mlp"], epochs=(2,), weight_decay=(0.01,), fixed=None)
    params = replace(params, training=replace(params.training, heads=budgets))
    fold = np.arange(50) % 5
    films = Films(np.array(ids), Y_TRUE, fold, {name: n for n, name in enumerate(ids)}, fold)
    cell = next(each for each in cells(params) if each.slug == f"colour_{head}")
    found = fit(cell, films, params, tmp_path)
    assert (FIXED in found) == kept
    n_seeds = len(params.training.seeds)
    assert all(each.scores.score.shape == (n_seeds, 50, 10) for each in found.values())
    assert is_trained(cell, params) != kept

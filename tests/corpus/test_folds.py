import numpy as np
import pytest

from stages.corpus.folds import assign_folds, attrition
from stages.errors import BenchmarkError


def test_every_film_has_one_fold_and_genres_are_spread():
    rng = np.random.default_rng(0)
    y_true = rng.random((240, 10)) < np.linspace(0.08, 0.4, 10)
    fold = assign_folds(y_true, 5, seed=0)
    assert sorted(np.unique(fold).tolist()) == [0, 1, 2, 3, 4]
    sizes = np.bincount(fold)
    assert sizes.max() - sizes.min() <= 6
    by_chance = np.random.default_rng(0).permutation(fold)
    assert _spread(y_true, fold) < 0.6 * _spread(y_true, by_chance)


def _spread(y_true: np.ndarray, fold: np.ndarray) -> float:
    """Mean over genres of how far the folds' film counts lie apart."""
    counts = np.array([y_true[fold == number].sum(axis=0) for number in range(5)])
    return float((counts.max(axis=0) - counts.min(axis=0)).mean())


def test_folds_follow_from_the_seed():
    y_true = np.random.default_rng(1).random((60, 10)) < 0.3
    assert (assign_folds(y_true, 5, 3) == assign_folds(y_true, 5, 3)).all()
    assert (assign_folds(y_true, 5, 3) != assign_folds(y_true, 5, 4)).any()


def test_too_few_films_say_what_to_do():
    with pytest.raises(BenchmarkError, match="lower splits"):
        assign_folds(np.ones((4, 10), bool), 5, 0)


def test_attrition_counts_reasons_by_step():
    ledger = [{"reason": "ok"}, {"reason": "gone"}, {"reason": "ok"}]
    frames = [{"reason": "ok"}, {"reason": "no_video"}]
    assert attrition(ledger, {"frames": frames}) == [
        {"step": "download", "reason": "ok", "trailers": 2},
        {"step": "download", "reason": "gone", "trailers": 1},
        {"step": "frames", "reason": "no_video", "trailers": 1},
        {"step": "frames", "reason": "ok", "trailers": 1},
    ]

import numpy as np
import pytest

from stages.base.errors import BenchmarkError
from stages.base.params import SplitsParams
from stages.corpus.folds import assign_folds, attrition, group_films
from stages.corpus.published_split import choose_folds, published_folds, scattered_groups


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
    with pytest.raises(BenchmarkError, match=r"lower splits.folds to 4, or add films"):
        assign_folds(np.ones((9, 10), bool), 5, 0)
    for n_films, folds in ((4, 5), (5, 3)):  # with fewer than three folds there is nothing to tune
        with pytest.raises(BenchmarkError, match="what to do: add films"):
            assign_folds(np.ones((n_films, 10), bool), folds, 0)


def test_a_collection_is_a_group_and_a_film_without_one_is_its_own():
    assert group_films(["", "Alien", "", "Alien", "Rocky"]).tolist() == [0, 1, 2, 1, 3]


def test_films_of_a_group_share_a_fold_and_genres_are_spread_as_well_as_without():
    rng = np.random.default_rng(0)
    y_true = rng.random((300, 10)) < np.linspace(0.08, 0.4, 10)
    groups = rng.integers(0, 150, 300)
    fold = assign_folds(y_true, 5, 0, groups)
    assert all(len(set(fold[groups == group])) == 1 for group in groups)
    sizes = np.bincount(fold)
    assert sizes.max() - sizes.min() <= 6
    assert _spread(y_true, fold) <= _spread(y_true, assign_folds(y_true, 5, 0)) + 1
    assert _spread(y_true, fold) < 0.6 * _spread(y_true, np.random.default_rng(0).permutation(fold))
    assert (assign_folds(y_true, 5, 0, groups) == fold).all()


def test_groups_of_one_film_change_nothing():
    y_true = np.random.default_rng(1).random((60, 10)) < 0.3
    alone = assign_folds(y_true, 5, 0, np.arange(60))
    assert (alone == assign_folds(y_true, 5, 0)).all()


def test_a_collection_as_large_as_a_fold_has_it_for_itself():
    y_true = np.random.default_rng(2).random((100, 10)) < 0.3
    groups = np.where(np.arange(100) < 30, 0, np.arange(100))
    fold = assign_folds(y_true, 5, 0, groups)
    assert len(set(fold[:30])) == 1 and (fold[30:] != fold[0]).all()
    assert set(fold.tolist()) == {0, 1, 2, 3, 4}


def test_too_few_collections_say_what_to_do():
    with pytest.raises(BenchmarkError, match=r"9 groups of films .*\n.*\n.*lower splits") as caught:
        assign_folds(np.ones((90, 10), bool), 5, 0, np.arange(90) % 9)
    assert "group_by to film" in str(caught.value)
    with pytest.raises(BenchmarkError, match=r"do: set splits.group_by to film .*, or add films"):
        assign_folds(np.ones((90, 10), bool), 3, 0, np.arange(90) % 2)
    with pytest.raises(BenchmarkError, match="what to do: add films"):  # too few of them, too
        assign_folds(np.ones((5, 10), bool), 3, 0, np.arange(5) % 2)


def test_attrition_counts_reasons_by_step():
    ledger = [{"reason": "ok"}, {"reason": "gone"}, {"reason": "ok"}]
    frames = [{"reason": "ok"}, {"reason": "no_video"}]
    assert attrition(ledger, {"frames": frames}) == [
        {"step": "download", "reason": "ok", "trailers": 2},
        {"step": "download", "reason": "gone", "trailers": 1},
        {"step": "frames", "reason": "no_video", "trailers": 1},
        {"step": "frames", "reason": "ok", "trailers": 1},
    ]


def test_each_part_of_a_published_split_is_a_fold():
    named = ["test", "train", "Validation", "train", "test", "validation", "Validation"]
    with pytest.raises(
        BenchmarkError, match=r"4 parts: train \(2 films\), .*validation \(1 film\)"
    ):
        published_folds(named, 4)  # two spellings are two parts
    named[5] = "Validation"
    assert published_folds(named, 3).tolist() == [2, 0, 1, 0, 2, 1, 1]
    assert published_folds(["10", "9", "2", "9", "10", "2"], 3).tolist() == [2, 1, 0, 1, 2, 0]


@pytest.mark.parametrize(
    ("parts", "folds", "said"),
    [
        (["0", "1", "2", ""] * 2, 3, r"found: 2 of 8 films without(.|\n)*column split filled"),
        (["0", "1", "2"] * 2, 5, r"found: 3 parts: 0 \(2 films\)(.|\n)*set splits.folds to 3"),
        (["0", "1"] * 3, 3, r"2 parts(.|\n)*set splits.use_published to false"),
        (["0", "1", "2", "1", "2"], 3, r"0 \(1 film\)(.|\n)*set splits.use_published to false"),
    ],
)
def test_a_published_split_that_makes_no_folds_says_why(parts, folds, said):
    with pytest.raises(BenchmarkError, match=said):
        published_folds(parts, folds)


def test_published_folds_are_used_if_asked_for_and_collections_they_divide_are_counted():
    y_true = np.random.default_rng(2).random((60, 10)) < 0.3
    groups = np.arange(60) // 2
    published = [str(number % 3) for number in range(60)]
    asked = SplitsParams(folds=3, seed=0, group_by="collection", use_published=True)
    fold_of, ungrouped = choose_folds(asked, y_true, groups, published)
    assert fold_of.tolist() == ungrouped.tolist() == [number % 3 for number in range(60)]
    assert scattered_groups(fold_of, groups) == 30
    own = SplitsParams(folds=3, seed=0, group_by="collection")
    fold_of, ungrouped = choose_folds(own, y_true, groups, published)
    assert (ungrouped == assign_folds(y_true, 3, 0)).all() and scattered_groups(
        fold_of, groups
    ) == 0

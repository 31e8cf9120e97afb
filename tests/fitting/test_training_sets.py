"""What is drawn to learn from, and what is solved on it."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from stages.base.params import ProbeParams
from stages.fitting import choosing, fusion, probing, refitting
from stages.fitting.items import Items
from stages.fitting.refitting import DrawnScores, Headline, Solvable, join, score_drawn, solve
from stages.fitting.scores import Scores
from stages.fitting.training_sets import Drawn, draw_again, draw_fewer, learning_sizes, make_plan

LINEAR = ProbeParams(grid=(0.0001, 0.001, 0.01, 0.1, 1.0), fixed=0.01)
N_FILMS, N_GENRES = 150, 3


def solvable(seed: int = 0, tell: float = 0.6) -> Solvable:
    rng = np.random.default_rng(0)
    y = rng.random((N_FILMS, N_GENRES)) < (0.5, 0.3, 0.12)
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(N_FILMS, 8)) + tell * y @ rng.normal(size=(N_GENRES, 8))
    items = Items(x.astype(np.float32), np.arange(N_FILMS))
    return Solvable(items, "linear", LINEAR, y, np.arange(N_FILMS) % 5)


def everything() -> np.ndarray:
    return np.ones(N_FILMS, bool)


def draws(seed: int) -> dict[int, list[Drawn]]:
    of = solvable()
    return draw_fewer(of.y_true, of.fold, everything(), [20, 40, 80], seed)


def alone(of: Solvable, drawn: Drawn, inner: bool = False) -> DrawnScores:
    (found,) = score_drawn(of, [drawn], inner)
    return found


def learnt_from(drawn: Drawn, fold: np.ndarray) -> np.ndarray:
    return drawn.films[~np.isin(fold[drawn.films], drawn.judged)]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_each_set_lies_within_the_next_and_holds_no_judged_film(seed):
    of = solvable()
    found = draws(seed)
    for number in range(5):
        sets = {size: found[size][number] for size in found}
        assert all(each.judged == (number,) for each in sets.values())
        films = {size: set(learnt_from(each, of.fold)) for size, each in sets.items()}
        assert {size: len(each) for size, each in films.items()} == {20: 20, 40: 40, 80: 80}
        assert films[20] < films[40] < films[80]
        for each in sets.values():
            judged = each.films[of.fold[each.films] == number]
            assert sorted(judged) == list(np.flatnonzero(of.fold == number))
            assert len(set(each.films)) == len(each.films)


@pytest.mark.parametrize("size", [20, 40, 80])
def test_sets_are_stratified_over_genres_and_folds(size):
    """Plain random draws miss the genres' shares by 1.3 to 1.7 films on average."""
    of, off = solvable(), []
    for seed in range(10):
        for drawn in draws(seed)[size]:
            films = learnt_from(drawn, of.fold)
            rest = np.flatnonzero(of.fold != drawn.judged[0])
            off += list(np.abs(of.y_true[films].sum(0) - size * of.y_true[rest].mean(0)))
            of_folds = np.bincount(of.fold[films], minlength=5)
            assert np.delete(of_folds, drawn.judged[0]).min() >= size / 4 - size / 5
    assert np.mean(off) < 0.6
    assert of.y_true[films].any(axis=0).all()


def test_draws_differ_and_the_same_seed_draws_the_same():
    one, same, other = draws(3)[40], draws(3)[40], draws(4)[40]
    for a, b, c in zip(one, same, other, strict=True):
        np.testing.assert_array_equal(a.films, b.films)
        assert set(a.films) != set(c.films)


def test_sizes_double_up_to_the_smallest_training_set():
    fold = np.array([0] * 60 + [1] * 20 + [2] * 20)  # without fold 0 there are 40
    assert learning_sizes(fold, np.ones(100, bool), 10) == [10, 20]
    assert learning_sizes(fold, np.ones(100, bool), 39) == [39]
    assert learning_sizes(fold, np.ones(100, bool), 40) == []


def test_whole_collections_are_drawn_again_and_copies_share_a_fold():
    group = np.arange(N_FILMS) // 3
    drawn = draw_again(group % 5, group, everything(), 1)
    times = np.bincount(drawn.films, minlength=N_FILMS).reshape(-1, 3)
    assert (times == times[:, :1]).all()
    assert len(drawn.films) == N_FILMS and times.max() > 1
    assert 0.55 < (times[:, 0] > 0).mean() < 0.72  # 1 - 1/e of them


def test_unusable_films_are_never_drawn():
    of, usable = solvable(), everything()
    usable[::7] = False
    plan = make_plan(of.y_true, of.fold, None, usable, 20, 2, 2, 0)
    assert list(plan.fewer) == [20, 40, 80]
    assert all(usable[each.films].all() for each in plan.all)


def test_on_all_films_it_is_cross_validation():
    of = solvable()
    y = of.y_true.astype(np.float32)
    expected = probing.cross_validate(of.items, [y], of.fold, "linear", LINEAR, 1)[0][0]
    (found,) = score_drawn(of, [Drawn(np.arange(N_FILMS), tuple(range(5)))], inner=True)
    np.testing.assert_allclose(found.score, expected.score[0], atol=1e-6)
    for fold in range(5):
        np.testing.assert_allclose(found.inner[fold], expected.inner[fold], atol=1e-6)


def test_a_small_set_is_the_films_of_the_set_alone():
    """By hand: only its films are kept, and a plain cross-validation of these is run."""
    of = solvable()
    drawn = draws(0)[40][2]
    films = drawn.films
    items = Items(np.asarray(of.items.x)[films], np.arange(len(films)))
    y, fold = of.y_true[films].astype(np.float32), of.fold[films]
    expected = probing.cross_validate(items, [y], fold, "linear", LINEAR, 1)[0][0].score[0]
    found = alone(of, drawn).score
    np.testing.assert_allclose(found[fold == 2], expected[fold == 2], atol=1e-6)
    assert np.isnan(found[fold != 2]).all()


def flipped(of: Solvable, films: np.ndarray) -> Solvable:
    y = of.y_true.copy()
    y[films] = ~y[films]
    return Solvable(of.items, of.head, of.params, y, of.fold)


def test_labels_outside_the_set_change_nothing():
    of, drawn = solvable(tell=0.3), draws(0)[40][2]
    outside = np.setdiff1d(np.arange(N_FILMS), learnt_from(drawn, of.fold))
    before, after = (alone(each, drawn).score for each in (of, flipped(of, outside)))
    np.testing.assert_array_equal(before, after)  # and the same input gives the same bytes


def test_sets_that_are_solved_together_score_as_alone(monkeypatch):
    """Of other sizes, one of copies, in any number at a time, with inner scores or without."""
    of = solvable()
    drawn = [draw_again(of.fold, None, everything(), 1), *draws(0)[20], *draws(1)[80]]
    expected = [alone(of, each, inner=True) for each in drawn]
    for numbers in (250_000, 2_000):
        monkeypatch.setattr(refitting, "TOGETHER", numbers)
        found = score_drawn(of, drawn, inner=True)
        for one, other in zip(expected, found, strict=True):
            np.testing.assert_allclose(one.score, other.score, atol=1e-5)
            assert one.inner.keys() == other.inner.keys()
            for fold, scores in one.inner.items():
                np.testing.assert_allclose(scores, other.inner[fold], atol=1e-5)


def test_a_leak_in_the_choice_is_seen(monkeypatch):
    """If the setting were chosen on the judged films, the test above would fail."""
    of, drawn = solvable(tell=0.3), draws(0)[40][2]

    def leaky(scored, y, fold_of, without, columns):
        films = fold_of == without[0]
        found = next(iter(scored.values()))[:, films][:, :, columns]
        return choosing.average_precision(found, y[films])

    monkeypatch.setattr(probing, "rank", leaky)
    before, after = (
        alone(each, drawn).score for each in (of, flipped(of, np.flatnonzero(of.fold == 2)))
    )
    assert not np.array_equal(before, after, equal_nan=True)


def test_a_film_is_not_judged_by_a_model_of_its_copy():
    """Features that know each film by heart: with a leak all copies would be ranked perfectly."""
    rng = np.random.default_rng(1)
    y = rng.random((60, 1)) < 0.5
    of = Solvable(
        Items(np.eye(60, dtype=np.float32), np.arange(60)), "linear", LINEAR, y, np.arange(60) % 5
    )
    drawn = draw_again(of.fold, None, np.ones(60, bool), 0)
    score = alone(of, drawn).score
    assert average_precision_score(y[drawn.films, 0], score[:, 0]) < 0.8
    leaky = Solvable(of.items, of.head, of.params, y, rng.permutation(len(drawn.films)) % 5)
    copies = Items(np.eye(60, dtype=np.float32)[drawn.films], np.arange(len(drawn.films)))
    apart = Solvable(copies, "linear", LINEAR, y[drawn.films], leaky.fold)
    score = alone(apart, Drawn(np.arange(60), tuple(range(5)))).score
    assert average_precision_score(y[drawn.films, 0], score[:, 0]) > 0.8


@pytest.mark.parametrize("rule", ["mean", "weighted", "stacked"])
def test_late_fusion_of_all_films_is_that_of_the_scores(rule):
    parts = [solvable(0), solvable(1)]
    drawn = Drawn(np.arange(N_FILMS), tuple(range(5)))
    first, second = (alone(each, drawn, inner=True) for each in parts)
    names = np.array([f"{n:03}" for n in range(N_FILMS)])

    def scores(each: DrawnScores) -> Scores:
        inner = np.stack([each.inner[fold] for fold in range(5)])
        return Scores(names, parts[0].fold, each.score[None], inner)

    expected = fusion.fuse([scores(first), scores(second)], parts[0].y_true, names, rule)
    found = join([first, second], drawn, rule, parts[0])
    np.testing.assert_allclose(found, expected.score[0], atol=1e-6)


def test_processes_and_one_after_the_other_give_the_same_bytes():
    parts = {"eye": solvable(0), "ear": solvable(1)}
    joined = {"eye": (["eye"], "linear"), "both": (["eye", "ear"], "weighted")}
    headline = Headline(parts, joined, {}, everything())
    drawn = [draw_again(parts["eye"].fold, None, everything(), seed) for seed in range(2)]
    found = solve(headline, drawn)
    of_parts = zip(*(score_drawn(part, drawn, True) for part in parts.values()), strict=True)
    for number, (each, (first, second)) in enumerate(zip(drawn, of_parts, strict=True)):
        np.testing.assert_array_equal(found["eye"][number], first.score)
        expected = join([first, second], each, "weighted", parts["eye"])
        np.testing.assert_array_equal(found["both"][number], expected)

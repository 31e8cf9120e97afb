import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from stages.base.errors import BenchmarkError
from stages.scoring.bootstrap import bootstrap_macro_average_precision
from stages.scoring.ranks import rank_intervals, ranks


def test_ranks_by_hand() -> None:
    assert ranks(np.array([0.2, 0.9, 0.5, 0.5, 0.1])).tolist() == [4, 1, 2, 2, 5]
    assert ranks(np.array([[1.0, 2.0], [3.0, 2.0]])).tolist() == [[2, 1], [1, 2]]


def test_an_interval_holds_the_middle_of_the_ranks_and_is_taken_outwards() -> None:
    """Of 100 resamples the first comes second in 3 and third in 1."""
    values = np.tile([3.0, 2.0, 1.0], (100, 1))
    values[:3] = [2.0, 3.0, 1.0]
    values[3] = [1.0, 3.0, 2.0]
    best, worst = rank_intervals(values)
    assert best.tolist() == [1, 1, 3] and worst.tolist() == [2, 2, 3]
    best, worst = rank_intervals(values, level=0.8)
    assert best.tolist() == worst.tolist() == [1, 2, 3]


@pytest.mark.parametrize("values", [np.empty((0, 2)), np.array([[1.0, np.nan]]), np.ones(3)])
def test_without_resamples_there_is_no_interval(values) -> None:
    with pytest.raises(BenchmarkError, match="no interval of ranks"):
        rank_intervals(values)


NEAR = np.linspace(0.2, 0.3, 12)  # of what each approach knows; the last is the best
APART = np.array([0.2, 0.23, 0.26, 0.35, 0.5])


def _made(rng: np.random.Generator, n_films: int, strengths: np.ndarray) -> tuple:
    """Films of three genres; approaches whose noise is partly shared, as of one trailer."""
    y_true = rng.random((n_films, 3)) < 0.3
    shared = rng.normal(size=(n_films, 3))
    own = rng.normal(size=(len(strengths), n_films, 3))
    return y_true, 4 * strengths[:, None, None] * y_true + 0.6 * shared + 0.8 * own


def _simulated(strengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How often the interval holds the true rank, and how wide it is, in 150 corpora of 120 films.

    What an approach knows orders the truth: true ranks are from the last to the first.
    """
    rng, truth = np.random.default_rng(3), np.arange(len(strengths), 0, -1)
    held, widths = [], []
    for draw in range(150):
        y_true, scores = _made(rng, 120, strengths)
        resamples = bootstrap_macro_average_precision(y_true, scores, 200, draw)
        best, worst = rank_intervals(resamples.values)
        held.append((best <= truth) & (truth <= worst))
        widths.append(worst - best)
    return np.mean(held, axis=0), np.mean(widths, axis=0)


def test_what_an_approach_knows_orders_the_truth() -> None:
    """That of 40,000 films, where the simulation takes it for granted."""
    y_true, scores = _made(np.random.default_rng(3), 40_000, APART)
    found = [average_precision_score(y_true, each, average="macro") for each in scores]
    assert np.argsort(found).tolist() == [0, 1, 2, 3, 4]


def test_an_interval_holds_the_true_rank_about_as_often_as_it_says() -> None:
    held, widths = _simulated(NEAR)
    assert 0.94 <= held.mean() <= 0.98
    assert held.min() >= 0.88  # the outermost, whose rank can only err to one side
    assert widths.min() > 4  # near neighbours are not told apart


def test_a_clear_first_is_told_apart() -> None:
    held, widths = _simulated(APART)
    assert held.min() >= 0.95
    assert widths[-1] < 0.2 < 1 < widths[1]

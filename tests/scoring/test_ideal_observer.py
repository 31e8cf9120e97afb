from itertools import product

import numpy as np
import pytest

from stages.scoring.ideal_observer import (
    event_probabilities,
    genre_marginals,
    label_set_prior,
    log_likelihood,
)

# two genres A and B, one of them each film's; p = .6, .2; q = .5. By hand:
# Y={A}: A .6 + .4×.25 = .7   B .4×.25 = .1         neutral .4×.5 = .2
# Y={B}: A .8×.25 = .2        B .2 + .8×.25 = .4    neutral .8×.5 = .4
SETS, P, Q = [[1, 0], [0, 1]], [0.6, 0.2], 0.5
EVEN = [0.5, 0.5]


def test_event_probabilities_by_hand():
    assert event_probabilities(SETS, P, Q) == pytest.approx(
        np.array([[0.7, 0.1, 0.2], [0.2, 0.4, 0.4]])
    )
    # both genres: A .3 + .6×.25, B .1 + .6×.25, neutral .6×.5
    assert event_probabilities([[1, 1]], P, Q) == pytest.approx(np.array([[0.45, 0.25, 0.3]]))


def test_one_event_by_hand():
    posterior = genre_marginals(log_likelihood([[1, 0, 0]], SETS, P, Q), SETS, EVEN)
    assert posterior == pytest.approx(np.array([[7 / 9, 2 / 9]]))


def test_two_events_uneven_prior_by_hand():
    # A then neutral: {A} .25 × .7 × .2 = .035, {B} .75 × .2 × .4 = .06
    posterior = genre_marginals(log_likelihood([[1, 0, 1]], SETS, P, Q), SETS, [0.25, 0.75])
    assert posterior == pytest.approx(np.array([[0.035 / 0.095, 0.06 / 0.095]]))


def test_no_events_give_the_prior():
    sets = [[1, 0], [0, 1], [1, 1]]
    posterior = genre_marginals(log_likelihood([[0, 0, 0]], sets, P, Q), sets, [0.5, 0.2, 0.3])
    assert posterior == pytest.approx(np.array([[0.8, 0.5]]))


def test_both_modalities_by_hand():
    seen = log_likelihood([[1, 0, 0]], SETS, P, Q)
    heard = log_likelihood([[0, 0, 1]], SETS, P, Q)
    posterior = genre_marginals(seen + heard, SETS, EVEN)
    assert posterior == pytest.approx(np.array([[0.14 / 0.22, 0.08 / 0.22]]))


def test_a_cue_that_looks_neutral_by_hand():
    # B cannot be told from neutral: {A} .7, .3; {B} .2, .8. Two such events: .09 against .64
    blind = log_likelihood([[0, 1, 1]], SETS, P, Q, looks_neutral=[1])
    assert genre_marginals(blind, SETS, EVEN) == pytest.approx(
        np.array([[0.09 / 0.73, 0.64 / 0.73]])
    )


def test_zero_probabilities():
    sets = [[1, 0], [0, 1], [1, 1]]
    # nothing planted for B and no decoys: a cue of A rules {B} out; neutral events do not
    quiet = log_likelihood([[1, 0, 2], [0, 0, 3]], sets, [0.5, 0], 0)
    assert quiet[0, 1] == -np.inf
    assert np.isfinite(quiet[1]).all()
    first, second = genre_marginals(quiet, sets, [1 / 3] * 3)
    # {A}: .5 × .25 = .125, {A, B}: .25 × .5625 = .140625
    assert first == pytest.approx(np.array([1, 0.140625 / 0.265625]))
    # {A}: .125, {B}: 1, {A, B}: .421875
    assert second == pytest.approx(np.array([0.546875, 1.421875]) / 1.546875)
    certain = log_likelihood([[3, 0, 0]], SETS, [1, 1], 0)
    assert genre_marginals(certain, SETS, EVEN) == pytest.approx(np.array([[1, 0]]))


def test_impossible_events_are_refused():
    with pytest.raises(ValueError, match="film 1 are impossible"):
        genre_marginals(log_likelihood([[0, 0, 1], [1, 0, 0]], SETS, [0, 0], 0), SETS, EVEN)
    with pytest.raises(ValueError, match="without a genre"):
        event_probabilities([[0, 0]], P, Q)


def test_many_events_do_not_underflow():
    posterior = genre_marginals(log_likelihood([[4000, 1000, 0]], SETS, P, Q), SETS, EVEN)
    assert posterior == pytest.approx(np.array([[1, 0]]))


def test_against_brute_force():
    """Walk through every hidden choice of the generative process, event by event."""
    rng = np.random.default_rng(0)
    sets = np.array([s for s in product([0, 1], repeat=3) if any(s)])
    prior = rng.dirichlet(np.ones(len(sets)))
    planted, decoy = [0.5, 0.0, 0.3], 0.4
    films = [[0, 3, 3], [2, 1], [3, 3, 3, 3], [0, 1, 2, 3, 0]]

    def chance(event: int, genres: np.ndarray) -> float:
        total = 0.0
        for genre in np.flatnonzero(genres):
            draw = 1 / genres.sum()
            total += draw * planted[genre] * (event == genre)
            for any_genre in range(3):
                total += draw * (1 - planted[genre]) * decoy / 3 * (event == any_genre)
            total += draw * (1 - planted[genre]) * (1 - decoy) * (event == 3)
        return total

    expected = []
    for events in films:
        joint = [
            weight * np.prod([chance(event, genres) for event in events])
            for genres, weight in zip(sets, prior, strict=True)
        ]
        expected.append([sum(np.array(joint)[sets[:, g] == 1]) / sum(joint) for g in range(3)])
    counts = [np.bincount(events, minlength=4) for events in films]
    found = genre_marginals(log_likelihood(counts, sets, planted, decoy), sets, prior)
    assert found == pytest.approx(np.array(expected))


def test_prior_is_the_frequency_of_each_label_set():
    sets, prior = label_set_prior(np.array([[1, 0], [1, 1], [1, 0], [0, 1]], bool))
    assert dict(zip(map(tuple, sets.tolist()), prior.tolist(), strict=True)) == {
        (1, 0): 0.5,
        (1, 1): 0.25,
        (0, 1): 0.25,
    }

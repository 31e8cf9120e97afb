"""The best possible predictor of the sample corpus: the exact posterior over label sets.

Given a film's label set Y of k genres, each event independently carries the cue c with probability
(1/k) p_c [c in Y] + (1 - mean of p over Y) q / n_genres, and is neutral otherwise.
`stages.sample.plan` draws from the same model. Sum the log-likelihoods of two modalities to
observe both.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp, xlogy

Floats = NDArray[np.float64]


def label_set_prior(labels: ArrayLike) -> tuple[NDArray[np.int64], Floats]:
    """The distinct label sets of a catalogue and their frequencies.

    labels: (n_films, n_genres) of 0 and 1. Returns (n_sets, n_genres) and (n_sets,).
    """
    sets, counts = np.unique(np.asarray(labels, np.int64), axis=0, return_counts=True)
    return sets, counts / counts.sum()


def event_probabilities(label_sets: ArrayLike, planted: ArrayLike, decoy: float) -> Floats:
    """P(cue | label set): (n_sets, n_genres + 1), the last column neutral; rows sum to one.

    label_sets: (n_sets, n_genres) of 0 and 1, no row empty; planted: (n_genres,); decoy: q.
    """
    sets, p = np.asarray(label_sets, float), np.asarray(planted, float)
    if not (sets.sum(axis=1) > 0).all():
        raise ValueError("a label set without a genre has no cues")
    share = sets / sets.sum(axis=1, keepdims=True)
    silent = 1 - share @ p
    cues = share * p + (silent * decoy / sets.shape[1])[:, None]
    return np.column_stack([cues, silent * (1 - decoy)])


def log_likelihood(
    counts: ArrayLike,
    label_sets: ArrayLike,
    planted: ArrayLike,
    decoy: float,
    looks_neutral: Sequence[int] = (),
) -> Floats:
    """log P(events of a film | label set), up to a constant per film: (n_films, n_sets).

    counts: (n_films, n_genres + 1) events per cue in one modality, the last column neutral.
    looks_neutral: genres whose cue this observer cannot tell from neutral, such as cues that
    exist only over time to one who sees single frames.
    """
    seen = np.array(counts, float)
    chance = event_probabilities(label_sets, planted, decoy)
    for table in (seen, chance):
        hidden = table[:, list(looks_neutral)]
        table[:, -1] += hidden.sum(axis=1)
        table[:, list(looks_neutral)] = 0
    return xlogy(seen[:, None, :], chance[None]).sum(axis=2)


def genre_marginals(log_likelihoods: ArrayLike, label_sets: ArrayLike, prior: ArrayLike) -> Floats:
    """P(genre | events): (n_films, n_genres).

    log_likelihoods: (n_films, n_sets); label_sets: (n_sets, n_genres); prior: (n_sets,).
    Raises ValueError where a film's events are impossible under every label set.
    """
    with np.errstate(divide="ignore"):
        joint = np.asarray(log_likelihoods, float) + np.log(np.asarray(prior, float))
    evidence = logsumexp(joint, axis=1, keepdims=True)
    if not np.isfinite(evidence).all():
        film = int(np.flatnonzero(~np.isfinite(evidence))[0])
        raise ValueError(f"the events of film {film} are impossible under every label set")
    marginals = np.exp(joint - evidence) @ np.asarray(label_sets, float)
    # rounding errors would break ties between films with equal evidence, and pass 1 by a hair
    return marginals.round(12)

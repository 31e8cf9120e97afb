"""Paired bootstrap over films: every approach is judged on the same resamples.

Resampling is a count per film, drawn in blocks so that memory stays bounded; with groups, whole
groups of films are drawn. Results depend on the seed alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stages.errors import BenchmarkError
from stages.scoring.averaging import average_over_genres, ratio
from stages.scoring.decisions import quality
from stages.scoring.validate import (
    Bools,
    Floats,
    Ints,
    RealScores,
    validate_decisions,
    validate_groups,
    validate_many,
)
from stages.scoring.weighted import weighted_average_precision

Groups = npt.NDArray[np.generic] | None
# counts (n_films, n_draws) -> values (n_draws, n_approaches, n_genres), NaN = undefined
Statistic = Callable[[Floats], Floats]
BLOCK = 2500


@dataclass(frozen=True)
class Resamples:
    """A number for each approach, on all films and on each resample of them.

    point: (n_approaches,); values: (n_resamples, n_approaches), free of NaN. cells_left_out counts
    pairs of resample and genre that had no value; resamples_left_out the resamples that had none
    at all and are not among the values. jackknife: (n_groups, n_approaches), the number without
    each film (or group) in turn, for BCa intervals.
    """

    point: Floats
    values: Floats
    jackknife: Floats
    cells_left_out: int
    resamples_left_out: int


def bootstrap_macro_average_precision(
    y_true: Bools, y_scores: RealScores, n_resamples: int, seed: int, groups: Groups = None
) -> Resamples:
    """Resample films and average the genres' average precision over those a resample has.

    y_true: (n_films, n_genres) bool; y_scores: (n_approaches, n_films, n_genres); groups:
    (n_films,) or None. Raises BenchmarkError on bad arrays or if no film has any genre.
    """
    validate_many(y_true, y_scores)
    return _macro(_genre_statistic(y_true, y_scores), len(y_true), n_resamples, seed, groups)


def bootstrap_genre_average_precision(
    y_true: Bools, y_scores: RealScores, n_resamples: int, seed: int, groups: Groups = None
) -> dict[int, Resamples]:
    """Resample films and take each genre's average precision by itself.

    Arguments as `bootstrap_macro_average_precision`. Keys are genre columns; a genre that no film
    has is missing. Raises BenchmarkError on bad arrays or groups.
    """
    validate_many(y_true, y_scores)
    return {
        int(genre): _macro(
            _genre_statistic(y_true[:, [genre]], y_scores[:, :, [genre]]),
            len(y_true),
            n_resamples,
            seed,
            groups,
        )
        for genre in np.flatnonzero(y_true.any(axis=0))
    }


def bootstrap_micro_average_precision(
    y_true: Bools, y_scores: RealScores, n_resamples: int, seed: int, groups: Groups = None
) -> Resamples:
    """Resample films and take the average precision of all pairs of film and genre in one list.

    Arguments and errors as `bootstrap_macro_average_precision`.
    """
    validate_many(y_true, y_scores)
    film = np.repeat(np.arange(len(y_true)), y_true.shape[1])

    def statistic(counts: Floats) -> Floats:
        columns = [
            weighted_average_precision(y_true.ravel(), y_score.ravel(), counts, film)
            for y_score in y_scores
        ]
        return np.stack(columns, axis=1)[:, :, None]

    return _macro(statistic, len(y_true), n_resamples, seed, groups)


def bootstrap_macro_f1(
    y_true: Bools, decisions: Bools, n_resamples: int, seed: int, groups: Groups = None
) -> Resamples:
    """Resample films and average the genres' F1 over those a resample has.

    y_true: (n_films, n_genres) bool; decisions: (n_approaches, n_films, n_genres) bool. Errors as
    `bootstrap_macro_average_precision`.
    """
    for approach in decisions:
        validate_decisions(y_true, approach)

    def statistic(counts: Floats) -> Floats:
        def total(flags: Bools) -> Ints:
            return np.rint(np.tensordot(counts, flags, axes=(0, -2))).astype(np.int64)

        truths = total(y_true)[:, None, :]
        return quality(total(decisions & y_true), total(decisions), truths).f1

    return _macro(statistic, len(y_true), n_resamples, seed, groups)


def bootstrap_means(
    values: Floats, n_resamples: int, seed: int, groups: Groups = None
) -> Resamples:
    """Resample films and average a number each film has by itself (exact match, squared error).

    values: (n_films, n_approaches), NaN where a film has no value. Raises BenchmarkError if no
    film has one.
    """
    defined = ~np.isnan(values)
    filled = np.where(defined, values, 0.0)

    def statistic(counts: Floats) -> Floats:
        return ratio(counts.T @ filled, counts.T @ defined)[:, :, None]

    return _macro(statistic, len(values), n_resamples, seed, groups)


def resampling_counts(
    n_films: int, n_resamples: int, seed: int, groups: Groups = None
) -> Iterator[Floats]:
    """How often each film is drawn in each resample, in blocks of (n_films, up to BLOCK).

    As many films (or groups) are drawn, with replacement, as there are. Raises BenchmarkError
    unless there is one group per film.
    """
    group = group_numbers(n_films, groups)
    n_groups = int(group.max()) + 1
    rng = np.random.default_rng(seed)
    for start in range(0, n_resamples, BLOCK):
        n_draws = min(BLOCK, n_resamples - start)
        drawn = rng.integers(n_groups, size=(n_draws, n_groups)) * n_draws
        drawn += np.arange(n_draws)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=n_groups * n_draws)
        yield counts.reshape(n_groups, n_draws)[group].astype(np.float64)


def _genre_statistic(y_true: Bools, y_scores: RealScores) -> Statistic:
    def statistic(counts: Floats) -> Floats:
        values = np.empty((counts.shape[1], len(y_scores), y_true.shape[1]))
        for approach, y_score in enumerate(y_scores):
            for genre in range(y_true.shape[1]):
                values[:, approach, genre] = weighted_average_precision(
                    y_true[:, genre], y_score[:, genre], counts
                )
        return values

    return statistic


def _macro(
    statistic: Statistic, n_films: int, n_resamples: int, seed: int, groups: Groups
) -> Resamples:
    """Run a statistic over all films, over the resamples, and over all films but one group."""
    group = group_numbers(n_films, groups)
    left_out_one = [average_over_genres(statistic(c))[0] for c in _leave_one_out(group)]
    jackknife = np.concatenate(left_out_one)
    point, jackknife = jackknife[0], jackknife[1:]
    if np.isnan(point).any():
        raise BenchmarkError(
            "there is nothing to resample",
            where="y_true",
            found=f"{n_films} films, none of which gives a value",
            expected="at least one film with a genre",
            do="check the genres chosen and the films judged",
        )
    blocks, cells = [], 0
    for counts in resampling_counts(n_films, n_resamples, seed, groups):
        means, left_out = average_over_genres(statistic(counts))
        blocks.append(means)
        cells += int(left_out.max(axis=1).sum())
    values = np.concatenate(blocks)
    kept = ~np.isnan(values).any(axis=1)
    return Resamples(
        point=point,
        values=values[kept],
        jackknife=jackknife[~np.isnan(jackknife).any(axis=1)],
        cells_left_out=cells,
        resamples_left_out=int((~kept).sum()),
    )


def _leave_one_out(group: Ints) -> Iterator[Floats]:
    """Counts of all films, then without each group in turn, in blocks of (n_films, up to BLOCK)."""
    n_columns = int(group.max()) + 2
    for start in range(0, n_columns, BLOCK):
        absent = np.arange(start, min(start + BLOCK, n_columns)) - 1
        yield (group[:, None] != absent).astype(np.float64)


def group_numbers(n_films: int, groups: Groups) -> Ints:
    """Number the groups from 0: (n_films,); each film its own without groups.

    Raises BenchmarkError unless there is one group per film.
    """
    if groups is None:
        return np.arange(n_films)
    validate_groups(groups, n_films)
    return np.unique(groups, return_inverse=True)[1].astype(np.int64)

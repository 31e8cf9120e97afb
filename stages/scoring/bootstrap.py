"""Paired bootstrap over films: every approach is judged on the same resamples.

Resampling is a count per film, drawn in blocks of a bounded size, however many films there are;
with groups, whole groups of films are drawn. Results depend on the seed alone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stages.base.errors import BenchmarkError
from stages.scoring.averaging import average_over_genres, ratio
from stages.scoring.decisions import quality
from stages.scoring.jackknife import jackknife_average_precision, leave_one_group_out_sums
from stages.scoring.threads import in_threads, made_ahead
from stages.scoring.validate import (
    Bools,
    Floats,
    Ints,
    RealScores,
    validate_decisions,
    validate_groups,
    validate_many,
)
from stages.scoring.weighted import Bytes, Ranked, Weights, average_precisions

Groups = npt.NDArray[np.generic] | None
Statistic = Callable[[Bytes], Floats]
"""Counts (n_films, n_draws) -> values (n_draws, n_approaches, n_genres), NaN = undefined."""
MAX_BLOCK = 512  # resamples at once, and fewer where there are many films
BLOCK_BYTES = 1 << 26
FILMS_AT_ONCE = 4096  # whose values are added up at once
DRAWN_AT_ONCE = 1 << 16  # numbers of films, and one resample at least


@dataclass(frozen=True)
class Resamples:
    """A number for each approach, on all films and on each resample of them."""

    point: Floats
    """(n_approaches,), on all films."""
    values: Floats
    """(n_resamples, n_approaches), free of NaN."""
    jackknife: Floats
    """(n_groups, n_approaches), without each film (or group) in turn."""
    cells_left_out: int
    """Pairs of resample and genre that had no value."""
    resamples_left_out: int
    """Resamples that had no value at all and are not among the values."""


@dataclass(frozen=True)
class GenreResamples:
    """Average precision by approach and genre, NaN where a genre has no film; macro averages and
    single genres are both taken from it."""

    point: Floats
    """(n_approaches, n_genres)."""
    values: Floats
    """(n_resamples, n_approaches, n_genres)."""
    jackknife: Floats
    """(n_groups, n_approaches, n_genres)."""

    def take(self, approaches: list[int]) -> "GenreResamples":
        """Only some of the approaches, by number."""
        parts = (self.point[approaches], self.values[:, approaches], self.jackknife[:, approaches])
        return GenreResamples(*parts)

    def macro(self) -> Resamples:
        """Means over the genres that a resample has. Raises BenchmarkError if no film has any."""
        return _macro_resamples(self.point, self.values, self.jackknife)

    def by_genre(self) -> dict[int, Resamples]:
        """Each genre by itself; a genre that no film has is missing."""
        return {
            int(genre): _macro_resamples(
                *(part[..., [genre]] for part in (self.point, self.values, self.jackknife))
            )
            for genre in np.flatnonzero(np.isfinite(self.point).all(axis=0))
        }


def resampled_average_precision(
    y_true: Bools, y_scores: RealScores, n_resamples: int, seed: int, groups: Groups = None
) -> GenreResamples:
    """Resample films and take the average precision of every approach and genre.

    y_true: (n_films, n_genres) bool; y_scores: (n_approaches, n_films, n_genres); groups:
    (n_films,) or None. Raises BenchmarkError on bad arrays.
    """
    validate_many(y_true, y_scores)
    n_films, n_genres = y_true.shape
    group = encode_groups(n_films, groups)
    shape = (len(y_scores), n_genres)
    jackknife = np.empty((int(group.max()) + 2, *shape))
    width = min(block_width(n_films), n_resamples)

    def prepare(place: tuple[int, ...]) -> Ranked:
        approach, genre = place
        truth, score = y_true[:, genre], y_scores[approach][:, genre]
        jackknife[:, approach, genre] = jackknife_average_precision(truth, score, group)
        return Ranked(truth, score, width)

    ranked = in_threads(prepare, np.ndindex(shape))
    blocks = map(Weights, resampling_counts(n_films, n_resamples, seed, groups))
    found = average_precisions(ranked, blocks)
    values = np.stack([np.concatenate(each) for each in found], axis=-1)
    return GenreResamples(jackknife[0], values.reshape(-1, *shape), jackknife[1:])


def bootstrap_macro_average_precision(
    y_true: Bools, y_scores: RealScores, n_resamples: int, seed: int, groups: Groups = None
) -> Resamples:
    """Resample films and average the genres' average precision over those a resample has.

    Arguments as `resampled_average_precision`. Raises BenchmarkError on bad arrays or if no film
    has any genre.
    """
    return resampled_average_precision(y_true, y_scores, n_resamples, seed, groups).macro()


def bootstrap_genre_average_precision(
    y_true: Bools, y_scores: RealScores, n_resamples: int, seed: int, groups: Groups = None
) -> dict[int, Resamples]:
    """Resample films and take each genre's average precision by itself.

    Arguments as `resampled_average_precision`. Keys are genre columns; a genre that no film has is
    missing. Raises BenchmarkError on bad arrays or groups.
    """
    return resampled_average_precision(y_true, y_scores, n_resamples, seed, groups).by_genre()


def bootstrap_macro_f1(
    y_true: Bools, decisions: Bools, n_resamples: int, seed: int, groups: Groups = None
) -> Resamples:
    """Resample films and average the genres' F1 over those a resample has.

    y_true: (n_films, n_genres) bool; decisions: (n_approaches, n_films, n_genres) bool. Errors as
    `bootstrap_macro_average_precision`.
    """
    for approach in decisions:
        validate_decisions(y_true, approach)
    group = encode_groups(len(y_true), groups)
    truths = leave_one_group_out_sums(y_true, group)
    point, left_out = [], []
    for decided in decisions:
        hits, taken = (
            leave_one_group_out_sums(flags, group) for flags in (decided & y_true, decided)
        )
        f1 = quality(hits, taken, truths).f1
        point.append(f1[:1])
        left_out.append(average_over_genres(f1[1:])[0])
    n_approaches, n_films, n_genres = decisions.shape
    flags = np.concatenate([y_true[None], decisions, decisions & y_true]).swapaxes(0, 1)
    flags = np.ascontiguousarray(flags).reshape(n_films, -1)

    def statistic(counts: Bytes) -> Floats:
        total = weighted_sums(counts, flags)
        shape = (len(total), -1, n_genres)
        truths, decided, hits = np.split(total.reshape(shape), [1, 1 + n_approaches], axis=1)
        return quality(hits, decided, truths).f1

    values = _resampled(statistic, n_films, n_resamples, seed, groups)
    return _macro_resamples(np.concatenate(point), values, np.stack(left_out, axis=1)[..., None])


def bootstrap_means(
    values: Floats, n_resamples: int, seed: int, groups: Groups = None
) -> Resamples:
    """Resample films and average a number each film has by itself (exact match, squared error).

    values: (n_films, n_approaches), NaN where a film has no value. Raises BenchmarkError if no
    film has one.
    """
    defined = ~np.isnan(values)
    filled = np.where(defined, values, 0.0)
    group = encode_groups(len(values), groups)
    left_out = ratio(
        leave_one_group_out_sums(filled, group), leave_one_group_out_sums(defined, group)
    )

    def statistic(counts: Bytes) -> Floats:
        return ratio(weighted_sums(counts, filled), weighted_sums(counts, defined))[:, :, None]

    found = _resampled(statistic, len(values), n_resamples, seed, groups)
    return _macro_resamples(left_out[0][:, None], found, left_out[1:, :, None])


def concatenate(parts: Sequence[Resamples]) -> Resamples:
    """The approaches of several, all on the same films and the same resamples of them."""
    point, values, jackknife = (
        np.concatenate([getattr(part, name) for part in parts], axis=-1)
        for name in ("point", "values", "jackknife")
    )
    left_out = parts[0].cells_left_out, parts[0].resamples_left_out
    return Resamples(point, values, jackknife, *left_out)


def resampling_counts(
    n_films: int, n_resamples: int, seed: int, groups: Groups = None
) -> Iterator[Bytes]:
    """How often each film is drawn in each resample: (n_films, up to a block) uint8.

    As many films (or groups) are drawn, with replacement, as there are. Raises BenchmarkError
    unless there is one group per film.
    """
    group = encode_groups(n_films, groups)
    return made_ahead(_counts(group, n_resamples, seed, groups is not None))


def _counts(group: Ints, n_resamples: int, seed: int, is_grouped: bool) -> Iterator[Bytes]:
    n_groups = int(group.max()) + 1
    rng = np.random.default_rng(seed)
    width = block_width(len(group))
    at_once = max(DRAWN_AT_ONCE // n_groups, 1)
    for start in range(0, n_resamples, width):
        drawn = np.empty((min(width, n_resamples - start), n_groups), np.uint8)
        for first in range(0, len(drawn), at_once):
            draws = drawn[first : first + at_once]  # the same numbers, however many at once
            numbers = rng.integers(n_groups, size=draws.shape)
            numbers += n_groups * np.arange(len(draws))[:, None]
            draws[:] = np.bincount(numbers.ravel(), minlength=draws.size).reshape(draws.shape)
        counts = np.ascontiguousarray(drawn.T)
        yield counts[group] if is_grouped else counts


def weighted_sums(counts: Bytes, values: Bools | Floats) -> Floats:
    """Sums over the films of each resample, (n_draws, n_columns).

    counts: (n_films, n_draws); values: (n_films, n_columns), whose sums stay below 2**24 where they
    are yes or no: these are added in single precision, which is then exact.
    """
    kind = np.float32 if values.dtype == np.bool_ else np.float64
    total = np.zeros((counts.shape[1], values.shape[1]))
    for start in range(0, len(counts), FILMS_AT_ONCE):
        part = slice(start, start + FILMS_AT_ONCE)
        total += counts[part].T.astype(kind) @ values[part].astype(kind)
    return total


def block_width(n_films: int) -> int:
    """How many resamples of so many films are worked on at once."""
    return min(max(BLOCK_BYTES // n_films, 16), MAX_BLOCK)


def _resampled(
    statistic: Statistic, n_films: int, n_resamples: int, seed: int, groups: Groups
) -> Floats:
    blocks = resampling_counts(n_films, n_resamples, seed, groups)
    return np.concatenate([statistic(counts) for counts in blocks])


def _macro_resamples(point: Floats, values: Floats, jackknife: Floats) -> Resamples:
    """Means over the genres, the last axis of each; what has no value is left out."""
    macro, left_out = average_over_genres(values)
    means = average_over_genres(point)[0]
    if np.isnan(means).any():
        raise BenchmarkError(
            "there is nothing to resample",
            where="y_true",
            found="films none of which gives a value",
            expected="at least one film with a genre",
            do="check the genres chosen and the films judged",
        )
    kept = ~np.isnan(macro).any(axis=1)
    without = np.stack([average_over_genres(each)[0] for each in jackknife.swapaxes(0, 1)], axis=1)
    return Resamples(
        point=means,
        values=macro[kept],
        jackknife=without[~np.isnan(without).any(axis=1)],
        cells_left_out=int(left_out.max(axis=1).sum()),
        resamples_left_out=int((~kept).sum()),
    )


def encode_groups(n_films: int, groups: Groups) -> Ints:
    """Number the groups from 0: (n_films,); each film its own without groups.

    Raises BenchmarkError unless there is one group per film.
    """
    if groups is None:
        return np.arange(n_films)
    validate_groups(groups, n_films)
    return np.unique(groups, return_inverse=True)[1].astype(np.int64)

"""How much of the time of a genre's trailers is speech, music or neither, beside all other films.

Every number is a mean over films, so that a long trailer counts as much as a short one. What is
compared is films with the genre and films without it, by the bootstrap over films (collections
together), adjusted by Holm for all genres and layers.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from stages.base.genres import GENRES
from stages.base.params import JudgingParams
from stages.hearing.shares import LAYERS
from stages.judging.sample_size import check_sample_size, interval_cells
from stages.judging.verdicts import TOO_FEW, UNDECIDED, adjust_p_values, verdict
from stages.scoring.bootstrap import Resamples, bootstrap_means
from stages.scoring.intervals import approach_estimate, bootstrap_p_value, paired_difference

COLUMNS = (
    *("layer", "genre", "films", "mean", "lo", "hi", "lower_quartile", "median", "upper_quartile"),
    *("others", "difference", "difference_lo", "difference_hi", "p", "p_holm", "verdict"),
)
MORE, LESS = "more", "less"
Row = dict[str, Any]


def rows(
    shares: np.ndarray, y_true: np.ndarray, group: np.ndarray | None, params: JudgingParams
) -> list[Row]:
    """One row of all films (genre "") and one a genre, of each layer that is known of any film.

    shares: (n_films, len(LAYERS)) from 0 to 1, NaN where not known; y_true: (n_films, n_genres);
    group: (n_films,) or None. mean: of the films with the genre, with its 95% interval; others: of
    the films without it; difference: of the two, with its interval, p by the bootstrap and Holm's
    p_holm. None of these where films are too few.
    """
    found: list[Row] = []
    for layer, share in zip(LAYERS, shares.T, strict=True):
        known = ~np.isnan(share)
        if known.any():
            of = None if group is None else group[known]
            found += _of_layer(layer, share[known], y_true[known], of, params)
    tested = [row for row in found if "p" in row]
    if tested:
        adjust_p_values(tested)
    for row in found:
        if row["genre"]:
            row["verdict"] = _verdict(row) if "p" in row else TOO_FEW
    return found


def _of_layer(
    layer: str,
    share: np.ndarray,
    y_true: np.ndarray,
    group: np.ndarray | None,
    params: JudgingParams,
) -> Iterator[Row]:
    size = check_sample_size(y_true, group, params)
    everybody = np.ones(len(share), bool)
    sides = [everybody, *(side for has in y_true.T[size.enough_genres] for side in (has, ~has))]
    values = np.stack([np.where(side, share, np.nan) for side in sides], axis=1)
    resamples = bootstrap_means(values, params.resamples, params.seed, group)
    yield {
        "layer": layer,
        "genre": "",
        **_distribution(share, everybody),
        **_mean(resamples, 0, size.enough_films),
    }
    column = 1
    for genre, has, enough in zip(GENRES, y_true.T, size.enough_genres, strict=True):
        if not has.any():
            continue
        row = {"layer": layer, "genre": genre, **_distribution(share, has)}
        if (~has).any():
            row["others"] = float(share[~has].mean())
            row["difference"] = row["mean"] - row["others"]
        if enough:
            difference = paired_difference(resamples, column, column + 1)
            samples = resamples.values[:, column] - resamples.values[:, column + 1]
            row |= _mean(resamples, column, True)
            row |= interval_cells(difference.lo, difference.hi, True, "difference_")
            row["p"] = bootstrap_p_value(samples, 0.0)
            column += 2
        yield row


def _distribution(share: np.ndarray, chosen: np.ndarray) -> Row:
    lower, median, upper = np.quantile(share[chosen], (0.25, 0.5, 0.75)).tolist()
    return {
        "films": int(chosen.sum()),
        "mean": float(share[chosen].mean()),
        "lower_quartile": lower,
        "median": median,
        "upper_quartile": upper,
    }


def _mean(resamples: Resamples, column: int, shown: bool) -> Row:
    estimate = approach_estimate(resamples, column, method="percentile")
    return interval_cells(estimate.lo, estimate.hi, shown)


def _verdict(row: Row) -> str:
    found = verdict(row["difference_lo"], row["difference_hi"], row["p_holm"])
    return {1: MORE, -1: LESS, 0: UNDECIDED}[found]

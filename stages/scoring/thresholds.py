"""Rules that turn scores into yes/no decisions, and the tuning of their thresholds.

The tuning functions must only ever see the training part of a fold.
"""

import numpy as np
import numpy.typing as npt

from stages.base.counting import counted
from stages.base.errors import BenchmarkError
from stages.scoring.averaging import average_over_genres
from stages.scoring.validate import Bools, Floats, Ints, RealScores, validate

AT_ONCE = 1 << 16  # candidates looked at together


def at_threshold(y_score: RealScores, threshold: float | Floats) -> Bools:
    """Decide yes where the score is at or above the threshold.

    y_score: (n_films, n_genres); threshold: one number, or (n_genres,). Returns (n_films, n_genres)
    bool. Raises BenchmarkError if the thresholds do not match the genres.
    """
    if np.shape(threshold) not in ((), (y_score.shape[1],)):
        raise BenchmarkError(
            "the thresholds do not match the genres",
            where="threshold",
            found=f"shape {np.shape(threshold)}",
            expected=f"one number, or {y_score.shape[1]}",
            do="give one threshold for all genres or one for each",
        )
    return np.asarray(y_score >= threshold)


def top_k(y_score: RealScores, k: int) -> Bools:
    """Decide yes for each film's k highest scores, ties to the first genre.

    y_score: (n_films, n_genres). Returns (n_films, n_genres) bool. Raises BenchmarkError unless
    0 < k <= n_genres.
    """
    if not 0 < k <= y_score.shape[1]:
        raise BenchmarkError(
            "cannot take that many genres",
            where="k",
            found=str(k),
            expected=f"1 to {y_score.shape[1]}",
            do="choose k from the mean number of genres per film",
        )
    decisions = np.zeros(y_score.shape, dtype=np.bool_)
    highest = np.argsort(-y_score, axis=1, kind="stable")[:, :k]
    np.put_along_axis(decisions, highest, True, axis=1)
    return decisions


def cardinality(y_true: Bools) -> int:
    """Mean number of genres per film, rounded, at least 1: the k of `top_k`.

    y_true: (n_films, n_genres) bool.
    """
    return max(1, round(float(y_true.sum(axis=1).mean())))


def tune_threshold(y_true: Bools, y_score: RealScores) -> float:
    """Find the one threshold with the best macro F1 on the given films.

    Candidates are all scores that occur; of equally good ones the highest. y_true, y_score:
    (n_films, n_genres). Raises BenchmarkError if no film has any genre.
    """
    validate(y_true, y_score)
    _require_positives(y_true)
    candidates, places = np.unique(y_score, return_inverse=True)
    counts = [
        (_at_least(place[truth], len(candidates)), _at_least(place, len(candidates)))
        for truth, place in zip(y_true.T, places.reshape(y_score.shape).T, strict=True)
    ]
    candidates = candidates[::-1]
    highest, best = -1.0, candidates[0]
    for start in range(0, len(candidates), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        f1 = [_f1(hits[part], decided[part], hits[-1]) for hits, decided in counts]
        macro_f1, _ = average_over_genres(np.stack(f1, axis=1))
        if macro_f1.max() > highest:
            highest, best = macro_f1.max(), candidates[part][np.argmax(macro_f1)]
    return float(best)


def tune_genre_thresholds(y_true: Bools, y_score: RealScores, common: float) -> Floats:
    """Find for each genre the threshold with the best F1 on the given films.

    Candidates are the scores that occur; of equally good ones the highest. A genre that no film
    has takes `common`, the threshold tuned for all. y_true, y_score: (n_films, n_genres). Returns
    (n_genres,). Raises BenchmarkError if no film has any genre.
    """
    validate(y_true, y_score)
    _require_positives(y_true)
    thresholds = np.full(y_true.shape[1], common)
    for genre in np.flatnonzero(y_true.any(axis=0)):
        candidates, places = np.unique(y_score[:, genre], return_inverse=True)
        hits, decided = (
            _at_least(each, len(candidates)) for each in (places[y_true[:, genre]], places)
        )
        candidates, f1 = candidates[::-1], _f1(hits, decided, hits[-1])
        thresholds[genre] = candidates[np.argmax(f1)]
    return thresholds


def _at_least(places: Ints, n_candidates: int) -> npt.NDArray[np.int32]:
    """How many scores are at or above each candidate, the highest first, (n_candidates,).

    places: number of each score's candidate, the lowest being 0.
    """
    counts = np.bincount(places, minlength=n_candidates)[::-1]
    return np.cumsum(counts, dtype=np.int32)


def _f1(hits: npt.NDArray[np.int32], decided: npt.NDArray[np.int32], positives: int) -> Floats:
    """F1 of one genre at each candidate, (n_candidates,); NaN throughout without positives."""
    if not positives:
        return np.full(len(hits), np.nan)
    return 2 * hits / (decided + positives)


def _require_positives(y_true: Bools) -> None:
    if not y_true.any():
        raise BenchmarkError(
            "no threshold can be tuned",
            where="y_true",
            found=f"{counted(len(y_true), 'film')} without any genre",
            expected="at least one film with a genre",
            do="check the genres chosen and the films of the training part",
        )

"""Paired comparisons on the same films: one modality against another, their unions, and none."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from stages.base.params import JudgingParams
from stages.base.params.matrix import HeadlineParams
from stages.base.params.modalities import SINGLE
from stages.judging.board import Board
from stages.judging.part_selection import better_part
from stages.judging.questions import NO_SKILL, Comparison, exploratory_comparisons
from stages.judging.verdicts import HEADLINE, AdjustedPValues, add_verdicts
from stages.scoring.averaging import average
from stages.scoring.bootstrap import (
    Resamples,
    bootstrap_macro_average_precision,
    concatenate,
)
from stages.scoring.intervals import Estimate, paired_difference
from stages.scoring.permutation import no_skill_test, paired_permutation_test
from stages.scoring.ranking import macro_average_precision
from stages.scoring.references import expected_random_average_precision, random_scores

Row = dict[str, Any]
RANDOM_DRAWS = 20  # their mean is the reference
DRAWS_AT_ONCE = 5  # of these draws


def comparison_rows(
    board: Board,
    params: JudgingParams,
    headline: Sequence[Row],
    adjusted: AdjustedPValues | None = None,
    leading: str = "",
) -> list[Row]:
    """One row a comparison: difference, paired interval, permutation p, Holm's p, verdict.

    headline: the rows of `headline_rows`, which stand first; adjusted: Holm's p of what was named
    before the run; leading: the approach that what was sent in is compared with, besides the best
    of its modality. The rest is adjusted within its family. With too few films there is the
    difference alone.

    No skill is a random order of the films, not the prior: a constant's average precision lies
    below that of random scores, and out of fold below even its own prevalence, because a genre
    rarer in training is more frequent in the fold it is judged on. Noise would "beat" it.
    """
    places = {cell.slug: [row] for row, cell in enumerate(board.cells)}
    places[NO_SKILL] = [len(board.cells) + draw for draw in range(RANDOM_DRAWS)]
    random, excess = _resample_random_scores(board, params)
    resamples = concatenate([board.resampled(params).macro(), *random])
    known = {(row["a"], row["b"]) for row in headline}
    rows = []
    for item in (*exploratory_comparisons(board), *_with_sent_in(board, leading)):
        if (item.a, item.b) in known:
            continue
        # the draws stand for all random orders: their mean's error is taken off
        shift = excess if item.b == NO_SKILL else 0.0
        estimate = paired_difference(resamples, places[item.a], places[item.b])
        rows.append(_row(board, item, estimate, params, shift) | {"holm_family": item.family})
    add_verdicts(rows, ("a", "b"), adjusted)
    return [*headline, *rows]


def headline_rows(board: Board, params: JudgingParams, headline: HeadlineParams) -> list[Row]:
    """The headline's comparisons: one modality against another, and their union against the better.

    board: of the headline's approaches only, so that no other approach of a matrix, nor the films
    that it lacks, changes a number. A headline of one modality has nothing to compare.
    """
    rows = []
    for item in _headline_comparisons(board, headline):
        macro = board.resampled(params).macro()
        estimate = paired_difference(macro, board.row(item.a), board.row(item.b))
        rows.append(_row(board, item, estimate, params) | {"holm_family": HEADLINE})
    add_verdicts(rows, ("a", "b"))
    return rows


def _headline_comparisons(board: Board, headline: HeadlineParams) -> Iterator[Comparison]:
    """The better one is that of the headline's picture and sound which most folds choose.

    What words add is all against both, or where these are not named, against the better single one.
    """
    named, before = headline.named, "of the approaches named before the run?"
    for a, b in combinations([each for each in SINGLE if each in named], 2):
        question = f"Does {a} tell more than {b}, {before}"
        yield Comparison(f"{a}_{b}", named[a], named[b], question)
    if headline.both and headline.picture and headline.sound:
        yield Comparison(
            "fusion",
            headline.both,
            better_part(board, [headline.picture, headline.sound]),
            "Do both together tell more than the better one, of those named before the run?",
        )
    if headline.all:
        singles = [named[each] for each in SINGLE if each in named]
        yield Comparison(
            "with_words",
            headline.all,
            headline.both or better_part(board, singles),
            "Do picture, sound and words tell more than what was named without them all?",
        )


def _row(
    board: Board, item: Comparison, estimate: Estimate, params: JudgingParams, shift: float = 0.0
) -> Row:
    row: Row = {
        **vars(item),
        "name": f"{item.a}_minus_{item.b}",
        "difference": estimate.value + shift,
        "films": len(board.film_id),
    }
    if board.sample_size(params).enough_films:
        row |= {"lo": estimate.lo + shift, "hi": estimate.hi + shift}
        row["p"] = _p_value(board, item, params)
    return row


def paired_comparison(
    resamples: Resamples,
    board: Board,
    pair: np.ndarray,
    params: JudgingParams,
    genres: slice | list[int] = slice(None),
) -> dict[str, Any]:
    """The first minus the second, with its paired interval and permutation p; the difference alone
    where the corpus or these genres have too few films.

    resamples: of the two, in that order; pair: (2, n_films, n_genres) scores; genres: the columns
    that the resamples are of.
    """
    difference = paired_difference(resamples, 0, 1)
    size = board.sample_size(params)
    if not (size.enough_films if genres == slice(None) else size.enough_genres[genres].all()):
        return {"difference": difference.value}
    test = paired_permutation_test(
        board.y_true[:, genres],
        pair[0][:, genres],
        pair[1][:, genres],
        params.permutations,
        params.seed,
        board.group,
    )
    return {
        "difference": difference.value,
        "lo": difference.lo,
        "hi": difference.hi,
        "p": test.p_value,
    }


def _with_sent_in(board: Board, leading: str) -> Iterator[Comparison]:
    """What was sent in against the headline, and against what most folds choose of its modality."""
    for cell in board.cells:
        if cell.kind != "submitted":
            continue
        alike = [
            own.slug
            for own in board.cells
            if own.kind not in ("submitted", "prior") and own.modality == cell.modality
        ]
        best = better_part(board, alike) if alike else ""
        for other in filter(None, dict.fromkeys((leading, best))):
            question = f"Does {cell.slug}, which was sent in, tell more than {other}?"
            yield Comparison("sent_in", cell.slug, other, question)


def _p_value(board: Board, item: Comparison, params: JudgingParams) -> float:
    a = board.y_scores[board.row(item.a)]
    if item.b == NO_SKILL:
        test = no_skill_test(board.y_true, a, params.permutations, params.seed, board.group)
        return test.p_value
    b = board.y_scores[board.row(item.b)]
    test = paired_permutation_test(
        board.y_true, a, b, params.permutations, params.seed, board.group
    )
    return test.p_value


def _resample_random_scores(board: Board, params: JudgingParams) -> tuple[list[Resamples], float]:
    """Random scores resampled, a few draws at a time; and how far the draws' mean macro AP lies
    above the exact mean of all random orders."""
    rng = np.random.default_rng(params.seed)
    resamples, macro = [], []
    n_films, n_genres = board.y_true.shape
    for _ in range(RANDOM_DRAWS // DRAWS_AT_ONCE):
        draws = np.stack([random_scores(n_films, n_genres, rng) for _ in range(DRAWS_AT_ONCE)])
        settings = params.resamples, params.seed, board.group
        resamples.append(bootstrap_macro_average_precision(board.y_true, draws, *settings))
        macro += [_macro_ap(board, scores) for scores in draws]
    expected = average(expected_random_average_precision(board.y_true)).value or 0.0
    return resamples, float(np.mean(macro)) - expected


def _macro_ap(board: Board, scores: np.ndarray) -> float:
    return macro_average_precision(board.y_true, scores).value or 0.0

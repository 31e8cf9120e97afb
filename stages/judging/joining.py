"""What joining brings: who contributes what to a fusion, and which films it loses."""

from collections.abc import Collection, Iterator, Mapping
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np

from stages.base.params import JudgingParams
from stages.base.params.matrix import PRIOR, Cell
from stages.base.params.modalities import singles_of
from stages.judging.board import Board
from stages.judging.complementarity import parts_by_modality
from stages.judging.sample_size import interval_cells
from stages.scoring.bootstrap import bootstrap_means
from stages.scoring.intervals import approach_estimate, weighted_sum

Row = dict[str, Any]
ALL = "all"  # in place of a genre: the mean over them; of a part: any of them
CONTRIBUTIONS = ["approach", "modality", "part", "genre", "contribution", "lo", "hi"]
CONFUSED = [
    *("approach", "modality", "part", "films", "right", "right_joined", "right_prior"),
    *("lost", "lost_lo", "lost_hi", "lost_by_chance", "won", "won_lo", "won_hi"),
]


def contribution_rows(board: Board, params: JudgingParams) -> Iterator[Row]:
    """One row a fusion, modality and genre, and one over all genres: its Shapley value.

    That is what average precision rises by when the modality joins, a mean over all orders in which
    they may (Shapley 1953); nothing at all scores what the prior does. A fusion's values add up to
    its score less the prior's. With intervals over films where there are enough.
    """
    size, resamples = board.sample_size(params), board.resampled(params)
    every = {ALL: (resamples.macro(), size.enough_films)}
    for column, found in resamples.by_genre().items():
        every[board.genres[column]] = found, bool(size.enough_genres[column])
    for cell in board.cells:
        part_of = parts_by_modality(board, cell)
        if len(part_of) < 2:
            continue
        worth = coalitions(board, cell, part_of)
        if len(worth) < 2 ** len(part_of):
            continue  # of three, a matrix need not join every two
        for modality, part in part_of.items():
            weights = np.zeros(len(board.cells))
            for slug, weight in shapley_weights(worth, part_of, modality).items():
                weights[board.row(slug)] += weight
            for genre, (found, shown) in every.items():
                estimate = weighted_sum(found, weights)
                yield {
                    "approach": cell.slug,
                    "modality": modality,
                    "part": part,
                    "genre": genre,
                    "contribution": estimate.value,
                    **interval_cells(estimate.lo, estimate.hi, shown),
                }


def coalitions(board: Board, cell: Cell, part_of: Mapping[str, str]) -> dict[frozenset[str], str]:
    """Which approach is what each set of a fusion's modalities scores, of those that the board has.

    The prior is that of none, a part that of one, the fusion that of all; that of two among three
    is a fusion of the same kind, under the same rule or head, of these parts.
    """
    worth = {frozenset[str](): PRIOR, frozenset(part_of): cell.slug}
    worth |= {frozenset({modality}): part for modality, part in part_of.items()}
    for other in board.cells:
        alike = (other.kind, other.head, other.context) == (cell.kind, cell.head, cell.context)
        inside = set(other.parts) < set(cell.parts) and other.window in ("", cell.window)
        if alike and inside and len(other.parts) > 1:
            worth.setdefault(frozenset(singles_of(other.modality)), other.slug)
    return worth


def shapley_weights(
    worth: Mapping[frozenset[str], str], players: Collection[str], player: str
) -> dict[str, float]:
    """What a player's Shapley value takes each coalition's worth times.

    worth: names of the worths, of every coalition of the players, the empty one too.
    """
    n, found = len(players), dict.fromkeys(worth.values(), 0.0)
    others = [each for each in players if each != player]
    for size in range(n):
        share = factorial(size) * factorial(n - size - 1) / factorial(n)
        for coalition in combinations(others, size):
            found[worth[frozenset({*coalition, player})]] += share
            found[worth[frozenset(coalition)]] -= share
    return found


def confused_rows(board: Board, params: JudgingParams) -> Iterator[Row]:
    """One row a fusion and part, and one for any of its parts: films that joining loses and wins.

    A film is right where the first of its ranked genres is one of its own; films without any are
    left out. lost: right by the part, wrong by the fusion (modality confusion, VGGSounder 2025);
    won: the other way round; lost_by_chance: what is lost if neither knew of the other. Shares of
    films, with intervals where there are enough.
    """
    shown = board.sample_size(params).enough_films
    for cell in board.cells:
        part_of = parts_by_modality(board, cell)
        if len(part_of) < 2:
            continue
        joined, prior = (first_is_right(board, slug) for slug in (cell.slug, PRIOR))
        right = {modality: first_is_right(board, part) for modality, part in part_of.items()}
        right[ALL] = np.maximum.reduce(list(right.values()))
        parts = [
            np.stack([alone * (1 - joined), (1 - alone) * joined, alone, joined, prior], axis=1)
            for alone in right.values()
        ]
        resamples = bootstrap_means(np.hstack(parts), params.resamples, params.seed, board.group)
        for place, modality in enumerate(right):
            first = place * parts[0].shape[1]
            _, _, of_part, of_joined, of_prior = resamples.point[first:][:5].tolist()
            row = {
                "approach": cell.slug,
                "modality": modality,
                "part": part_of.get(modality, ALL),
                "films": int(np.isfinite(joined).sum()),
                "right": of_part,
                "right_joined": of_joined,
                "right_prior": of_prior,
                "lost_by_chance": of_part * (1 - of_joined),
            }
            for number, name in enumerate(("lost", "won")):
                estimate = approach_estimate(resamples, first + number)
                row |= {name: estimate.value}
                row |= interval_cells(estimate.lo, estimate.hi, shown, f"{name}_")
            yield row


def first_is_right(board: Board, slug: str) -> np.ndarray:
    """(n_films,) 1 where the genre with the highest score is one of the film's, else 0; NaN for a
    film without any."""
    first = board.y_scores[board.row(slug)].argmax(axis=1)
    right = board.y_true[np.arange(len(first)), first].astype(float)
    return np.where(board.y_true.any(axis=1), right, np.nan)

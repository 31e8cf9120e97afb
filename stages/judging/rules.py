"""Scores turned into genres by every rule, fixed ones and those tuned fold by fold.

The films of a fold are decided by what was tuned for that fold: on the inner out-of-fold scores of
the other films, whose models never saw the fold, and on those films' labels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from stages.base.params import JudgingParams
from stages.judging.board import Board
from stages.judging.sample_size import interval_cells
from stages.judging.tables import decision_cells
from stages.scoring import references
from stages.scoring.bootstrap import bootstrap_macro_f1
from stages.scoring.intervals import approach_estimate
from stages.scoring.thresholds import (
    at_threshold,
    cardinality,
    top_k,
    tune_genre_thresholds,
    tune_threshold,
)

Row = dict[str, Any]
TUNED, PER_GENRE, TOP_K = "tuned", "tuned per genre", "top k"


@dataclass(frozen=True)
class FoldThresholds:
    """What was tuned for the films of one fold, on all other films."""

    fold: int
    common: float
    """One threshold for all genres."""
    by_genre: np.ndarray
    """(n_genres,) a threshold for each."""
    k: int
    """How many genres a film gets."""


_tuned: WeakKeyDictionary[Board, dict[int, tuple[FoldThresholds, ...]]] = WeakKeyDictionary()


def tune_thresholds(board: Board, number: int) -> tuple[FoldThresholds, ...]:
    """Thresholds tuned for each fold, for approach `number` of the board; tuned once."""
    of_board = _tuned.setdefault(board, {})
    if number not in of_board:
        of_board[number] = tuple(_tune(board, number))
    return of_board[number]


def _tune(board: Board, number: int) -> Iterator[FoldThresholds]:
    for fold in np.unique(board.fold).tolist():
        rest = board.fold != fold
        y_true, y_score = board.y_true[rest], board.tuning_scores(number, fold)[rest]
        common = tune_threshold(y_true, y_score)
        by_genre = tune_genre_thresholds(y_true, y_score, common)
        yield FoldThresholds(fold, common, by_genre, cardinality(y_true))


def decide(board: Board, number: int, rule: str | float) -> np.ndarray:
    """Genres of every film by one rule, (n_films, n_genres) bool.

    rule: a fixed threshold, or TUNED, PER_GENRE or TOP_K, tuned for each fold.
    """
    if not isinstance(rule, str):
        return at_threshold(board.y_scores[number], rule)
    return _decide(board, number, rule, tune_thresholds(board, number))


def _decide(board: Board, number: int, rule: str, tuned: Sequence[FoldThresholds]) -> np.ndarray:
    y_score = board.y_scores[number]
    decisions = np.zeros(y_score.shape, bool)
    for each in tuned:
        films = board.fold == each.fold
        if rule == TOP_K:
            decisions[films] = top_k(y_score[films], each.k)
        else:
            threshold = each.common if rule == TUNED else each.by_genre
            decisions[films] = at_threshold(y_score[films], threshold)
    return decisions


def rule_rows(board: Board, params: JudgingParams) -> Iterator[Row]:
    """One row an approach and rule: precision, recall and F1, macro F1 with its interval.

    The interval is over films, for the thresholds as tuned. Of scores on a scale of their own, rows
    of fixed thresholds are empty.
    """
    everything = references.predict_everything(*board.y_true.shape)
    rows: list[Row] = [{"approach": "predict_everything", "modality": "none", "rule": "everything"}]
    decisions: list[np.ndarray | None] = [everything]
    for number, cell in enumerate(board.cells):
        place: Row = {"approach": cell.slug, "modality": cell.modality}
        for threshold in params.thresholds:
            rows.append(place | {"rule": f"at {threshold:.2f}"})
            means_it = cell.is_probability
            decisions.append(decide(board, number, threshold) if means_it else None)
        tuned = tune_thresholds(board, number)
        for rule in (TUNED, PER_GENRE, TOP_K):
            rows.append(place | {"rule": rule})
            decisions.append(_decide(board, number, rule, tuned))
    made = np.stack([each for each in decisions if each is not None])
    resamples = bootstrap_macro_f1(board.y_true, made, params.resamples, params.seed, board.group)
    shown = board.sample_size(params).enough_films
    numbers = iter(range(len(made)))
    for row, decision in zip(rows, decisions, strict=True):
        if decision is None:
            yield row
            continue
        estimate = approach_estimate(resamples, next(numbers))
        interval = interval_cells(estimate.lo, estimate.hi, shown, "f1_macro_")
        yield row | decision_cells(board.y_true, decision) | interval


def choice_rows(board: Board) -> Iterator[Row]:
    """One row an approach, fold and tuned value; genre is empty where it holds for all."""
    for number, cell in enumerate(board.cells):
        for each in tune_thresholds(board, number):
            row: Row = {"approach": cell.slug, "fold": each.fold}
            yield row | {"rule": TUNED, "value": each.common}
            for genre, value in zip(board.genres, each.by_genre.tolist(), strict=True):
                yield row | {"rule": PER_GENRE, "genre": genre, "value": value}
            yield row | {"rule": TOP_K, "value": float(each.k)}

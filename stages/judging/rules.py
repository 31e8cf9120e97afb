"""Scores turned into genres by every rule, tuned ones on what each fold may know and no more.

The films of a fold are decided with what was chosen for that fold: on the inner out-of-fold scores
of the other films (their models never saw the fold) and on those films' labels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stages.base.params import JudgingParams
from stages.judging.board import Board
from stages.judging.enough import bounds
from stages.judging.tables import decided
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
class Choice:
    """What the training part of one fold chose: one threshold, one a genre, how many genres."""

    fold: int
    common: float
    by_genre: np.ndarray
    k: int


def choices(board: Board, number: int) -> list[Choice]:
    """What each fold's training part chooses for approach `number` of the board."""
    found = []
    for fold in np.unique(board.fold).tolist():
        rest = board.fold != fold
        y_true, y_score = board.y_true[rest], board.tuning_scores(number, fold)[rest]
        common = tune_threshold(y_true, y_score)
        by_genre = tune_genre_thresholds(y_true, y_score, common)
        found.append(Choice(fold, common, by_genre, cardinality(y_true)))
    return found


def decide(board: Board, number: int, rule: str | float) -> np.ndarray:
    """Genres of every film by one rule, (n_films, n_genres) bool.

    rule: a fixed threshold, or TUNED, PER_GENRE or TOP_K, each fold with its own choice.
    """
    if not isinstance(rule, str):
        return at_threshold(board.y_scores[number], rule)
    return _decide(board, number, rule, choices(board, number))


def _decide(board: Board, number: int, rule: str, chosen: Sequence[Choice]) -> np.ndarray:
    y_score = board.y_scores[number]
    decisions = np.zeros(y_score.shape, bool)
    for choice in chosen:
        films = board.fold == choice.fold
        if rule == TOP_K:
            decisions[films] = top_k(y_score[films], choice.k)
        else:
            threshold = choice.common if rule == TUNED else choice.by_genre
            decisions[films] = at_threshold(y_score[films], threshold)
    return decisions


def rule_rows(board: Board, params: JudgingParams) -> Iterator[Row]:
    """One row an approach and rule: what is gained in precision and lost in recall.

    macro F1 with its interval, over films, the rules as they were chosen.
    """
    everything = references.predict_everything(*board.y_true.shape)
    rows: list[Row] = [{"approach": "predict_everything", "modality": "none", "rule": "everything"}]
    decisions = [everything]
    for number, cell in enumerate(board.cells):
        place: Row = {"approach": cell.slug, "modality": cell.modality}
        for threshold in params.thresholds:
            rows.append(place | {"rule": f"at {threshold:.2f}"})
            decisions.append(decide(board, number, threshold))
        chosen = choices(board, number)
        for rule in (TUNED, PER_GENRE, TOP_K):
            rows.append(place | {"rule": rule})
            decisions.append(_decide(board, number, rule, chosen))
    resamples = bootstrap_macro_f1(
        board.y_true, np.stack(decisions), params.resamples, params.seed, board.group
    )
    given = board.enough(params).films
    for number, (row, decision) in enumerate(zip(rows, decisions, strict=True)):
        estimate = approach_estimate(resamples, number)
        interval = bounds(estimate.lo, estimate.hi, given, "f1_macro_")
        yield row | decided(board.y_true, decision) | interval


def choice_rows(board: Board) -> Iterator[Row]:
    """One row an approach, fold and thing chosen; genre is empty where it holds for all."""
    for number, cell in enumerate(board.cells):
        for choice in choices(board, number):
            row: Row = {"approach": cell.slug, "fold": choice.fold}
            yield row | {"rule": TUNED, "value": choice.common}
            for genre, value in zip(board.genres, choice.by_genre.tolist(), strict=True):
                yield row | {"rule": PER_GENRE, "genre": genre, "value": value}
            yield row | {"rule": TOP_K, "value": float(choice.k)}

"""How well scores work as probabilities, before and after calibration.

A calibration is fitted for each fold on its inner out-of-fold scores, like a threshold, without the
labels of the films it is used on. The best method is chosen on the same scores.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from stages.judging.board import Board
from stages.scoring.calibration import METHODS, Calibrator, log_loss
from stages.scoring.probability import brier, expected_calibration_error, reliability_table
from stages.scoring.threads import in_threads

Row = dict[str, Any]
CHOSEN = "chosen"


def calibrated_scores(board: Board, number: int) -> dict[str, np.ndarray]:
    """Scores of approach `number` after each method, (n_films, n_genres), and after the chosen."""
    y_score = board.y_scores[number]
    found = {name: np.empty_like(y_score) for name in (*METHODS, CHOSEN)}
    for fold in np.unique(board.fold).tolist():
        films = board.fold == fold
        for name in METHODS:
            found[name][films] = fit_calibrator(board, number, fold, name)(y_score[films])
        found[CHOSEN][films] = found[choose_method(board, number, fold)][films]
    return found


def fit_calibrator(board: Board, number: int, fold: int, method: str) -> Calibrator:
    """A method fitted on the films outside a fold, for the scores of the fold."""
    rest = board.fold != fold
    return METHODS[method](board.y_true[rest], board.tuning_scores(number, fold)[rest])


def choose_method(board: Board, number: int, fold: int) -> str:
    """The method with the least log loss on the films outside a fold.

    Each of those is scored by a calibration fitted without its own fold.
    """
    y_score = board.tuning_scores(number, fold)
    rest = board.fold != fold
    losses = {}
    for name, method in METHODS.items():
        probability = y_score.copy()
        for other in np.unique(board.fold[rest]).tolist():
            train, test = rest & (board.fold != other), board.fold == other
            calibrate = method(board.y_true[train], y_score[train])
            probability[test] = calibrate(y_score[test])
        losses[name] = float(log_loss(board.y_true[rest], probability[rest]).mean())
    return min(losses, key=lambda name: losses[name])


def calibration_rows(board: Board) -> Iterator[tuple[Row, list[Row]]]:
    """For each approach and method a row (means over genres), and its reliability rows.

    The reliability pools all pairs of film and genre, in bins of equal mass. Scores that are no
    probabilities have neither: the rows of their methods are empty.
    """
    for rows in in_threads(partial(_rows, board), range(len(board.cells))):
        yield from rows


def _rows(board: Board, number: int) -> list[tuple[Row, list[Row]]]:
    cell = board.cells[number]
    place: Row = {"approach": cell.slug, "modality": cell.modality}
    if not cell.is_probability:
        return [(place | {"method": method}, []) for method in (*METHODS, CHOSEN)]
    before = {f"{name}_before": v for name, v in _quality(board, board.y_scores[number]).items()}
    found = []
    for method, probability in calibrated_scores(board, number).items():
        place["method"] = method
        truth, predicted = board.y_true.reshape(-1, 1), probability.reshape(-1, 1)
        bins = reliability_table(truth, predicted)[0]
        rows = [place | {"bin": n} | vars(each) for n, each in enumerate(bins, start=1)]
        found.append((place | _quality(board, probability) | before, rows))
    return found


def _quality(board: Board, probability: np.ndarray) -> dict[str, float]:
    return {
        "ece": float(expected_calibration_error(board.y_true, probability).mean()),
        "brier": float(brier(board.y_true, probability).mean()),
        "log_loss": float(log_loss(board.y_true, probability).mean()),
    }

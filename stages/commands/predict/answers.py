"""What approaches say of trailers: scores, probabilities and decisions, fold by fold and as one.

Each fold's models come with what that fold chose on its training films: a calibration and the tuned
threshold, by the judges' own code. So a film of the corpus gets, from the fold that never saw it,
the score, probability and decision that it was judged by.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from stages.base.params import ALL_WINDOWS, Params
from stages.base.params.matrix import Cell
from stages.fitting.approaches import items_of
from stages.fitting.films import read_films
from stages.fitting.fusion import fit_fusions
from stages.fitting.saved_models import predict_scores
from stages.fitting.scores import Scores
from stages.judging.board import Board, read_board
from stages.judging.calibrating import choose_method, fit_calibrator
from stages.judging.rules import tune_thresholds
from stages.scoring.calibration import Calibrator
from stages.scoring.thresholds import at_threshold


@dataclass(frozen=True)
class Rule:
    """What one fold chose on the films outside it."""

    threshold: float
    calibrate: Calibrator


@dataclass(frozen=True)
class Answer:
    """What one approach says of one trailer; columns are its genres.

    score, spread: (n_genres,), mean and standard deviation over the models of all folds and seeds;
    probability: (n_genres,), mean over the folds' calibrated scores; threshold: mean of the folds'
    tuned ones; decision: (n_genres,) bool, score at or above it; votes: (n_genres,), how many of
    the n_folds say yes on their own.
    """

    cell: Cell
    genres: tuple[str, ...]
    score: np.ndarray
    spread: np.ndarray
    probability: np.ndarray
    threshold: float
    decision: np.ndarray
    votes: np.ndarray
    n_folds: int


class Respondent:
    """The models and rules of a run, ready to be asked. data: the pipeline's folder."""

    def __init__(self, params: Params, matrix: Sequence[Cell], data: Path) -> None:
        self.params, self.matrix, self.data = params, matrix, data
        self.films = read_films(data)
        self.cells = {cell.slug: cell for cell in matrix}
        self._boards: dict[str, Board] = {}

    def scores(self, cell: Cell, film_of: dict[str, int], folder: Path) -> np.ndarray | None:
        """Scores of one approach, (n_folds, n_seeds, n_trailers, 10), NaN where there are none.

        None where no trailer has what the approach looks at or hears. film_of: trailer_id -> row;
        folder: what `taking_apart` wrote.
        """
        n_trailers = len(film_of)
        if cell.kind == "late":
            first, second = (self.scores(self.cells[p], film_of, folder) for p in cell.parts)
            return None if first is None or second is None else self._fused(cell, first, second)
        embeddings = folder / "embeddings"
        if not all((embeddings / f"{part}.npz").is_file() for part in cell.parts):
            return None
        items = items_of(cell, film_of, n_trailers, self.params, embeddings)
        return predict_scores(cell, self.data / "models" / cell.slug, items, n_trailers)

    def along(self, cell: Cell, piece_of: dict[str, int], folder: Path) -> np.ndarray:
        """Mean scores of a single approach for each piece as if it were a trailer, (n, 10)."""
        training = replace(self.params.training, middle_frames=self.params.frames.count)
        params = replace(self.params, training=training)
        everything = replace(cell, window=cell.window and ALL_WINDOWS)
        items = items_of(everything, piece_of, len(piece_of), params, folder / "embeddings")
        found = predict_scores(cell, self.data / "models" / cell.slug, items, len(piece_of))
        return found.mean(axis=(0, 1))

    def board(self, labels: str) -> Board:
        """What the judges judge the approaches of a label set on, read once.

        Of a matrix that has not all run, the board of the approaches which have.
        """
        if labels not in self._boards:
            folder = self.data / "scores"
            scored = [c for c in self.matrix if (folder / f"{c.fitted_with}.npz").is_file()]
            self._boards[labels] = read_board(self.data, scored, (labels,))
        return self._boards[labels]

    def rules(self, cell: Cell) -> list[Rule]:
        """What each fold chose for this approach, on the board that the judges judge it on."""
        board = self.board(cell.labels)
        number = board.row(cell.slug)
        return [
            Rule(
                each.common,
                fit_calibrator(board, number, each.fold, choose_method(board, number, each.fold)),
            )
            for each in tune_thresholds(board, number)
        ]

    def _fused(self, cell: Cell, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        one, other = (Scores.load(self.data / "scores" / f"{p}.npz") for p in cell.parts)
        fuse = fit_fusions(one, other, self.films.y_true, self.films.ids, cell.head)
        both = np.isfinite(first) & np.isfinite(second)
        trailers, genres = both.any(axis=(0, 1, 3)), both.any(axis=(0, 1, 2))
        fused = np.full_like(first, np.nan)
        cells = np.ix_(trailers, genres)
        for fold, apply in fuse.items():
            for seed in range(len(first[fold])):
                if trailers.any():
                    pair = (scores[fold, seed][cells] for scores in (first, second))
                    fused[fold, seed][cells] = apply(*pair)
        return fused


def answers(
    respondent: Respondent, cell: Cell, film_of: dict[str, int], folder: Path
) -> Iterator[Answer | None]:
    """One approach's answer to each trailer, in the order of their rows; None if it has none."""
    scores = respondent.scores(cell, film_of, folder)
    if scores is None:
        yield from [None] * len(film_of)
        return
    board = respondent.board(cell.labels)
    scores = scores[..., board.columns].astype(np.float64)
    rules = respondent.rules(cell) if np.isfinite(scores).any() else []
    for row in range(len(film_of)):
        each = scores[:, :, row]
        yield answer(cell, board.genres, each, rules) if np.isfinite(each).all() else None


def answer(
    cell: Cell, genres: tuple[str, ...], scores: np.ndarray, rules: Sequence[Rule]
) -> Answer:
    """Scores of one trailer, (n_folds, n_seeds, n_genres), as the folds' rules read them."""
    by_fold = scores.mean(axis=1)
    pairs = list(zip(rules, by_fold[:, None], strict=True))
    probability = np.concatenate([rule.calibrate(score) for rule, score in pairs]).mean(axis=0)
    votes = np.concatenate([at_threshold(score, rule.threshold) for rule, score in pairs])
    threshold = float(np.mean([rule.threshold for rule in rules]))
    score = by_fold.mean(axis=0)
    return Answer(
        cell,
        genres,
        score,
        scores.std(axis=(0, 1)),
        probability,
        threshold,
        at_threshold(score[None], threshold)[0],
        votes.sum(axis=0),
        len(rules),
    )

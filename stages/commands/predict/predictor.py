"""Scores, probabilities and decisions of trained approaches, by fold and over all folds.

Each fold's models come with what that fold chose on its training films, by the judges' own code: a
calibration and the tuned threshold. So a film of the corpus gets, from the fold that never saw it,
the score, probability and decision that it was judged by.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from stages.base.errors import BenchmarkError
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
    """What one fold chose on its training films."""

    threshold: float
    calibrate: Calibrator


@dataclass(frozen=True)
class Prediction:
    """One approach on one trailer."""

    cell: Cell
    genres: tuple[str, ...]
    """Those the approach was trained on: the columns of the arrays."""
    score: np.ndarray
    """(n_genres,), mean over the models of all folds and seeds."""
    spread: np.ndarray
    """(n_genres,), standard deviation over the same models."""
    probability: np.ndarray
    """(n_genres,), mean of the folds' calibrated scores."""
    threshold: float
    """Mean of the folds' tuned thresholds."""
    decision: np.ndarray
    """(n_genres,) bool, whether the score is at or above the threshold."""
    votes: np.ndarray
    """(n_genres,), how many folds say yes by their own threshold."""
    n_folds: int


class Predictor:
    """The trained models and chosen rules of a run. data: the pipeline's folder."""

    def __init__(self, params: Params, matrix: Sequence[Cell], data: Path) -> None:
        if params.features:
            raise BenchmarkError(
                "published features come without what computes them",
                where="the parameters of this corpus",
                found="models that learnt from tables of features",
                expected="models that learnt from trailers, to predict others",
                do="choose a corpus of trailers",
            )
        self.params, self.matrix, self.data = params, matrix, data
        self.films = read_films(data)
        self.cells = {cell.slug: cell for cell in matrix}
        self._boards: dict[str, Board] = {}

    def scores(self, cell: Cell, film_of: dict[str, int], folder: Path) -> np.ndarray | None:
        """Scores of one approach, (n_folds, n_seeds, n_trailers, 10), NaN where there are none.

        None where no trailer has what the approach looks at or hears. film_of: trailer_id -> row;
        folder: what `extract` wrote.
        """
        n_trailers = len(film_of)
        if cell.kind == "late":
            parts = [self.scores(self.cells[p], film_of, folder) for p in cell.parts]
            known = [part for part in parts if part is not None]
            return self._fused(cell, known) if len(known) == len(parts) else None
        embeddings = folder / "embeddings"
        if not all((embeddings / f"{part}.npz").is_file() for part in cell.parts):
            return None
        items = items_of(cell, film_of, n_trailers, self.params, embeddings)
        return predict_scores(cell, self.data / "models" / cell.slug, items, n_trailers)

    def score_pieces(self, cell: Cell, piece_of: dict[str, int], folder: Path) -> np.ndarray:
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

    def _fused(self, cell: Cell, parts: Sequence[np.ndarray]) -> np.ndarray:
        trained = [Scores.load(self.data / "scores" / f"{p}.npz") for p in cell.parts]
        fuse = fit_fusions(trained, self.films.y_true, self.films.ids, cell.head)
        every = np.logical_and.reduce([np.isfinite(part) for part in parts])
        trailers, genres = every.any(axis=(0, 1, 3)), every.any(axis=(0, 1, 2))
        fused = np.full_like(parts[0], np.nan)
        cells = np.ix_(trailers, genres)
        for fold, apply in fuse.items():
            for seed in range(len(fused[fold])):
                if trailers.any():
                    fused[fold, seed][cells] = apply([part[fold, seed][cells] for part in parts])
        return fused


def predictions(
    predictor: Predictor, cell: Cell, film_of: dict[str, int], folder: Path
) -> Iterator[Prediction | None]:
    """One approach's prediction for each trailer, by row; None where it lacks picture or sound."""
    scores = predictor.scores(cell, film_of, folder)
    if scores is None:
        yield from [None] * len(film_of)
        return
    board = predictor.board(cell.labels)
    scores = scores[..., board.columns].astype(np.float64)
    rules = predictor.rules(cell) if np.isfinite(scores).any() else []
    for row in range(len(film_of)):
        each = scores[:, :, row]
        yield combine_folds(cell, board.genres, each, rules) if np.isfinite(each).all() else None


def combine_folds(
    cell: Cell, genres: tuple[str, ...], scores: np.ndarray, rules: Sequence[Rule]
) -> Prediction:
    """The prediction from one trailer's scores, (n_folds, n_seeds, n_genres)."""
    by_fold = scores.mean(axis=1)
    pairs = list(zip(rules, by_fold[:, None], strict=True))
    probability = np.concatenate([rule.calibrate(score) for rule, score in pairs]).mean(axis=0)
    votes = np.concatenate([at_threshold(score, rule.threshold) for rule, score in pairs])
    threshold = float(np.mean([rule.threshold for rule in rules]))
    score = by_fold.mean(axis=0)
    return Prediction(
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

"""Fit one head for all folds and seeds at once and score every film out of fold, twice over.

The outer scores judge: fold f is scored by models trained without f. The inner ones are what may be
tuned on for fold f (thresholds, calibration, weights of a fusion): fold j is scored by a model
trained without f and without j, so that no label of f lies behind a number, and no film was trained
on by what scored it. One model for each pair of folds serves both (f, j) and (j, f).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from stages.errors import BenchmarkError
from stages.fitting.batch import ModelBatch
from stages.fitting.inputs import Inputs
from stages.fitting.items import Items
from stages.params import HeadParams


@dataclass(frozen=True)
class Fitted:
    """What cross-validation leaves behind.

    score: (n_seeds, n_films, n_genres) float32, out of fold, NaN where a film has no item;
    inner: (n_folds, n_films, n_genres) float32, inner[f] the first seed's scores of films outside
    f by models that never saw f, NaN for the films of f itself;
    tensors: the models, first dimension fold by fold, seed by seed within;
    curves: (n_epochs, 2), mean loss on training batches and on held-out items.
    """

    score: np.ndarray
    inner: np.ndarray
    tensors: dict[str, Tensor]
    curves: np.ndarray


@dataclass(frozen=True)
class Job:
    """A model to train: the folds it never sees, and its seed."""

    without: tuple[int, ...]
    seed: int


def cross_validate(
    items: Items,
    y_true: np.ndarray,
    fold_of: np.ndarray,
    head: str,
    params: HeadParams,
    seeds: tuple[int, ...],
    context: str = "",
) -> Fitted:
    """Every film is scored by the models that never saw it; a film counts once, however many items.

    y_true: (n_films, n_genres) bool, or (n_seeds, n_films, n_genres) where each seed learns from
    labels of its own; fold_of: (n_films,) int, numbered from 0; context: what makes one of a
    sequence, where items are sequences.
    """
    batch = _Training(items, y_true, fold_of, head, params, seeds, context)
    folds = [int(fold) for fold in np.unique(fold_of)]
    outer = [Job((fold,), seed) for fold in folds for seed in seeds]
    models, curves = batch.train(outer, held_out=True)
    score = np.full((len(seeds), *batch.shape), np.nan, np.float32)
    for number, job in enumerate(outer):
        batch.write(score[seeds.index(job.seed)], models, number, job.without[0])
    # a batch of their own: fewer films make fewer steps, and the outer models stay as they were
    inner = np.full((max(folds) + 1, *batch.shape), np.nan, np.float32)
    pairs = [Job(pair, seeds[0]) for pair in combinations(folds, 2)] if len(folds) > 2 else []
    if pairs:
        pair_models, _ = batch.train(pairs, held_out=False)
        for number, (a, b) in enumerate(job.without for job in pairs):
            batch.write(inner[a], pair_models, number, b)
            batch.write(inner[b], pair_models, number, a)
    return Fitted(score, inner, models.tensors(), curves)


class _Training:
    """The items of one approach, and how models of one head are trained on parts of them."""

    def __init__(
        self,
        items: Items,
        y_true: np.ndarray,
        fold_of: np.ndarray,
        head: str,
        params: HeadParams,
        seeds: Sequence[int],
        context: str,
    ) -> None:
        self.items, self.head, self.params, self.seeds = items, head, params, tuple(seeds)
        self.context = context
        self.shape = y_true.shape[-2:]
        self.fold = fold_of[items.film]
        labels = y_true if y_true.ndim == 3 else y_true[None]
        self.x = Inputs(items)
        self.y = torch.from_numpy(labels[:, items.film].astype(np.float32))
        per_film = np.bincount(items.film, minlength=self.shape[0])
        self.weight = torch.from_numpy(1 / per_film[items.film]).float()

    def train(self, jobs: Sequence[Job], held_out: bool) -> tuple[ModelBatch, np.ndarray]:
        """Train all jobs together; curves (n_epochs, 2), the held-out part only if asked for."""
        params = self.params
        rows_of = [np.flatnonzero(~np.isin(self.fold, job.without)) for job in jobs]
        held = [np.flatnonzero(np.isin(self.fold, job.without)) for job in jobs] * held_out
        seeds = [job.seed for job in jobs]
        models = ModelBatch(self.head, self.items, self.shape[1], seeds, self.context)
        self.x.to(models.device)
        self.y, self.weight = self.y.to(models.device), self.weight.to(models.device)
        models.standardise(self.x, [_rows(rows, models) for rows in rows_of])

        labels = [self._labels(job) for job in jobs]
        of_job = _rows(np.array(labels)[:, None], models)
        n_steps = math.ceil(max(len(rows) for rows in rows_of) / params.batch_size)
        optimiser = torch.optim.AdamW(
            models.parameters.values(), params.learning_rate, weight_decay=params.weight_decay
        )
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, params.epochs * n_steps)
        draws = [np.random.default_rng([job.seed, *job.without]) for job in jobs]
        torch.manual_seed(min(self.seeds))  # dropout
        curves = np.zeros((params.epochs, 2))
        for epoch in range(params.epochs):
            shuffled = [draw.permutation(rows) for draw, rows in zip(draws, rows_of, strict=True)]
            order = np.stack([np.resize(rows, n_steps * params.batch_size) for rows in shuffled])
            models.template.train()
            for batch in np.split(order, n_steps, axis=1):
                rows = _rows(batch, models)
                loss = _losses(models.logits(self.x[rows]), self.y[of_job, rows], self.weight[rows])
                optimiser.zero_grad()
                loss.sum().backward()  # models share nothing: each gets its own gradient
                optimiser.step()
                schedule.step()
                curves[epoch, 0] += float(loss.detach().mean()) / n_steps
            lost = [
                self._held_out_loss(models, number, label, _rows(rows, models))
                for number, (label, rows) in enumerate(zip(labels, held, strict=False))
                if len(rows)
            ]
            curves[epoch, 1] = np.mean(lost) if lost else np.nan
        return models, curves

    def write(self, score: np.ndarray, models: ModelBatch, number: int, fold: int) -> None:
        """Write a model's scores of one fold's films, each the mean over its items.

        score: (n_films, n_genres), changed. Raises BenchmarkError if they are no numbers.
        """
        rows = np.flatnonzero(self.fold == fold)
        if not len(rows):
            return
        values = models.predict(number, self.x, _rows(rows, models)).sigmoid().cpu().numpy()
        if not np.isfinite(values).all():
            raise BenchmarkError(
                f"training diverged: head {self.head} gave scores that are no numbers",
                do=f"lower training.heads.{self.head}.learning_rate in params.yaml",
            )
        film = self.items.film[rows]
        for row in np.unique(film):
            score[row] = values[film == row].mean(axis=0)

    def _labels(self, job: Job) -> int:
        return self.seeds.index(job.seed) if len(self.y) > 1 else 0

    def _held_out_loss(self, models: ModelBatch, number: int, label: int, rows: Tensor) -> float:
        logits = models.predict(number, self.x, rows)
        return float(_losses(logits, self.y[label][rows], self.weight[rows]))


def _rows(rows: np.ndarray, models: ModelBatch) -> Tensor:
    return torch.from_numpy(rows).to(models.device)


def _losses(logits: Tensor, y: Tensor, weight: Tensor) -> Tensor:
    """Binary cross-entropy, mean over genres, weighted mean over items: (...,) one a model."""
    each = binary_cross_entropy_with_logits(logits, y, reduction="none").mean(-1)
    return (each * weight).sum(-1) / weight.sum(-1)

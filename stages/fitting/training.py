"""Fit one head for all folds and seeds at once and score every film out of fold."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from stages.errors import BenchmarkError
from stages.fitting.batch import ModelBatch
from stages.fitting.items import Items
from stages.params import HeadParams


@dataclass(frozen=True)
class Fitted:
    """What cross-validation leaves behind.

    score: (n_seeds, n_films, n_genres) float32, out of fold, NaN where a film has no item;
    tensors: the models, first dimension fold by fold, seed by seed within;
    curves: (n_epochs, 2), mean loss on training batches and on held-out items.
    """

    score: np.ndarray
    tensors: dict[str, Tensor]
    curves: np.ndarray


def cross_validate(
    items: Items,
    y_true: np.ndarray,
    fold_of: np.ndarray,
    head: str,
    params: HeadParams,
    seeds: tuple[int, ...],
) -> Fitted:
    """Every film is scored by the models that never saw it; a film counts once, however many items.

    y_true: (n_films, n_genres) bool; fold_of: (n_films,) int.
    """
    item_fold = fold_of[items.film]
    jobs = [(int(fold), seed) for fold in np.unique(fold_of) for seed in seeds]
    train = [np.flatnonzero(item_fold != fold) for fold, _ in jobs]
    held_out = [np.flatnonzero(item_fold == fold) for fold, _ in jobs]

    models = ModelBatch(head, items.x.shape[1:], y_true.shape[1], [seed for _, seed in jobs])
    x = torch.from_numpy(np.ascontiguousarray(items.x)).to(models.device)
    y = torch.from_numpy(y_true[items.film].astype(np.float32)).to(models.device)
    per_film = np.bincount(items.film, minlength=len(y_true))
    weight = torch.from_numpy(1 / per_film[items.film]).float().to(models.device)
    models.standardise(x, [_rows(rows, models) for rows in train])

    n_steps = math.ceil(max(len(rows) for rows in train) / params.batch_size)
    optimiser = torch.optim.AdamW(
        models.parameters.values(), params.learning_rate, weight_decay=params.weight_decay
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, params.epochs * n_steps)
    draws = [np.random.default_rng([seed, fold]) for fold, seed in jobs]
    torch.manual_seed(min(seeds))  # dropout
    curves = np.zeros((params.epochs, 2))
    for epoch in range(params.epochs):
        shuffled = [draw.permutation(rows) for draw, rows in zip(draws, train, strict=True)]
        order = np.stack([np.resize(rows, n_steps * params.batch_size) for rows in shuffled])
        models.template.train()
        for batch in np.split(order, n_steps, axis=1):
            rows = _rows(batch, models)
            loss = _losses(models.logits(x[rows]), y[rows], weight[rows])
            optimiser.zero_grad()
            loss.sum().backward()  # models share nothing: each gets its own gradient
            optimiser.step()
            schedule.step()
            curves[epoch, 0] += float(loss.detach().mean()) / n_steps
        logits = [models.predict(m, x[_rows(rows, models)]) for m, rows in enumerate(held_out)]
        lost = [
            float(_losses(values, y[rows], weight[rows]))
            for values, rows in zip(logits, held_out, strict=True)
            if len(rows)
        ]
        curves[epoch, 1] = np.mean(lost)

    score = np.full((len(seeds), *y_true.shape), np.nan, np.float32)
    for (_, seed), held, values in zip(jobs, held_out, logits, strict=True):
        _add_means(score[seeds.index(seed)], items.film[held], values.sigmoid().cpu().numpy())
    if not np.isfinite(score[:, np.unique(items.film)]).all():
        raise BenchmarkError(
            f"training diverged: head {head} gave scores that are no numbers",
            do=f"lower training.heads.{head}.learning_rate in params.yaml",
        )
    return Fitted(score, models.tensors(), curves)


def _rows(rows: np.ndarray, models: ModelBatch) -> Tensor:
    return torch.from_numpy(rows).to(models.device)


def _losses(logits: Tensor, y: Tensor, weight: Tensor) -> Tensor:
    """Binary cross-entropy, mean over genres, weighted mean over items: (...,) one a model."""
    each = binary_cross_entropy_with_logits(logits, y, reduction="none").mean(-1)
    return (each * weight).sum(-1) / weight.sum(-1)


def _add_means(score: np.ndarray, film: np.ndarray, values: np.ndarray) -> None:
    """Write the mean of each film's item scores into its row of `score`, (n_films, n_genres)."""
    for row in np.unique(film):
        score[row] = values[film == row].mean(axis=0)

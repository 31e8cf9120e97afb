"""Fit one head for all folds, seeds and label sets at once and score every film out of fold, twice.

The outer scores are judged: fold f is scored by models trained without f. The inner ones are what
may be tuned on for fold f (thresholds, calibration, weights of a fusion): fold j is scored by a
model trained without f and without j, so that no label of f lies behind a number, and no film was
trained on by what scored it. One model for each pair of folds serves both (f, j) and (j, f).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from stages.base.errors import BenchmarkError
from stages.base.params import HeadParams
from stages.fitting.batch import ModelBatch
from stages.fitting.fitted import Curves, Fitted
from stages.fitting.inputs import Inputs
from stages.fitting.items import Items


@dataclass(frozen=True)
class Job:
    """Models to train on the same items in the same order, one for each label set."""

    held_out: tuple[int, ...]
    """The folds they never see."""
    seed: int
    """Of their start and of the order."""


def cross_validate(
    items: Items,
    targets: Sequence[np.ndarray],
    fold_of: np.ndarray,
    head: str,
    params: HeadParams,
    seeds: tuple[int, ...],
    context: str = "",
) -> list[Fitted]:
    """Every film is scored by the models that never saw it; a film counts once, however many items.

    targets: for each label set (n_films, n_genres) of 1, 0, and NaN in the columns of genres
    outside it, or (n_seeds, n_films, n_genres) where each seed has labels of its own; fold_of:
    (n_films,) int, numbered from 0; context: what makes one vector of a sequence, where items are
    sequences. Returns the scores and models of each label set.
    """
    trainer = _Trainer(items, targets, fold_of, head, params, seeds, context)
    folds = [int(fold) for fold in np.unique(fold_of)]
    outer = [Job((fold,), seed) for fold in folds for seed in seeds]
    models, curves = trainer.train(outer, held_out_loss=True)
    score = np.full((len(targets), len(seeds), *trainer.shape), np.nan, np.float32)
    for number, job in enumerate(outer):
        own = score[:, seeds.index(job.seed)]
        trainer.predict_fold(own, models, number, job, job.held_out[0])
    # a batch of their own: fewer films make fewer steps, and the outer models stay as they were
    inner = np.full((len(targets), max(folds) + 1, *trainer.shape), np.nan, np.float32)
    pairs = [Job(pair, seeds[0]) for pair in combinations(folds, 2)]
    if len(folds) > 2:
        pair_models, _ = trainer.train(pairs, held_out_loss=False)
        for number, job in enumerate(pairs):
            a, b = job.held_out
            trainer.predict_fold(inner[:, a], pair_models, number, job, b)
            trainer.predict_fold(inner[:, b], pair_models, number, job, a)
    epochs = np.arange(1, params.epochs + 1)
    return [
        Fitted(
            score[n],
            inner[n],
            {name: value.numpy() for name, value in models.tensors(n).items()},
            Curves(epochs, ("train", "held_out"), curves[:, n].mean(axis=0)),
        )
        for n in range(len(targets))
    ]


class _Trainer:
    """The items of one approach, and how models of one head are trained on parts of them."""

    def __init__(
        self,
        items: Items,
        targets: Sequence[np.ndarray],
        fold_of: np.ndarray,
        head: str,
        params: HeadParams,
        seeds: Sequence[int],
        context: str,
    ) -> None:
        self.items, self.head, self.params, self.seeds = items, head, params, tuple(seeds)
        self.context = context
        self.shape = targets[0].shape[-2:]
        self.fold = fold_of[items.film]
        self.inputs = Inputs(items)
        self.targets = _Targets.stack(targets, items.film, len(seeds))
        per_film = np.bincount(items.film, minlength=self.shape[0])
        self.weight = torch.from_numpy(1 / per_film[items.film]).float()

    def train(self, jobs: Sequence[Job], held_out_loss: bool) -> tuple[ModelBatch, np.ndarray]:
        """Train all jobs together; with the curves, (n_jobs, n_label_sets, n_epochs, 2)."""
        params = self.params
        train = [np.flatnonzero(~np.isin(self.fold, job.held_out)) for job in jobs]
        held_out = [
            np.flatnonzero(np.isin(self.fold, job.held_out) & held_out_loss) for job in jobs
        ]
        seeds = [job.seed for job in jobs]
        n_genres, n_label_sets = self.shape[1], len(self.targets.y) // len(self.seeds)
        models = ModelBatch(self.head, self.items, n_genres, seeds, self.context, n_label_sets)
        device = models.device
        self.inputs.to(device)
        self.targets, self.weight = self.targets.to(device), self.weight.to(device)
        models.fit_scaling(self.inputs, [_tensor(rows, device) for rows in train])

        targets = torch.tensor([self._targets_of(job) for job in jobs], device=device)
        n_steps = math.ceil(max(len(rows) for rows in train) / params.batch_size)
        parameters, decay = list(models.parameters.values()), params.weight_decay
        optimiser = torch.optim.AdamW(
            parameters, params.learning_rate, weight_decay=decay, fused=True
        )
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, params.epochs * n_steps)
        rngs = [np.random.default_rng([job.seed, *job.held_out]) for job in jobs]
        curves = np.zeros((len(jobs), n_label_sets, params.epochs, 2))
        for epoch in range(params.epochs):
            shuffled = [rng.permutation(rows) for rng, rows in zip(rngs, train, strict=True)]
            # smaller training sets begin again until all jobs have the same number of rows
            order = np.stack([np.resize(rows, n_steps * params.batch_size) for rows in shuffled])
            batches = _tensor(order, device).split(params.batch_size, dim=1)
            total = torch.zeros(targets.shape, dtype=torch.float64, device=device)
            models.template.train()
            for step, rows in enumerate(batches, epoch * n_steps):
                weight = self.weight[rows]
                weight = weight / weight.sum(-1, keepdim=True)
                logits = models.logits(self.inputs[rows], step)
                loss = self.targets.losses(logits, targets, rows, weight)
                for parameter in parameters:
                    parameter.grad = None
                loss.sum().backward()  # models share nothing: each gets its own gradient
                optimiser.step()
                schedule.step()
                total += loss.detach() / n_steps  # fetched once an epoch: a GPU would wait for it
            curves[:, :, epoch, 0] = total.cpu().numpy()
            curves[:, :, epoch, 1] = self._held_out_losses(models, targets, held_out)
        return models, curves

    def predict_fold(
        self, score: np.ndarray, models: ModelBatch, number: int, job: Job, fold: int
    ) -> None:
        """Write a job's scores of one fold's films into `score`, each the mean over its items.

        score: (n_label_sets, n_films, n_genres); number: of the job. Raises BenchmarkError where a
        score is no number.
        """
        rows = np.flatnonzero(self.fold == fold)
        if not len(rows):
            return
        items = _tensor(rows, models.device)
        values = models.predict(number, self.inputs, items).sigmoid().cpu().numpy()
        if not np.isfinite(values).all():
            raise BenchmarkError(
                f"training diverged: head {self.head} gave scores that are no numbers",
                do=f"lower training.heads.{self.head}.learning_rate in params.yaml",
            )
        for label_set, target in enumerate(self._targets_of(job)):
            values[label_set][:, ~self.targets.has_genre(target)] = np.nan
        by_film = np.argsort(self.items.film[rows], kind="stable")
        film, first, counts = np.unique(
            self.items.film[rows][by_film], return_index=True, return_counts=True
        )
        for count in np.unique(counts):  # films with the same number of items at once
            some = counts == count
            of_film = by_film[first[some][:, None] + np.arange(count)]
            score[:, film[some]] = values[:, of_film].mean(axis=2)

    def _targets_of(self, job: Job) -> range:
        """Which of the targets a job is trained on, one for each label set."""
        return range(self.seeds.index(job.seed), len(self.targets.y), len(self.seeds))

    @torch.no_grad()
    def _held_out_losses(
        self, models: ModelBatch, targets: Tensor, held_out: Sequence[np.ndarray]
    ) -> np.ndarray:
        """Loss of each job's models on its held-out items, (n_jobs, n_label_sets); NaN without any.

        targets: (n_jobs, n_label_sets); held_out: the items of each job.
        """
        longest = max(len(rows) for rows in held_out)
        if not longest:
            return np.full(targets.shape, np.nan)
        models.template.eval()
        device = models.device
        padded = _tensor(np.stack([np.resize(rows, longest) for rows in held_out]), device)
        mask = _tensor(np.arange(longest) < [[len(rows)] for rows in held_out], device)
        weight = self.weight[padded] * mask
        total = torch.zeros(targets.shape, device=device)
        for part in torch.arange(longest, device=device).split(self.params.batch_size):
            rows, share = padded[:, part], weight[:, part]
            logits = models.logits(self.inputs[rows])
            total += self.targets.losses(logits, targets, rows, share)
        return (total / weight.sum(1)[:, None]).cpu().numpy()


@dataclass(frozen=True)
class _Targets:
    """The labels of every label set and seed, seed by seed within a label set."""

    y: Tensor
    """(n_label_sets * n_seeds, n_items, n_genres) of 0 and 1."""
    genre_weight: Tensor
    """(n_label_sets * n_seeds, n_genres), of each genre in the loss; 0 outside the label set."""

    @classmethod
    def stack(cls, targets: Sequence[np.ndarray], film: np.ndarray, n_seeds: int) -> "_Targets":
        """targets: as `cross_validate` takes them; film: (n_items,) row of each item's film."""
        stacked = np.concatenate(
            [np.broadcast_to(each, (n_seeds, *each.shape[-2:])) for each in targets]
        )
        known = ~np.isnan(stacked).any(axis=1)
        y = torch.from_numpy(np.nan_to_num(stacked[:, film]).astype(np.float32))
        return cls(y, torch.from_numpy(known / known.sum(axis=1, keepdims=True)).float())

    def to(self, device: torch.device) -> "_Targets":
        return _Targets(self.y.to(device), self.genre_weight.to(device))

    def has_genre(self, target: int) -> np.ndarray:
        """Which genres are in the label set of a target, (n_genres,) bool."""
        return self.genre_weight[target].cpu().numpy() > 0

    def losses(self, logits: Tensor, targets: Tensor, rows: Tensor, weight: Tensor) -> Tensor:
        """Binary cross-entropy, mean over the label set's genres, weighted sum over items.

        logits: (n_jobs, n_label_sets, n, n_genres); targets: (n_jobs, n_label_sets); rows, weight:
        (n_jobs, n). Returns (n_jobs, n_label_sets).
        """
        y = self.y[targets[..., None], rows[:, None]]
        counts = weight[:, None, :, None] * self.genre_weight[targets][:, :, None]
        each = binary_cross_entropy_with_logits(logits, y, counts, reduction="none")
        return each.sum((-2, -1))


def _tensor(array: np.ndarray, device: torch.device) -> Tensor:
    return torch.from_numpy(array).to(device)

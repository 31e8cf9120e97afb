"""Fit one head for all folds, seeds and label sets at once and score every film out of fold, twice.

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

from stages.base.errors import BenchmarkError
from stages.base.params import HeadParams
from stages.fitting.batch import ModelBatch
from stages.fitting.inputs import Inputs
from stages.fitting.items import Items


@dataclass(frozen=True)
class Fitted:
    """What cross-validation leaves behind of one lesson.

    score: (n_seeds, n_films, n_genres) float32, out of fold, NaN where a film has no item and for a
    genre that was not taught;
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
    """Models to train on the same items in the same order, one a lesson.

    without: the folds they never see; seed: of their start and of the order.
    """

    without: tuple[int, ...]
    seed: int


def cross_validate(
    items: Items,
    lessons: Sequence[np.ndarray],
    fold_of: np.ndarray,
    head: str,
    params: HeadParams,
    seeds: tuple[int, ...],
    context: str = "",
) -> list[Fitted]:
    """Every film is scored by the models that never saw it; a film counts once, however many items.

    lessons: what is taught, each (n_films, n_genres) of 1, 0 and NaN in the columns of genres that
    are not, or (n_seeds, n_films, n_genres) where each seed has labels of its own; fold_of:
    (n_films,) int, numbered from 0; context: what makes one of a sequence, where items are
    sequences. Returns what came of each lesson.
    """
    batch = _Training(items, lessons, fold_of, head, params, seeds, context)
    folds = [int(fold) for fold in np.unique(fold_of)]
    outer = [Job((fold,), seed) for fold in folds for seed in seeds]
    models, curves = batch.train(outer, held_out=True)
    score = np.full((len(lessons), len(seeds), *batch.shape), np.nan, np.float32)
    for number, job in enumerate(outer):
        batch.write(score[:, seeds.index(job.seed)], models, number, job, job.without[0])
    # a batch of their own: fewer films make fewer steps, and the outer models stay as they were
    inner = np.full((len(lessons), max(folds) + 1, *batch.shape), np.nan, np.float32)
    pairs = [Job(pair, seeds[0]) for pair in combinations(folds, 2)]
    if len(folds) > 2:
        pair_models, _ = batch.train(pairs, held_out=False)
        for number, job in enumerate(pairs):
            a, b = job.without
            batch.write(inner[:, a], pair_models, number, job, b)
            batch.write(inner[:, b], pair_models, number, job, a)
    return [
        Fitted(score[n], inner[n], models.tensors(n), curves[:, n].mean(axis=0))
        for n in range(len(lessons))
    ]


class _Training:
    """The items of one approach, and how models of one head are trained on parts of them."""

    def __init__(
        self,
        items: Items,
        lessons: Sequence[np.ndarray],
        fold_of: np.ndarray,
        head: str,
        params: HeadParams,
        seeds: Sequence[int],
        context: str,
    ) -> None:
        self.items, self.head, self.params, self.seeds = items, head, params, tuple(seeds)
        self.context = context
        self.shape = lessons[0].shape[-2:]
        self.fold = fold_of[items.film]
        self.x = Inputs(items)
        self.labels = _Labels.of(lessons, items.film, len(seeds))
        per_film = np.bincount(items.film, minlength=self.shape[0])
        self.weight = torch.from_numpy(1 / per_film[items.film]).float()

    def train(self, jobs: Sequence[Job], held_out: bool) -> tuple[ModelBatch, np.ndarray]:
        """Train all jobs together; curves (n_jobs, n_lessons, n_epochs, 2), held out if asked."""
        params = self.params
        rows_of = [np.flatnonzero(~np.isin(self.fold, job.without)) for job in jobs]
        held = [np.flatnonzero(np.isin(self.fold, job.without) & held_out) for job in jobs]
        seeds = [job.seed for job in jobs]
        shape, lessons = self.shape[1], len(self.labels.y) // len(self.seeds)
        models = ModelBatch(self.head, self.items, shape, seeds, self.context, lessons)
        self.x.to(models.device)
        self.labels, self.weight = self.labels.to(models.device), self.weight.to(models.device)
        models.standardise(self.x, [_rows(rows, models) for rows in rows_of])

        of_job = torch.tensor([self._labels(job) for job in jobs], device=models.device)
        n_steps = math.ceil(max(len(rows) for rows in rows_of) / params.batch_size)
        parameters, decay = list(models.parameters.values()), params.weight_decay
        optimiser = torch.optim.AdamW(
            parameters, params.learning_rate, weight_decay=decay, fused=True
        )
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, params.epochs * n_steps)
        draws = [np.random.default_rng([job.seed, *job.without]) for job in jobs]
        curves = np.zeros((len(jobs), lessons, params.epochs, 2))
        for epoch in range(params.epochs):
            shuffled = [draw.permutation(rows) for draw, rows in zip(draws, rows_of, strict=True)]
            order = np.stack([_again(rows, n_steps * params.batch_size) for rows in shuffled])
            batches = _rows(order, models).split(params.batch_size, dim=1)
            lost = torch.zeros(of_job.shape, dtype=torch.float64, device=models.device)
            models.template.train()
            for step, rows in enumerate(batches, epoch * n_steps):
                weight = self.weight[rows]
                weight = weight / weight.sum(-1, keepdim=True)
                logits = models.logits(self.x[rows], step)
                loss = self.labels.losses(logits, of_job, rows, weight)
                for parameter in parameters:
                    parameter.grad = None
                loss.sum().backward()  # models share nothing: each gets its own gradient
                optimiser.step()
                schedule.step()
                lost += loss.detach() / n_steps  # fetched once an epoch: a GPU would wait for it
            curves[:, :, epoch, 0] = lost.cpu().numpy()
            curves[:, :, epoch, 1] = self._held_out_losses(models, of_job, held)
        return models, curves

    def write(
        self, score: np.ndarray, models: ModelBatch, number: int, job: Job, fold: int
    ) -> None:
        """Write what a job's models score one fold's films, each the mean over its items.

        score: (n_lessons, n_films, n_genres), changed. Raises BenchmarkError for no numbers.
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
        for lesson, label in enumerate(self._labels(job)):
            values[lesson][:, ~self.labels.taught(label)] = np.nan
        by_film = np.argsort(self.items.film[rows], kind="stable")
        film, first, counts = np.unique(
            self.items.film[rows][by_film], return_index=True, return_counts=True
        )
        for count in np.unique(counts):  # films of as many items at once
            some = counts == count
            of_film = by_film[first[some][:, None] + np.arange(count)]
            score[:, film[some]] = values[:, of_film].mean(axis=2)

    def _labels(self, job: Job) -> range:
        """Which labels each lesson teaches a job."""
        return range(self.seeds.index(job.seed), len(self.labels.y), len(self.seeds))

    @torch.no_grad()
    def _held_out_losses(
        self, models: ModelBatch, labels: Tensor, held: Sequence[np.ndarray]
    ) -> np.ndarray:
        """Loss of each job's models on its own items, (n_jobs, n_lessons); NaN without any."""
        longest = max(len(rows) for rows in held)
        if not longest:
            return np.full(labels.shape, np.nan)
        models.template.eval()
        padded = _rows(np.stack([_again(rows, longest) for rows in held]), models)
        there = _rows(np.arange(longest) < [[len(rows)] for rows in held], models)
        weight = self.weight[padded] * there
        total = torch.zeros(labels.shape, device=models.device)
        for part in torch.arange(longest, device=models.device).split(self.params.batch_size):
            rows, share = padded[:, part], weight[:, part]
            logits = models.logits(self.x[rows])
            total += self.labels.losses(logits, labels, rows, share)
        return (total / weight.sum(1)[:, None]).cpu().numpy()


@dataclass(frozen=True)
class _Labels:
    """What each lesson teaches under each seed, one after the other.

    y: (n_lessons * n_seeds, n_items, n_genres) of 0 and 1; share: (n_lessons * n_seeds, n_genres),
    what each genre counts in the loss, 0 if it is not taught.
    """

    y: Tensor
    share: Tensor

    @classmethod
    def of(cls, lessons: Sequence[np.ndarray], film: np.ndarray, seeds: int) -> "_Labels":
        whole = np.concatenate(
            [np.broadcast_to(each, (seeds, *each.shape[-2:])) for each in lessons]
        )
        told = ~np.isnan(whole).any(axis=1)
        y = torch.from_numpy(np.nan_to_num(whole[:, film]).astype(np.float32))
        return cls(y, torch.from_numpy(told / told.sum(axis=1, keepdims=True)).float())

    def to(self, device: torch.device) -> "_Labels":
        return _Labels(self.y.to(device), self.share.to(device))

    def taught(self, label: int) -> np.ndarray:
        """Which genres, (n_genres,) bool."""
        return self.share[label].cpu().numpy() > 0

    def losses(self, logits: Tensor, labels: Tensor, rows: Tensor, weight: Tensor) -> Tensor:
        """Binary cross-entropy, mean over the genres taught, weighted sum over items.

        logits: (n_jobs, n_lessons, n, n_genres); labels: (n_jobs, n_lessons); rows, weight:
        (n_jobs, n). Returns (n_jobs, n_lessons).
        """
        y = self.y[labels[..., None], rows[:, None]]
        counts = weight[:, None, :, None] * self.share[labels][:, :, None]
        each = binary_cross_entropy_with_logits(logits, y, counts, reduction="none")
        return each.sum((-2, -1))


def _again(rows: np.ndarray, length: int) -> np.ndarray:
    """The rows, again and again until there are `length`; zeros where there is none."""
    if not len(rows):
        return np.zeros(length, rows.dtype)
    return rows[np.arange(length) % len(rows)]


def _rows(rows: np.ndarray, models: ModelBatch) -> Tensor:
    return torch.from_numpy(rows).to(models.device)

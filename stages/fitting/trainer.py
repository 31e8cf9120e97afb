"""Train the models of many jobs on parts of the same items, and score what they did not see."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.parallel.local import run
from stages.base.params import HeadParams
from stages.fitting.adam import AdamW
from stages.fitting.batch import ModelBatch
from stages.fitting.inputs import Inputs
from stages.fitting.items import Items, film_means

WORTH_PROCESSES = 1e9  # numbers that all models read, below which starting processes costs more


@dataclass(frozen=True, eq=False)
class Job:
    """Models to train on the same items in the same order."""

    held_out: tuple[int, ...]
    """The folds they never see."""
    seed: int
    """Of their start and of the order."""
    models: Sequence[tuple[int, float]]
    """Number of its label set, and its weight decay, of each."""
    stops: Sequence[int] = ()
    """Epochs after which the first models are kept."""


@dataclass(frozen=True)
class Trained:
    """What became of a job."""

    scores: np.ndarray
    """(n_models, n_check_points, n_films, n_genres) float32, each film's the mean over its items;
    NaN for films that the models saw, and beyond the last epoch."""
    kept: list[dict[str, np.ndarray]]
    """Of each stop, all that a prediction needs."""
    losses: np.ndarray
    """(n_epochs, n_models, 2): on training batches, and on held-out items if asked for."""


class Trainer:
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
        """Arguments as `training.cross_validate` takes them."""
        self._arguments = items, targets, fold_of, head, params, seeds, context
        self.items, self.head, self.params, self.seeds = items, head, params, tuple(seeds)
        self.context, self.n_label_sets = context, len(targets)
        self.shape = targets[0].shape[-2:]
        self.fold = fold_of[items.film]
        self.inputs = Inputs(items)
        self.targets = Targets.stack(targets, items.film, len(seeds))
        per_film = np.bincount(items.film, minlength=self.shape[0])
        self.weight = torch.from_numpy(1 / per_film[items.film]).float()

    def __reduce__(self) -> tuple[Any, ...]:
        return Trainer, self._arguments

    def train(
        self, jobs: Sequence[Job], n_epochs: int, held_out_loss: bool = False
    ) -> list[Trained]:
        """All jobs together where that is faster, else one by one, on as many cores as there are.

        Jobs with as many folds out lie together. held_out_loss: whether to say it. Raises
        BenchmarkError where a score is no number.
        """
        numbers = float(np.prod(self.items.x.shape)) * n_epochs * sum(len(j.models) for j in jobs)
        is_map = self.items.x.ndim > 2 and self.items.index is None
        if not is_map or torch.cuda.is_available() or numbers < WORTH_PROCESSES:
            # a batch of their own: fewer films make fewer steps
            groups = [list(each) for _, each in groupby(jobs, key=lambda job: len(job.held_out))]
            return [
                trained for each in groups for trained in self._train(each, n_epochs, held_out_loss)
            ]
        # a model's convolutions are too small for several cores: each model has one
        work = partial(_train_alone, self, n_epochs, held_out_loss)
        found: dict[int, Trained] = {}
        for number, trained in run(work, list(enumerate(jobs))):
            if isinstance(trained, TrailerError):
                raise trained
            found[number[0]] = trained
        return [found[number] for number in range(len(jobs))]

    def _train(self, jobs: Sequence[Job], n_epochs: int, held_out_loss: bool) -> list[Trained]:
        params = self.params
        train = [np.flatnonzero(~np.isin(self.fold, job.held_out)) for job in jobs]
        held_out = [
            np.flatnonzero(np.isin(self.fold, job.held_out) & held_out_loss) for job in jobs
        ]
        seeds, n_models = [job.seed for job in jobs], len(jobs[0].models)
        models = ModelBatch(self.head, self.items, self.shape[1], seeds, self.context, n_models)
        device = models.device
        self.inputs.to(device)
        self.targets, self.weight = self.targets.to(device), self.weight.to(device)
        models.fit_scaling(self.inputs, [_tensor(rows, device) for rows in train])

        targets = torch.tensor([self._targets_of(job) for job in jobs], device=device)
        n_steps = math.ceil(max(len(rows) for rows in train) / params.batch_size)
        parameters = list(models.parameters.values())
        decay = torch.tensor([decay for job in jobs for _, decay in job.models], device=device)
        # the budget's epochs, however many are run: what is seen at a check point stays the same
        adam = AdamW(parameters, params.learning_rate, decay, params.epochs[-1] * n_steps)
        rngs = [np.random.default_rng([job.seed, *job.held_out]) for job in jobs]
        losses = np.zeros((len(jobs), n_epochs, n_models, 2))
        n_checks = len(params.epochs)
        scores = np.full((len(jobs), n_models, n_checks, *self.shape), np.nan, np.float32)
        kept: list[dict[int, dict[str, np.ndarray]]] = [{} for _ in jobs]
        for epoch in range(n_epochs):
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
                # models share nothing: each gets its own gradient
                adam.step(torch.autograd.grad(loss.sum(), parameters))
                total += loss.detach() / n_steps  # fetched once an epoch: a GPU would wait for it
            losses[:, epoch, :, 0] = total.cpu().numpy()
            losses[:, epoch, :, 1] = self._held_out_losses(models, targets, held_out)
            if epoch + 1 in params.epochs:
                check = params.epochs.index(epoch + 1)
                for number, job in enumerate(jobs):
                    self._predict(scores[number, :, check], models, number, job)
                    for model, stop in enumerate(job.stops):
                        if stop == epoch + 1:
                            state = models.tensors(number, model).items()
                            kept[number][model] = {name: value.numpy() for name, value in state}
        return [
            Trained(scores[n], [kept[n][m] for m in range(len(job.stops))], losses[n])
            for n, job in enumerate(jobs)
        ]

    def _predict(self, score: np.ndarray, models: ModelBatch, number: int, job: Job) -> None:
        """Write a job's scores of the films it did not see into (n_models, n_films, n_genres)."""
        rows = np.flatnonzero(np.isin(self.fold, job.held_out))
        if not len(rows):
            return
        items = _tensor(rows, models.device)
        values = models.predict(number, self.inputs, items).sigmoid().cpu().numpy()
        if not np.isfinite(values).all():
            raise BenchmarkError(
                f"training diverged: head {self.head} gave scores that are no numbers",
                do=f"lower training.heads.{self.head}.learning_rate in params.yaml",
            )
        for into, of_model, target in zip(score, values, self._targets_of(job), strict=True):
            means, known = film_means(Items(of_model, self.items.film[rows]), self.shape[0])
            into[known] = means[known]
            into[:, ~self.targets.has_genre(target)] = np.nan

    def _targets_of(self, job: Job) -> list[int]:
        """Which of the targets each model of a job is trained on."""
        n_seeds = len(self.seeds)
        return [label_set * n_seeds + self.seeds.index(job.seed) for label_set, _ in job.models]

    @torch.no_grad()
    def _held_out_losses(
        self, models: ModelBatch, targets: Tensor, held_out: Sequence[np.ndarray]
    ) -> np.ndarray:
        """Loss of each job's models on its held-out items, (n_jobs, n_models); NaN without any.

        targets: (n_jobs, n_models); held_out: the items of each job.
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


def _train_alone(
    trainer: Trainer, n_epochs: int, held_out_loss: bool, job: tuple[int, Job]
) -> Trained:
    """In a process of its own."""
    torch.set_num_threads(1)
    (trained,) = trainer._train([job[1]], n_epochs, held_out_loss)
    return trained


@dataclass(frozen=True)
class Targets:
    """The labels of every label set and seed, seed by seed within a label set."""

    y: Tensor
    """(n_label_sets * n_seeds, n_items, n_genres) of 0 and 1."""
    genre_weight: Tensor
    """(n_label_sets * n_seeds, n_genres), of each genre in the loss; 0 outside the label set."""

    @classmethod
    def stack(cls, targets: Sequence[np.ndarray], film: np.ndarray, n_seeds: int) -> "Targets":
        """targets: as `training.cross_validate` takes them; film: (n_items,) of each item."""
        stacked = np.concatenate(
            [np.broadcast_to(each, (n_seeds, *each.shape[-2:])) for each in targets]
        )
        known = ~np.isnan(stacked).any(axis=1)
        y = torch.from_numpy(np.nan_to_num(stacked[:, film]).astype(np.float32))
        return cls(y, torch.from_numpy(known / known.sum(axis=1, keepdims=True)).float())

    def to(self, device: torch.device) -> "Targets":
        return Targets(self.y.to(device), self.genre_weight.to(device))

    def has_genre(self, target: int) -> np.ndarray:
        """Which genres are in the label set of a target, (n_genres,) bool."""
        return self.genre_weight[target].cpu().numpy() > 0

    def losses(self, logits: Tensor, targets: Tensor, rows: Tensor, weight: Tensor) -> Tensor:
        """Binary cross-entropy, mean over the label set's genres, weighted sum over items.

        logits: (n_jobs, n_models, n, n_genres); targets: (n_jobs, n_models); rows, weight:
        (n_jobs, n). Returns (n_jobs, n_models).
        """
        y = self.y[targets[..., None], rows[:, None]]
        counts = weight[:, None, :, None] * self.genre_weight[targets][:, :, None]
        each = binary_cross_entropy_with_logits(logits, y, counts, reduction="none")
        return each.sum((-2, -1))


def _tensor(array: np.ndarray, device: torch.device) -> Tensor:
    return torch.from_numpy(array).to(device)

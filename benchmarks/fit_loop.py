"""The models of cross-validation trained one after the other, as one would write it down."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from stages.base.params import HeadParams
from stages.fitting.heads import build
from stages.fitting.items import Items

FOLDS = 5
EPSILON = 1e-4  # added to a feature's spread, as in training


@dataclass(frozen=True)
class TrainingSet:
    """What is trained on."""

    items: Items
    """One a film."""
    targets: list[np.ndarray]
    """One a label set, (films, genres) each, NaN outside the label set."""
    fold_of: np.ndarray
    """(films,)."""


def one_by_one(
    made: TrainingSet, head: str, params: HeadParams, seeds: Sequence[int]
) -> np.ndarray:
    """Train every model by itself, as one would write it down: (label sets, seeds, films, genres).

    The same start, batches, steps and dropout as the batched computation. The models of pairs of
    folds are trained and asked too, for that is what the other side does, but their scores not
    returned.
    """
    scores = np.full((len(made.targets), len(seeds), *made.targets[0].shape), np.nan, np.float32)
    for n, target in enumerate(made.targets):
        for fold in range(FOLDS):
            for s, seed in enumerate(seeds):
                model = _train(made, target, (fold,), seed, head, params, 1)
                rows = np.flatnonzero(made.fold_of == fold)
                scores[n, s, rows] = _predict(model, made, (fold,), target, rows)
        for pair in combinations(range(FOLDS), 2):
            model = _train(made, target, pair, seeds[0], head, params, 2)
            for fold in pair:
                _predict(model, made, pair, target, np.flatnonzero(made.fold_of == fold))
    return scores


def _train(
    made: TrainingSet,
    target: np.ndarray,
    held_out: tuple[int, ...],
    seed: int,
    head: str,
    params: HeadParams,
    n_out: int,
) -> nn.Module:
    torch.manual_seed(seed)
    model = build(head, "", made.items, target.shape[1])
    rows = np.flatnonzero(~np.isin(made.fold_of, held_out))
    x, known = _standardised(made, held_out), ~np.isnan(target).any(axis=0)
    y = torch.from_numpy(target[:, known].astype(np.float32))
    columns = torch.from_numpy(np.flatnonzero(known))
    most = max(  # every model takes the steps of the one with the most films
        int((~np.isin(made.fold_of, left_out)).sum())
        for left_out in combinations(range(FOLDS), n_out)
    )
    n_steps = -(-most // params.batch_size)
    optimiser = torch.optim.AdamW(
        model.parameters(), params.learning_rate, weight_decay=params.weight_decay[0]
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, params.epochs[-1] * n_steps)
    draw = np.random.default_rng([seed, *held_out])
    rest = torch.from_numpy(np.flatnonzero(np.isin(made.fold_of, held_out)))
    for epoch in range(params.epochs[-1]):
        model.train()
        order = np.resize(draw.permutation(rows), n_steps * params.batch_size)
        for step, batch in enumerate(np.split(order, n_steps), epoch * n_steps):
            torch.default_generator.manual_seed(step)  # what dropout draws
            chosen = torch.from_numpy(batch)
            logits = model(x[chosen])[:, columns]
            loss = binary_cross_entropy_with_logits(logits, y[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        if len(held_out) == 1:  # the learning curve
            model.eval()
            with torch.no_grad():
                binary_cross_entropy_with_logits(model(x[rest])[:, columns], y[rest])
    return model


@torch.no_grad()
def _predict(
    model: nn.Module,
    made: TrainingSet,
    held_out: tuple[int, ...],
    target: np.ndarray,
    rows: np.ndarray,
) -> np.ndarray:
    model.eval()
    found = model(_standardised(made, held_out)[torch.from_numpy(rows)]).sigmoid().numpy()
    found[:, np.isnan(target).any(axis=0)] = np.nan
    return np.asarray(found)


def _standardised(made: TrainingSet, held_out: tuple[int, ...]) -> Tensor:
    x = torch.from_numpy(made.items.x)
    seen = x[torch.from_numpy(~np.isin(made.fold_of, held_out))]
    return (x - seen.mean(0)) / (seen.std(0) + EPSILON)

"""Train one head for all folds, seeds and label sets and score every film out of fold, twice.

The outer scores are judged: fold f is scored by models trained without f. The inner ones are what
may be tuned on for fold f (thresholds, calibration, weights of a fusion): fold j is scored by a
model trained without f and without j, so that no label of f lies behind a number, and no film was
trained on by what scored it. One model for each pair of folds serves both (f, j) and (j, f).

A setting is a weight decay and a number of epochs, read off one run at its check points. How a fold
takes one: see `choosing`. All seeds take what the models of the first chose.
"""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from stages.base.params import HeadParams
from stages.fitting.choosing import PARTS, Choice, Scored, choose, held_out, rank
from stages.fitting.fitted import Curves, Fitted
from stages.fitting.items import Items
from stages.fitting.trainer import Job, Trained, Trainer


def cross_validate(
    items: Items,
    targets: Sequence[np.ndarray],
    fold_of: np.ndarray,
    head: str,
    params: HeadParams,
    seeds: tuple[int, ...],
    context: str = "",
) -> tuple[list[Fitted], Fitted | None]:
    """Every film is scored by the models that never saw it; a film counts once, however many items.

    targets: for each label set (n_films, n_genres) of 1, 0, and NaN in the columns of genres
    outside it, or (n_seeds, n_films, n_genres) where each seed has labels of its own; fold_of:
    (n_films,) int, numbered from 0; context: what makes one vector of a sequence, where items are
    sequences. Returns the scores and models of each label set, and the scores of the first where no
    fold chooses; None with but one setting.
    """
    trainer = Trainer(items, targets, fold_of, head, params, seeds, context)
    settings, folds = params.settings, [int(fold) for fold in np.unique(fold_of)]
    scored = _score_inner(trainer, folds, seeds[0])
    taken = [
        _choose(of, target, fold_of, params) for of, target in zip(scored, targets, strict=True)
    ]
    if len(settings) > 1:
        taken.append(taken[0].unchosen(settings.index(params.fixed_setting)))
    # what differs in its epochs alone is one run
    runs: list[tuple[int, tuple[float, ...]]] = []
    run_of = []
    for number, choice in enumerate(taken):
        label_set = number % len(targets)
        run = label_set, tuple(settings[choice.outer[fold]][0] for fold in folds)
        runs += [] if run in runs else [run]
        run_of.append(runs.index(run))
    jobs = [
        Job(
            (fold,),
            seed,
            [(label_set, decays[place]) for label_set, decays in runs],
            [settings[choice.outer[fold]][1] for choice in taken[: len(targets)]],
        )
        for place, fold in enumerate(folds)
        for seed in seeds
    ]
    last = max(settings[number][1] for choice in taken for number in choice.outer.values())
    outer = dict(zip(jobs, trainer.train(jobs, last, held_out_loss=True), strict=True))
    found = [
        _gather(outer, run, scored[number % len(targets)], choice, fold_of, params)
        for number, (choice, run) in enumerate(zip(taken, run_of, strict=True))
    ]
    return found[: len(targets)], found[-1] if len(settings) > 1 else None


def _score_inner(trainer: Trainer, folds: Sequence[int], seed: int) -> list[Scored]:
    """Of each label set, by the models that choose and those that are tuned on."""
    params, n_label_sets = trainer.params, trainer.n_label_sets
    models = [(n, decay) for n in range(n_label_sets) for decay in params.weight_decay]
    jobs = [Job(each, seed, models) for each in held_out(folds, len(params.settings) > 1)]
    trained = trainer.train(jobs, params.epochs[-1])
    scored: list[dict[tuple[int, ...], np.ndarray]] = [{} for _ in range(n_label_sets)]
    for job, found in zip(jobs, trained, strict=True):
        by_setting = found.scores.reshape(n_label_sets, -1, *found.scores.shape[2:])
        for of, scores in zip(scored, by_setting, strict=True):
            of[job.held_out] = scores
    return list(scored)


def _choose(scored: Scored, target: np.ndarray, fold_of: np.ndarray, params: HeadParams) -> Choice:
    """Of one label set; the labels are the first seed's."""
    labels = target.reshape(-1, *target.shape[-2:])[0]
    columns = np.flatnonzero(~np.isnan(labels).any(axis=0))
    ranked = partial(rank, scored, np.nan_to_num(labels), fold_of, columns=columns)
    decay, epochs = params.fixed_setting
    steps = (params.weight_decay.index(decay), params.epochs.index(epochs))
    numbers = np.indices((len(params.weight_decay), len(params.epochs))).reshape(2, -1)
    away = np.abs(numbers - np.array(steps)[:, None]).sum(axis=0)
    return choose(ranked, np.unique(fold_of).tolist(), away)


def _gather(
    outer: Mapping[Job, Trained],
    run: int,
    scored: Scored,
    choice: Choice,
    fold_of: np.ndarray,
    params: HeadParams,
) -> Fitted:
    """What became of one label set; run: which of a job's models is its."""
    n_settings = len(params.settings)
    seeds = list(dict.fromkeys(job.seed for job in outer))
    shape = next(iter(outer.values())).scores.shape[-2:]
    score = np.full((len(seeds), *shape), np.nan, np.float32)
    inner = np.full((int(fold_of.max()) + 1, *shape), np.nan, np.float32)
    for job, trained in outer.items():
        (fold,) = job.held_out
        films, check = fold_of == fold, choice.outer[fold] % len(params.epochs)
        score[seeds.index(job.seed), films] = trained.scores[run, check, films]
    for pair, number in choice.inner.items():
        for fold, other in (pair, pair[::-1]):
            films = fold_of == other
            inner[fold, films] = scored[pair][number, films]
    kept = [trained.kept[run] for trained in outer.values() if run < len(trained.kept)]
    tensors = {name: np.stack([each[name] for each in kept]) for name in kept[0]} if kept else {}
    losses = np.mean([trained.losses[:, run] for trained in outer.values()], axis=0)
    curves = Curves(np.arange(1, len(losses) + 1), ("train", "held_out"), losses)
    return Fitted(score, inner, tensors, curves, _chosen(choice, params) if n_settings > 1 else ())


def _chosen(choice: Choice, params: HeadParams) -> tuple[Curves, ...]:
    """A curve over the check points for each weight decay."""
    curves = choice.curve().reshape(len(params.weight_decay), len(params.epochs), len(PARTS))
    return tuple(
        Curves(np.array(params.epochs), tuple(f"{part} at {decay:g}" for part in PARTS), values)
        for decay, values in zip(params.weight_decay, curves, strict=True)
    )

"""Trained models on disk: written by the fit stage, used on films they were not trained on."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby, repeat
from operator import itemgetter
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.base.files import replacing
from stages.base.genres import GENRES
from stages.base.params import Params, ProbeParams
from stages.base.params.matrix import Cell
from stages.fitting.approaches import training_budget
from stages.fitting.fitted import Fitted
from stages.fitting.items import Items, film_means
from stages.fitting.probing import load_probe


def save_models(cell: Cell, fitted: Fitted, params: Params, n_folds: int, folder: Path) -> None:
    """Write the trained models (safetensors) and beside them what it takes to use them."""
    budget = training_budget(cell, params)
    card = {
        "approach": asdict(cell),
        "models": [[fold, seed] for fold in range(n_folds) for seed in params.training.seeds],
        "solved": isinstance(budget, ProbeParams),
        "budget": asdict(budget),
        "middle_frames": params.training.middle_frames,
        "shapes": {name: list(value.shape) for name, value in fitted.tensors.items()},
    }
    with replacing(folder) as new:
        new.mkdir()
        # safetensors writes a transposed array's numbers in another order, without a word
        dense = {name: np.ascontiguousarray(value) for name, value in fitted.tensors.items()}
        save_file(dense, new / "model.safetensors")
        (new / "model.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def predict_scores(cell: Cell, folder: Path, items: Items, n_films: int) -> np.ndarray:
    """Scores by the saved models of every fold and seed, (n_folds, n_seeds, n_films, 10) float32.

    folder: of the approach's models; items: what the approach looks at or hears of the films. NaN
    for a film without items. Raises BenchmarkError if the models are not there, or are of an
    approach that was declared otherwise.
    """
    try:
        card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        tensors = load_file(folder / "model.safetensors")
    except (OSError, ValueError, SafetensorError):
        raise BenchmarkError(
            f"no trained models of {cell.slug}",
            where=str(folder),
            do=f"run `{places.dvc('repro')}` (or `{places.dvc('checkout')}`, if they were trained "
            "before) and try again",
        ) from None
    if card["approach"] != json.loads(json.dumps(asdict(cell))):
        raise BenchmarkError(
            f"params.yaml declares {cell.slug} otherwise than it was trained",
            where=str(folder / "model.json"),
            do=f"run `{places.dvc('repro')}`, which trains it as declared, or take the change back",
        )
    numbers = card["models"]
    n_seeds = sum(fold == numbers[0][0] for fold, _ in numbers)
    score = np.full((len(numbers), n_films, len(GENRES)), np.nan, np.float32)
    if len(items.film):
        predict = _solved if card["solved"] else _trained
        for each, found in zip(score, predict(cell, tensors, items, numbers), strict=True):
            means, known = film_means(Items(found, items.film), n_films)
            each[known] = means[known]
    return score.reshape(-1, n_seeds, n_films, len(GENRES))


def _solved(
    cell: Cell, tensors: dict[str, np.ndarray], items: Items, numbers: list[list[int]]
) -> Iterator[np.ndarray]:
    """Each fold's scores of the items, (n_items, 10), by a probe: the same for every seed."""
    probe = load_probe(cell.head)
    for fold, models in groupby(numbers, key=itemgetter(0)):
        mine = [name for name in tensors if name.startswith(f"{fold}.")]
        own = {name.removeprefix(f"{fold}."): tensors[name] for name in mine}
        found, expected = items.x.shape[1:], own["mean"].shape
        if found != expected:
            raise BenchmarkError(
                "the saved models are of another shape",
                found=str(found),
                expected=str(expected),
                do=f"run `{places.dvc('repro')}`, which fits them as params.yaml says",
            )
        yield from repeat(probe.predict(own, items.x[:]), len(list(models)))


def _trained(
    cell: Cell, tensors: dict[str, np.ndarray], items: Items, numbers: list[list[int]]
) -> Iterator[np.ndarray]:
    """Each model's scores of the items, (n_items, 10), by what was trained by steps."""
    import torch

    from stages.fitting.batch import ModelBatch
    from stages.fitting.inputs import Inputs

    state = {name: torch.from_numpy(value) for name, value in tensors.items()}
    models = ModelBatch.from_tensors(cell.head, items, len(GENRES), state, cell.context)
    inputs = Inputs(items)
    inputs.to(models.device)
    rows = torch.arange(len(items.film), device=models.device)
    for number in range(len(numbers)):
        yield models.predict(number, inputs, rows)[0].sigmoid().cpu().numpy()

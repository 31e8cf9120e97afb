"""Backbones, heads and contexts of a matrix, tried before anything is downloaded or trained."""

from collections.abc import Mapping
from functools import cache

import numpy as np
import torch

from stages.base.errors import BenchmarkError
from stages.base.genres import GENRES
from stages.base.params import BackboneParams, PretrainedParams
from stages.base.params.matrix import Cell
from stages.base.params.schema import UNTRAINED_CONTEXTS
from stages.base.plugins import (
    PROBE,
    TRAINED,
    check_modality,
    defines_class,
    invalid_plugin,
    plugin_errors,
)
from stages.embedding.base import create_unloaded, describe
from stages.embedding.language import reading_texts
from stages.embedding.records import Record
from stages.fitting.batch import ModelBatch
from stages.fitting.inputs import Inputs
from stages.fitting.items import Items, wrong_shape
from stages.fitting.probing import load_probe

N_FILMS = 4
LENGTH = 3
"""Of a made-up sequence."""
Shape = tuple[int, ...]


def try_backbone(slug: str, backbone: BackboneParams) -> Record:
    """Its model's record. Raises BenchmarkError where family, model, options, reads or prompts are
    wrong."""
    record = describe(backbone.family, backbone.model, backbone.options)
    check_modality(slug, backbone.family, backbone.reads, record.modality, record.reads)
    made = create_unloaded(backbone.family, backbone.model, backbone.options, backbone.precision)
    if isinstance(backbone, PretrainedParams) and backbone.prompts:
        reading_texts(made, f"params.yaml: {slug}.prompts")
    return record


def try_approach(cell: Cell, shapes: Mapping[str, Shape]) -> None:
    """Train its head and context for one step on made-up embeddings, several models at once.

    shapes: of one embedding, by backbone; a cell with a part that is not in there is passed over.
    Raises BenchmarkError where head or context break their contract or do not fit the backbone.
    """
    if cell.kind not in ("single", "early", "dual") or not set(cell.parts) <= shapes.keys():
        return
    parts = tuple(shapes[part] for part in cell.parts)
    if cell.kind == "dual":
        if maps := [shape for shape in parts if len(shape) != 1]:
            raise wrong_shape(f"context {cell.context}", maps[0], 1)
        parts = ((1 + sum(shape[0] for shape in parts),),)  # as fitting.items puts them together
    if cell.kind == "early" and any(len(shape) != 1 for shape in parts):
        raise BenchmarkError(
            "early fusion joins embeddings, not maps",
            where=f"params.yaml: {cell.slug}",
            found=" and ".join(f"{part} of shape {shapes[part]}" for part in cell.parts),
            expected="backbones of embeddings",
            do="name such backbones, or use late fusion",
        )
    if defines_class("heads", cell.head, "Probe") and cell.context in UNTRAINED_CONTEXTS:
        try_probe(cell.head, parts)
        return
    # without code of its own a context gives a head single items
    try_models(cell.head, "" if cell.context in UNTRAINED_CONTEXTS else cell.context, parts)


@cache
def try_probe(head: str, parts: tuple[Shape, ...]) -> None:
    """Fit it once and predict. Raises BenchmarkError where its code does not allow it."""
    items = _items(parts, sequences=False)
    if len(items.x.shape) != 2:
        raise wrong_shape(f"head {head}", items.x.shape[1:], 1)
    y = np.arange(N_FILMS * len(GENRES)).reshape(N_FILMS, -1) % 3 == 0
    probe, code = load_probe(head), f"stages.heads.{head}"
    with plugin_errors(PROBE, code):
        rows, weight = np.arange(N_FILMS), np.ones(N_FILMS)
        (fitted,) = probe.fit(items.x, y.astype(np.float64), weight, [rows], [1.0])
        found = probe.predict(fitted.tensors(0, np.arange(len(GENRES))), items.x[:])
    if found.shape != y.shape:
        raise invalid_plugin(code, f"predict gave {found.shape} where {y.shape} was due", PROBE)


@cache
def try_models(head: str, context: str, parts: tuple[Shape, ...]) -> None:
    """One step of training of two models. Raises BenchmarkError where the code does not allow it.

    context: "" for none; parts: shapes of the embedding, or of those that are joined to one.
    """
    items = _items(parts, bool(context))
    models = ModelBatch(head, items, len(GENRES), (0, 1), context)
    inputs = Inputs(items)
    inputs.to(models.device)
    rows = torch.arange(N_FILMS, device=models.device).expand(2, -1)
    models.fit_scaling(inputs, list(rows))
    logits = models.logits(inputs[rows])
    names = (f"stages.heads.{head}", *([f"stages.contexts.{context}"] if context else []))
    with plugin_errors(TRAINED, *names):
        logits.sum().backward()


def _items(parts: tuple[Shape, ...], sequences: bool) -> Items:
    joined = (sum(shape[0] for shape in parts),) if len(parts) > 1 else parts[0]
    n_rows = N_FILMS * (LENGTH if sequences else 1)
    x = np.random.default_rng(0).normal(size=(n_rows, *joined)).astype(np.float32)
    if not sequences:
        sizes = tuple(shape[0] for shape in parts) if len(parts) > 1 else ()
        return Items(x, np.arange(N_FILMS), parts=sizes)
    index = np.arange(n_rows, dtype=np.int32).reshape(N_FILMS, LENGTH)
    return Items(x, np.arange(N_FILMS), index, np.zeros(n_rows, np.float32))

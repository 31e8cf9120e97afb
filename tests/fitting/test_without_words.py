"""A trailer without words is scored by every head and context, though its numbers are unknown."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from stages.base.params import HeadParams, load
from stages.fitting import probing, training
from stages.fitting.items import Items

N, D, SILENT = 60, 9, slice(5, 12)
FOLD = np.arange(N) % 3
PARAMS = load(Path(__file__).resolve().parents[2] / "params.yaml").training


def films():
    rng = np.random.default_rng(0)
    y = (rng.random((N, 10)) < 0.4).astype(np.float32)
    x = rng.normal(size=(N, D)).astype(np.float32)
    x[:, -1], x[SILENT, :-1], x[SILENT, -1] = 0, np.nan, 1
    return x, y


def quick(budget: HeadParams) -> HeadParams:
    """Without a choice."""
    first, weakest = budget.epochs[0], budget.weight_decay[0]
    assert budget.fixed is not None
    fixed = dataclasses.replace(budget.fixed, epochs=first, weight_decay=weakest)
    return dataclasses.replace(budget, epochs=(first,), weight_decay=(weakest,), fixed=fixed)


@pytest.mark.parametrize("head", ["linear", "knn", "mlp", "gated"])
def test_by_every_head(head):
    x, y = films()
    items = Items(x, np.arange(N), parts=(3, 4, 2) if head == "gated" else ())
    budget = PARAMS.heads[head]
    if isinstance(budget, HeadParams):
        found, _ = training.cross_validate(items, [y], FOLD, head, quick(budget), (0,), "mean")
    else:
        found, _ = probing.cross_validate(items, [y], FOLD, head, budget, 1)
    assert np.isfinite(found[0].score).all()


@pytest.mark.parametrize("context", ["attention", "temporal"])
def test_by_every_context(context):
    """One text, which is empty, where the others have three."""
    x, y = films()
    counts = np.full(N, 3)
    counts[SILENT] = 1
    index = np.full((N, 4), -1, np.int32)
    ends = np.cumsum(counts)
    for film, (end, count) in enumerate(zip(ends, counts, strict=True)):
        index[film, :count] = np.arange(end - count, end)
    time = np.concatenate([np.arange(count) / 3 for count in counts]).astype(np.float32)
    items = Items(np.repeat(x, counts, axis=0), np.arange(N), index, time)
    budget = quick(PARAMS.contexts[context])
    found, _ = training.cross_validate(items, [y], FOLD, "linear", budget, (0,), context)
    assert np.isfinite(found[0].score).all()

"""Heads and contexts by name, put together to one model, or said why they do not fit."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from torch import Tensor, nn

from stages.errors import BenchmarkError
from stages.fitting.items import Items


class InContext(nn.Module):
    """A head on what a context makes of a whole sequence."""

    def __init__(self, context: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.context, self.head = context, head

    def forward(self, x: Tensor, mask: Tensor, time: Tensor) -> Tensor:
        """(n, length, dim), mask and time (n, length) -> (n, n_outputs)."""
        return self.head(self.context(x, mask, time))


def build(head: str, context: str, items: Items, n_outputs: int) -> nn.Module:
    """A new model with its parameters drawn, for items of this shape.

    Raises BenchmarkError for names that do not exist and for items that do not fit.
    """
    kind = _found("head", head, "stages/heads", "Head", "linear, mlp, conv or gated")
    shape = items.x.shape[1:]
    if items.index is not None:
        pooling = _found("context", context, "stages/contexts", "Context", "attention or temporal")
        if len(shape) != 1:
            raise _misfit(f"context {context}", shape, 1)
    if kind.input_dims != len(shape):
        raise _misfit(f"head {head}", shape, kind.input_dims)
    n_parts = getattr(kind, "n_parts", 1)
    if n_parts > 1 and len(items.parts) != n_parts:
        raise BenchmarkError(
            f"head {head} does not fit this approach",
            found="embeddings of one backbone",
            expected=f"embeddings of {n_parts} backbones, joined",
            do="use it under early in params.yaml; approaches take linear, mlp or conv",
        )
    if items.index is not None:
        pooled = pooling(shape[0])
        return InContext(pooled, kind((pooled.dim_out,), n_outputs))
    return kind(items.parts if n_parts > 1 else shape, n_outputs)


def _found(what: str, name: str, folder: str, attribute: str, known: str) -> Any:
    module = f"{folder.replace('/', '.')}.{name}"
    if not name or find_spec(module) is None or not hasattr(import_module(module), attribute):
        raise BenchmarkError(
            f"unknown {what}",
            where=f"params.yaml: training.{what}s",
            found=name,
            do=f"use {known}, or add {folder}/{name}.py with a class {attribute}",
        )
    return getattr(import_module(module), attribute)


def _misfit(what: str, shape: tuple[int, ...], dims: int) -> BenchmarkError:
    return BenchmarkError(
        f"{what} does not fit this backbone",
        found=f"items of shape {tuple(shape)}",
        expected=f"{dims}-dimensional items",
        do="linear and mlp, attention and temporal take embeddings (colour, mfcc), conv takes "
        "maps (pixels, spectrogram); change it under approaches in params.yaml",
    )

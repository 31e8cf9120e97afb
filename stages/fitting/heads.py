"""Heads and contexts by name, joined to one model, with an error that says why they do not fit."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from stages.base.errors import BenchmarkError
from stages.base.plugins import (
    CONTEXT,
    HEAD,
    defines_class,
    invalid_plugin,
    load_class,
    plugin_errors,
)
from stages.fitting.items import Items, wrong_shape
from stages.fitting.probing import load_probe


class ContextAndHead(nn.Module):
    """A context that makes one vector of a sequence, and a head on that vector."""

    def __init__(self, context: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.context, self.head = context, head

    def forward(self, x: Tensor, mask: Tensor, time: Tensor) -> Tensor:
        """(n, length, dim), mask and time (n, length) -> (n, n_outputs)."""
        return self.head(self.context(x, mask, time))


class Layer(nn.Linear):
    """What a linear probe is where a context is trained with it."""

    input_dims = 1

    def __init__(self, shape: Sequence[int], n_outputs: int) -> None:
        (dim,) = shape
        super().__init__(dim, n_outputs)
        nn.init.zeros_(self.weight)  # convex: every start leads to the same place
        nn.init.zeros_(self.bias)


def build(head: str, context: str, items: Items, n_outputs: int) -> nn.Module:
    """A new model with its parameters drawn, for items of this shape.

    Raises BenchmarkError for names that do not exist and for items that do not fit.
    """
    kind = _load_head(head, context)
    code = kind.__module__
    if not isinstance(getattr(kind, "input_dims", None), int):
        raise invalid_plugin(code, "Head has no input_dims that is a whole number", HEAD)
    shape = items.x.shape[1:]
    if items.index is not None:
        pooling = load_class("contexts", context, "Context", nn.Module, CONTEXT)
        if len(shape) != 1:
            raise wrong_shape(f"context {context}", shape, 1)
    if kind.input_dims != len(shape):
        raise wrong_shape(f"head {head}", shape, kind.input_dims)
    n_parts = getattr(kind, "n_parts", 1)
    if n_parts > 1 and len(items.parts) < n_parts:
        raise BenchmarkError(
            f"head {head} does not fit this approach",
            found="embeddings of one backbone",
            expected=f"embeddings of {n_parts} backbones or more, joined",
            do="use it under early in params.yaml; approaches take linear, mlp or conv",
        )
    pooled = None
    if items.index is not None:
        mask, time = torch.ones(2, 3, dtype=torch.bool), torch.zeros(2, 3)
        sequence = [torch.zeros(2, 3, *shape), mask, time]
        pooled = _checked(pooling, (shape[0],), sequence, "dim_out", CONTEXT)
        shape = (pooled.dim_out,)
    takes = items.parts if n_parts > 1 else shape
    module = _checked(kind, (takes, n_outputs), [torch.zeros(2, *shape)], n_outputs, HEAD)
    if not list(module.parameters()):
        raise invalid_plugin(code, "Head has no parameters to learn", HEAD)
    return module if pooled is None else ContextAndHead(pooled, module)


def _load_head(head: str, context: str) -> Any:
    if not defines_class("heads", head, "Probe"):
        return load_class("heads", head, "Head", nn.Module, HEAD)
    if load_probe(head).is_layer:
        return Layer
    raise BenchmarkError(
        f"head {head} cannot be trained together with a context",
        found=f"context {context}",
        expected="context each, mean or max",
        do="change it under approaches in params.yaml, or take another head",
    )


def _checked(
    kind: Any, arguments: tuple[Any, ...], inputs: list[Tensor], width: int | str, contract: str
) -> Any:
    """A new module, tried once on zeros and without dropout, which draws no random number.

    width: of its output, or the attribute that says so. Raises BenchmarkError where it breaks the
    contract.
    """
    code = kind.__module__
    with plugin_errors(contract, code):
        module = kind(*arguments)
        expected = getattr(module, width) if isinstance(width, str) else width
        with torch.no_grad():
            found = module.eval()(*inputs)
        module.train()
    is_tensor, shape = isinstance(found, Tensor), (2, expected)
    if not is_tensor or not found.is_floating_point() or found.shape != shape:
        shown = f"{found.dtype} {tuple(found.shape)}" if is_tensor else type(found).__name__
        raise invalid_plugin(code, f"forward gave {shown} where {shape} was due", contract)
    if buffers := ", ".join(name for name, _ in module.named_buffers()):
        raise invalid_plugin(code, f"buffers, which are not kept with a model: {buffers}", contract)
    return module

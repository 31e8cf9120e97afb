"""Many models of one head, trained together: the same steps as one after the other, in few calls.

Parameters are stacked along a first dimension (torch.func), so a step of the optimiser moves all
models at once, and the gradient of the summed loss is each model's own.
"""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from stages.errors import BenchmarkError

EPSILON = 1e-4  # added to a feature's spread: a constant feature must not be divided by zero
PREDICT_BATCH = 1024


class ModelBatch:
    """`n_models` heads with inputs standardised by what each has seen in training."""

    def __init__(
        self, head: str, shape: Sequence[int], n_outputs: int, seeds: Sequence[int]
    ) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        build = _head(head)
        if build.input_dims != len(shape):
            raise BenchmarkError(
                f"head {head} does not fit this backbone",
                found=f"items of shape {tuple(shape)}",
                expected=f"{build.input_dims}-dimensional items",
                do="linear and mlp take embeddings (colour, mfcc), conv takes maps (pixels, "
                "spectrogram); change it under approaches in params.yaml",
            )
        models: list[nn.Module] = []
        for seed in seeds:
            torch.manual_seed(seed)
            models.append(build(shape, n_outputs).to(self.device))
        self.template = models[0]
        stacked, _ = stack_module_state(models)
        self.parameters: dict[str, Tensor] = {
            name: nn.Parameter(value.detach()) for name, value in stacked.items()
        }
        self.mean = torch.zeros(0)
        self.std = torch.ones(0)

    def standardise(self, x: Tensor, train: Sequence[Tensor]) -> None:
        """Take each model's input mean and spread from its own training rows of x.

        Per feature for vectors, per channel for maps of (channels, height, width).
        """
        over = [0] if x.ndim == 2 else [0, 2, 3]
        means, stds = [], []
        for rows in train:
            part = x[rows].float()
            means.append(part.mean(over, keepdim=True)[0])
            stds.append(part.std(over, keepdim=True)[0] + EPSILON)
        self.mean, self.std = torch.stack(means), torch.stack(stds)

    def logits(self, x: Tensor) -> Tensor:
        """Each model on its own batch: (n_models, n, *shape) -> (n_models, n, n_outputs)."""
        if x.ndim == 3:
            state = (self.parameters, self.mean, self.std)
            return vmap(self._forward, randomness="different")(*state, x)
        # maps: vmap's grouped convolutions take twice the time of one call a model on a CPU
        return torch.stack([self._forward(*self._state(m), batch) for m, batch in enumerate(x)])

    @torch.no_grad()
    def predict(self, number: int, x: Tensor) -> Tensor:
        """Logits of model `number`, (n, n_outputs)."""
        self.template.eval()
        state = self._state(number)
        return torch.cat([self._forward(*state, part) for part in x.split(PREDICT_BATCH)])

    def _state(self, number: int) -> tuple[dict[str, Tensor], Tensor, Tensor]:
        parameters = {name: value[number] for name, value in self.parameters.items()}
        return parameters, self.mean[number], self.std[number]

    def _forward(
        self, parameters: dict[str, Tensor], mean: Tensor, std: Tensor, batch: Tensor
    ) -> Tensor:
        return functional_call(self.template, parameters, ((batch.float() - mean) / std,))

    def tensors(self) -> dict[str, Tensor]:
        """Everything a prediction needs, first dimension the model."""
        state = {name: value.detach() for name, value in self.parameters.items()}
        return {
            name: value.cpu().contiguous()
            for name, value in {**state, "mean": self.mean, "std": self.std}.items()
        }


def _head(name: str) -> Any:
    if find_spec(f"stages.heads.{name}") is None:
        raise BenchmarkError(
            "unknown head",
            where="params.yaml: training.heads",
            found=name,
            do=f"use linear, mlp or conv, or add stages/heads/{name}.py with a class Head",
        )
    return import_module(f"stages.heads.{name}").Head

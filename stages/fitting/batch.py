"""Many models of one head, trained together: the same steps as one after the other, in few calls.

Parameters are stacked along a first dimension (torch.func), so a step of the optimiser moves all
models at once, and the gradient of the summed loss is each model's own.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from stages.errors import BenchmarkError
from stages.fitting.heads import build
from stages.fitting.inputs import Batch, Inputs
from stages.fitting.items import Items

EPSILON = 1e-4  # added to a feature's spread: a constant feature must not be divided by zero
PREDICT_BATCH = 1024  # rows


class ModelBatch:
    """`n_models` heads with inputs standardised by what each has seen in training."""

    def __init__(
        self, head: str, items: Items, n_outputs: int, seeds: Sequence[int], context: str = ""
    ) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        models: list[nn.Module] = []
        for seed in seeds:
            torch.manual_seed(seed)
            models.append(build(head, context, items, n_outputs).to(self.device))
        self.template = models[0]
        stacked, _ = stack_module_state(models)
        self.parameters: dict[str, Tensor] = {
            name: nn.Parameter(value.detach()) for name, value in stacked.items()
        }
        self.mean = torch.zeros(0)
        self.std = torch.ones(0)

    @classmethod
    def restored(
        cls,
        head: str,
        items: Items,
        n_outputs: int,
        tensors: Mapping[str, Tensor],
        context: str = "",
    ) -> "ModelBatch":
        """The models that `tensors` gave; items: shaped as those they were trained on.

        Raises BenchmarkError if the tensors are of models of another shape.
        """
        models = cls(head, items, n_outputs, [0], context)
        state = {name: value for name, value in tensors.items() if name not in ("mean", "std")}
        found = {name: tuple(value.shape[1:]) for name, value in state.items()}
        expected = {name: tuple(value.shape[1:]) for name, value in models.parameters.items()}
        if found != expected:
            raise BenchmarkError(
                "the saved models are of another shape",
                found=str(found),
                expected=str(expected),
                do="run `dvc repro`, which trains them as params.yaml says",
            )
        models.parameters = {name: value.to(models.device) for name, value in state.items()}
        models.mean, models.std = (tensors[name].to(models.device) for name in ("mean", "std"))
        return models

    def standardise(self, inputs: Inputs, train: Sequence[Tensor]) -> None:
        """Take each model's input mean and spread from its own training items.

        Per feature for vectors and sequences of them, per channel for maps of (channels, height,
        width).
        """
        means, stds = zip(*(inputs.mean_and_std(items) for items in train), strict=True)
        self.mean, self.std = torch.stack(means), torch.stack(stds) + EPSILON

    def logits(self, batch: Batch) -> Tensor:
        """Each model on its own batch, first dimension the model -> (n_models, n, n_outputs)."""
        if batch[0].ndim < 5:
            state = (self.parameters, self.mean, self.std)
            return vmap(self._forward, randomness="different")(*state, batch)
        # maps: vmap's grouped convolutions take twice the time of one call a model on a CPU
        each = [tuple(part[m] for part in batch) for m in range(len(batch[0]))]
        return torch.stack([self._forward(*self._state(m), one) for m, one in enumerate(each)])

    @torch.no_grad()
    def predict(self, number: int, inputs: Inputs, items: Tensor) -> Tensor:
        """Logits of model `number` for the numbered items, (n, n_outputs)."""
        self.template.eval()
        state = self._state(number)
        parts = items.split(max(1, PREDICT_BATCH // inputs.length))
        return torch.cat([self._forward(*state, inputs[part]) for part in parts])

    def _state(self, number: int) -> tuple[dict[str, Tensor], Tensor, Tensor]:
        parameters = {name: value[number] for name, value in self.parameters.items()}
        return parameters, self.mean[number], self.std[number]

    def _forward(
        self, parameters: dict[str, Tensor], mean: Tensor, std: Tensor, batch: Batch
    ) -> Tensor:
        x = (batch[0].float() - mean) / std
        if len(batch) > 1:  # a sequence: what is padding is nothing
            x = x * batch[1][..., None]
        return functional_call(self.template, parameters, (x, *batch[1:]))

    def tensors(self) -> dict[str, Tensor]:
        """Everything a prediction needs, first dimension the model."""
        state = {name: value.detach() for name, value in self.parameters.items()}
        return {
            name: value.cpu().contiguous()
            for name, value in {**state, "mean": self.mean, "std": self.std}.items()
        }

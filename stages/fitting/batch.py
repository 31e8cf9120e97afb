"""Many models of one head, trained together: the same steps as one after the other, in few calls.

Parameters are stacked along a first dimension (torch.func), so a step of the optimiser moves all
models at once, and the gradient of the summed loss is each model's own. A job is a training set, a
seed and an order, with the same number of models each, of which every one has its labels and its
weight decay. Its items are fetched and standardised once for all of them, and what a model does
before it meets a parameter is done once.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.base.plugins import TRAINED, plugin_errors
from stages.fitting.heads import build
from stages.fitting.inputs import Batch, Inputs
from stages.fitting.items import Items

EPSILON = 1e-4  # added to a feature's deviation: a constant feature must not be divided by zero
PREDICT_BATCH = 1024  # rows


class ModelBatch:
    """Some models for each job, their inputs standardised by the job's training items."""

    template: nn.Module
    """One model, called with the parameters of each."""
    parameters: dict[str, Tensor]
    """(n_jobs * n_models, *shape), job by job, model by model within."""
    mean: Tensor
    """(n_jobs, *shape) of the training items."""
    std: Tensor
    """(n_jobs, *shape), as `mean`."""

    def __init__(
        self,
        head: str,
        items: Items,
        n_outputs: int,
        seeds: Sequence[int],
        context: str = "",
        n_models: int = 1,
    ) -> None:
        """seeds: one a job, from which its models start; n_models: of each job."""
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.n_models = n_models
        self._modules = f"stages.heads.{head}", f"stages.contexts.{context}"
        models: list[nn.Module] = []
        for seed in seeds:
            torch.manual_seed(seed)
            models.append(build(head, context, items, n_outputs).to(self.device))
        self.template = models[0]
        stacked, _ = stack_module_state(models)
        self.parameters = {
            name: nn.Parameter(value.detach().repeat_interleave(n_models, 0))
            for name, value in stacked.items()
        }
        self.mean = torch.zeros(0)
        self.std = torch.ones(0)

    @classmethod
    def from_tensors(
        cls,
        head: str,
        items: Items,
        n_outputs: int,
        tensors: Mapping[str, Tensor],
        context: str = "",
    ) -> "ModelBatch":
        """The models that `tensors` gave, a job each; items: shaped as those they were trained on.

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
                do=f"run `{places.dvc('repro')}`, which trains them as params.yaml says",
            )
        models.parameters = {name: value.to(models.device) for name, value in state.items()}
        models.mean, models.std = (tensors[name].to(models.device) for name in ("mean", "std"))
        return models

    def fit_scaling(self, inputs: Inputs, train: Sequence[Tensor]) -> None:
        """Take each job's mean and standard deviation from its own training items.

        Per feature for vectors and sequences of them, per channel for maps of (channels, height,
        width).
        """
        means, stds = zip(*(inputs.mean_and_std(items) for items in train), strict=True)
        self.mean, self.std = torch.stack(means), torch.stack(stds) + EPSILON

    def logits(self, batch: Batch, seed: int = 0) -> Tensor:
        """Each job's models on its own batch -> (n_jobs, n_models, n, n_outputs).

        batch: first dimension the job; seed: of the dropout, the same for all models, so that none
        depends on which others are trained beside it.
        """
        over = [1] * (batch[0].ndim - self.mean.ndim)
        wide = (len(self.mean), *over, *self.mean.shape[1:])
        scaled = _scale(batch, self.mean.view(wide), self.std.view(wide))
        n_jobs = len(self.mean)
        state = {
            name: value.unflatten(0, (n_jobs, self.n_models))
            for name, value in self.parameters.items()
        }
        if batch[0].ndim < 5 or self.device.type == "cuda":
            _seed(self.device, seed)
            found: Tensor = vmap(self._side_by_side, randomness="same")(state, scaled)
            return found
        # maps: vmap's grouped convolutions take twice the time of one call a model on a CPU, and a
        # third of it on a GPU
        each = [{name: value[job] for name, value in state.items()} for job in range(n_jobs)]
        own = [tuple(part[job] for part in scaled) for job in range(n_jobs)]
        return torch.stack([self._in_turn(*of, seed) for of in zip(each, own, strict=True)])

    @torch.no_grad()
    def predict(self, job: int, inputs: Inputs, items: Tensor) -> Tensor:
        """Logits of a job's models for the numbered items, (n_models, n, n_outputs)."""
        self.template.eval()
        own = slice(job * self.n_models, (job + 1) * self.n_models)
        state = {name: value[own] for name, value in self.parameters.items()}
        found = []
        for part in items.split(max(1, PREDICT_BATCH // inputs.length)):
            scaled = _scale(inputs[part], self.mean[job], self.std[job])
            found.append(self._in_turn(state, scaled, 0))
        return torch.cat(found, dim=1)

    def _side_by_side(self, state: dict[str, Tensor], scaled: Batch) -> Tensor:
        """All models of one job, (n_models, n, n_outputs); state: of each, first dimension."""
        found: Tensor = vmap(self._forward, in_dims=(0, None), randomness="same")(state, scaled)
        return found

    def _in_turn(self, state: dict[str, Tensor], scaled: Batch, seed: int) -> Tensor:
        """The same, one model after the other."""
        found = []
        for number in range(self.n_models):
            _seed(self.device, seed)
            own = {name: value[number] for name, value in state.items()}
            found.append(self._forward(own, scaled))
        return torch.stack(found)

    def _forward(self, state: dict[str, Tensor], scaled: Batch) -> Tensor:
        with plugin_errors(TRAINED, *self._modules):
            found: Tensor = functional_call(self.template, state, scaled, tie_weights=False)
        return found

    def tensors(self, job: int, model: int) -> dict[str, Tensor]:
        """Everything that a prediction by one model of a job needs."""
        number = job * self.n_models + model
        state = {name: value.detach()[number] for name, value in self.parameters.items()}
        return {
            name: value.cpu().clone(memory_format=torch.contiguous_format)
            for name, value in {**state, "mean": self.mean[job], "std": self.std[job]}.items()
        }


def _scale(batch: Batch, mean: Tensor, std: Tensor) -> Batch:
    x = (batch[0].float() - mean).div_(std)
    x.masked_fill_(x.isnan(), 0)  # what is not known is the training items' mean
    if len(batch) > 1:  # a sequence: padding stays zero
        x.mul_(batch[1][..., None])
    return x, *batch[1:]


def _seed(device: torch.device, seed: int) -> None:
    """What torch.manual_seed does, on one device and in a hundredth of the time."""
    on_gpu = device.type == "cuda"
    generators = torch.cuda.default_generators if on_gpu else (torch.default_generator,)
    generators[device.index or 0].manual_seed(seed)

"""Many models of one head, trained together: the same steps as one after the other, in few calls.

Parameters are stacked along a first dimension (torch.func), so a step of the optimiser moves all
models at once, and the gradient of the summed loss is each model's own. A job is what models are
trained on and in which order, a lesson what they are taught: a job's items are fetched and
standardised once, whatever the number of its lessons.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from stages.base.errors import BenchmarkError
from stages.base.plugins import TRAINED, plugin_errors
from stages.fitting.heads import build
from stages.fitting.inputs import Batch, Inputs
from stages.fitting.items import Items

EPSILON = 1e-4  # added to a feature's spread: a constant feature must not be divided by zero
PREDICT_BATCH = 1024  # rows


class ModelBatch:
    """A head for each job and lesson, its inputs standardised by what its job sees in training.

    seeds: of each job, from which its models start; parameters: (n_jobs * n_lessons, *shape), job
    by job, lesson by lesson within; mean, std: (n_jobs, *shape).
    """

    def __init__(
        self,
        head: str,
        items: Items,
        n_outputs: int,
        seeds: Sequence[int],
        context: str = "",
        lessons: int = 1,
    ) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.lessons = lessons
        self.code = f"stages.heads.{head}", f"stages.contexts.{context}"
        models: list[nn.Module] = []
        for seed in seeds:
            torch.manual_seed(seed)
            models.append(build(head, context, items, n_outputs).to(self.device))
        self.template = models[0]
        stacked, _ = stack_module_state(models)
        self.parameters: dict[str, Tensor] = {
            name: nn.Parameter(value.detach().repeat_interleave(lessons, 0))
            for name, value in stacked.items()
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
                do="run `dvc repro`, which trains them as params.yaml says",
            )
        models.parameters = {name: value.to(models.device) for name, value in state.items()}
        models.mean, models.std = (tensors[name].to(models.device) for name in ("mean", "std"))
        return models

    def standardise(self, inputs: Inputs, train: Sequence[Tensor]) -> None:
        """Take each job's input mean and spread from its own training items.

        Per feature for vectors and sequences of them, per channel for maps of (channels, height,
        width).
        """
        means, stds = zip(*(inputs.mean_and_std(items) for items in train), strict=True)
        self.mean, self.std = torch.stack(means), torch.stack(stds) + EPSILON

    def logits(self, batch: Batch, draw: int = 0) -> Tensor:
        """Each job's models on its own batch -> (n_jobs, n_lessons, n, n_outputs).

        batch: first dimension the job. What dropout draws hangs on `draw` alone and is the same
        for all: no model is another for those that are trained beside it.
        """
        over = [1] * (batch[0].ndim - self.mean.ndim)
        wide = (len(self.mean), *over, *self.mean.shape[1:])
        standard = _standardised(self.mean.view(wide), self.std.view(wide), batch)
        if batch[0].ndim < 5 or self.device.type == "cuda":
            _seed(self.device, draw)
            each = tuple(
                part[:, None].expand(-1, self.lessons, *part.shape[1:]).flatten(0, 1)
                for part in standard
            )
            found = vmap(self._call, randomness="same")(self.parameters, each)
            return found.unflatten(0, (-1, self.lessons))
        # maps: vmap's grouped convolutions take twice the time of one call a model on a CPU, and a
        # third of it on a GPU
        jobs = range(len(self.mean))
        own = [tuple(part[job] for part in standard) for job in jobs]
        return torch.stack([self._one_by_one(job, own[job], draw) for job in jobs])

    @torch.no_grad()
    def predict(self, job: int, inputs: Inputs, items: Tensor) -> Tensor:
        """Logits of a job's models for the numbered items, (n_lessons, n, n_outputs)."""
        self.template.eval()
        found = []
        for part in items.split(max(1, PREDICT_BATCH // inputs.length)):
            standard = _standardised(self.mean[job], self.std[job], inputs[part])
            found.append(self._one_by_one(job, standard, 0))
        return torch.cat(found, dim=1)

    def _one_by_one(self, job: int, standard: Batch, draw: int) -> Tensor:
        found = []
        for lesson in range(self.lessons):
            _seed(self.device, draw)
            number = job * self.lessons + lesson
            state = {name: value[number] for name, value in self.parameters.items()}
            found.append(self._call(state, standard))
        return torch.stack(found)

    def _call(self, state: dict[str, Tensor], standard: Batch) -> Tensor:
        with plugin_errors(TRAINED, *self.code):
            found: Tensor = functional_call(self.template, state, standard, tie_weights=False)
        return found

    def tensors(self, lesson: int) -> dict[str, Tensor]:
        """Everything a prediction by the models of one lesson needs, first dimension the job."""
        own = slice(lesson, None, self.lessons)
        state = {name: value.detach()[own] for name, value in self.parameters.items()}
        return {
            name: value.cpu().clone(memory_format=torch.contiguous_format)
            for name, value in {**state, "mean": self.mean, "std": self.std}.items()
        }


def _standardised(mean: Tensor, std: Tensor, batch: Batch) -> Batch:
    x = (batch[0].float() - mean).div_(std)
    if len(batch) > 1:  # a sequence: what is padding is nothing
        x.mul_(batch[1][..., None])
    return x, *batch[1:]


def _seed(device: torch.device, number: int) -> None:
    """What torch.manual_seed does, on one device and in a hundredth of the time."""
    on_gpu = device.type == "cuda"
    generators = torch.cuda.default_generators if on_gpu else (torch.default_generator,)
    generators[device.index or 0].manual_seed(number)

"""Weight decays side by side, held to torch's own AdamW."""

import numpy as np
import pytest
import torch

from stages.fitting.adam import AdamW

STEPS, RATE = 12, 0.1
DECAYS = (0.0, 0.5, 8.0)


def test_each_model_is_as_torch_trains_it_alone():
    start = torch.tensor(np.random.default_rng(0).normal(size=(3, 4, 2)), dtype=torch.float32)
    mine = start.clone().requires_grad_()
    adam = AdamW([mine], RATE, torch.tensor(DECAYS), STEPS)
    for _ in range(STEPS):
        adam.step(torch.autograd.grad(loss(mine), [mine]))
    for own, begin, decay in zip(mine, start, DECAYS, strict=True):
        theirs = begin.clone().requires_grad_()
        optimiser = torch.optim.AdamW([theirs], RATE, weight_decay=decay)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
        for _ in range(STEPS):
            optimiser.zero_grad()
            loss(theirs).backward()
            optimiser.step()
            schedule.step()
        assert own.detach().numpy() == pytest.approx(theirs.detach().numpy(), abs=1e-6)


def loss(x: torch.Tensor) -> torch.Tensor:
    return (x.square() - x).square().sum()

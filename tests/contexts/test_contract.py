"""One contract over all contexts: `pytest tests/contexts/test_contract.py -k <name>` checks one."""

import pytest
import torch
from torch import nn

from stages.base.plugins import CONTEXT, load_class, plugin_names
from stages.commands.plan.trying import try_models

N, LENGTH, DIM = 3, 6, 12


@pytest.fixture(params=plugin_names("contexts"))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def test_models_of_it_train_at_once(name):
    try_models("linear", name, ((DIM,),))


def test_padding_changes_nothing_and_a_trailer_may_be_one_item(name):
    torch.manual_seed(0)
    context = load_class("contexts", name, "Context", nn.Module, CONTEXT)(DIM).eval()
    x, time = torch.randn(N, LENGTH, DIM), torch.linspace(0, 1, LENGTH).repeat(N, 1)
    for length in (1, 4):
        mask = torch.arange(LENGTH).expand(N, -1) < length
        with torch.no_grad():
            padded = context(x * mask[..., None], mask, time * mask)
            short = context(x[:, :length], mask[:, :length], time[:, :length])
        assert padded.shape == (N, context.dim_out) and padded.isfinite().all()
        torch.testing.assert_close(padded, short, atol=1e-5, rtol=1e-5)

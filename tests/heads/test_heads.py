"""One contract over all heads: `python -m pytest tests/heads -k <name>` checks one of them.

Heads that are trained by steps; those that are solved are in test_probes.py.
"""

import numpy as np
import pytest
import torch
from torch import nn

from stages.base.plugins import HEAD, defines_class, load_class, plugin_names
from stages.commands.plan.trying import Shape, try_models
from stages.fitting.heads import build
from stages.fitting.items import Items

SHAPES: dict[int, Shape] = {1: (12,), 3: (3, 36, 64)}
N, N_OUTPUTS = 5, 10


TRAINED = [name for name in plugin_names("heads") if not defines_class("heads", name, "Probe")]


@pytest.fixture(params=TRAINED)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def parts_of(name: str) -> tuple[Shape, ...]:
    """Shapes of what the head takes: one embedding or map, or embeddings that are joined."""
    kind = load_class("heads", name, "Head", nn.Module, HEAD)
    dims = getattr(kind, "input_dims", None)
    assert dims in SHAPES, f"input_dims is {dims}; expected: {HEAD}"
    n_parts = getattr(kind, "n_parts", 1)
    return ((4,), (8,)) if n_parts == 2 else (SHAPES[dims],)


def test_models_of_it_train_at_once(name):
    try_models(name, "", parts_of(name))


def test_an_item_alone_scores_as_in_a_batch(name):
    parts = parts_of(name)
    sizes = tuple(shape[0] for shape in parts) if len(parts) > 1 else ()
    shape = (sum(sizes),) if sizes else parts[0]
    x = np.random.default_rng(0).normal(size=(N, *shape)).astype(np.float32)
    torch.manual_seed(0)
    model = build(name, "", Items(x, np.arange(N), parts=sizes), N_OUTPUTS).eval()
    with torch.no_grad():
        together = model(torch.from_numpy(x))
        alone = torch.cat([model(row[None]) for row in torch.from_numpy(x)])
    assert together.shape == (N, N_OUTPUTS) and together.isfinite().all()
    torch.testing.assert_close(alone, together, atol=1e-5, rtol=1e-5)

"""V-JEPA 2 against transformers' own processor and model, on a tiny configuration.

Its real weights were not at hand, so parity with them is not seen.
"""

import runpy
import sys
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import save_file

from stages.backbones import vjepa2
from stages.backbones.vjepa2 import RECORD, Family
from stages.base.errors import BenchmarkError
from stages.base.params import CLIP_PICTURES
from stages.commands.families.contract import CHECKS, Contract
from stages.embedding.weights.published import read_published

TINY: dict[str, Any] = {
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "crop_size": 32,
    "pred_hidden_size": 24,
    "pred_num_hidden_layers": 1,
    "pred_num_attention_heads": 2,
}


class Small(Family):
    CONFIG: ClassVar = TINY
    RECORDS: ClassVar = {"": replace(RECORD, shape=(24,), parameters=51_384)}


@pytest.fixture
def whole():
    """The whole model at random, each number another than it begins with: biases are not 0."""
    torch.manual_seed(0)
    model = transformers.VJEPA2Model(transformers.VJEPA2Config(**TINY)).eval()
    with torch.no_grad():
        for tensor in model.state_dict().values():
            tensor.copy_(torch.randn(tensor.shape) * 0.2)
    return model


def loaded(whole, tmp_path) -> Small:
    """Ours with the whole model's numbers, by the file as transformers publishes it."""
    whole.save_pretrained(tmp_path / "hub")
    read = read_published(tmp_path / "hub/model.safetensors", "model.safetensors")
    save_file(Small().convert(read), tmp_path / "weights.safetensors")
    ours = Small()
    ours.load(tmp_path / "weights.safetensors")
    return ours


def clips(count: int = 2) -> list[np.ndarray]:
    random = np.random.default_rng(0)
    return list(random.integers(0, 256, (count, CLIP_PICTURES, 48, 80, 3), dtype=np.uint8))


def test_every_published_number_arrives(whole, tmp_path):
    published = {n: t.clone() for n, t in whole.state_dict().items()}
    state = loaded(whole, tmp_path).network.state_dict()
    assert {f"encoder.{name}" for name in state} == {
        name for name in published if not name.startswith("predictor.")
    }
    for name, tensor in state.items():
        assert torch.equal(tensor, published[f"encoder.{name}"]), name
    buffers = dict(loaded(whole, tmp_path).network.named_buffers())
    assert not buffers, "a buffer that no file holds"


def test_the_same_as_transformers_own_way(whole, tmp_path):
    process = transformers.VJEPA2VideoProcessor(crop_size=TINY["crop_size"])
    videos = [torch.from_numpy(clip).permute(0, 3, 1, 2) for clip in clips()]
    pixels = process(videos, return_tensors="pt")["pixel_values_videos"]
    with torch.inference_mode():
        expected = whole(pixels, skip_predictor=True).last_hidden_state.mean(dim=1)
    ours = loaded(whole, tmp_path)
    items = torch.from_numpy(ours.prepare_items(clips(), 0)).float() / 255
    mean, std = (torch.tensor(v)[:, None, None] for v in (vjepa2.MEAN, vjepa2.STD))
    # theirs rounds in the processor's own way, which not all processors have
    torch.testing.assert_close(items, pixels * std + mean, atol=1.01 / 255, rtol=0)
    np.testing.assert_allclose(ours(clips()), expected.numpy(), atol=0.01)
    levels = ((pixels * std + mean) * 255).round().to(torch.uint8)
    np.testing.assert_allclose(ours.embed(levels.numpy()), expected.numpy(), atol=1e-5)


@pytest.fixture(scope="module")
def contract() -> Contract:
    torch.manual_seed(0)
    made = Small()
    made.load_random()
    return Contract(made)


@pytest.mark.parametrize("name", CHECKS)
def test_a_small_one_keeps_the_contract(contract, name):
    found = contract.check(name)
    assert found.passed, f"{found.name}: {found.found}; {found.do}"


def test_the_record_is_of_the_published_size():
    with torch.device("meta"):
        network = Family().build()
    assert sum(parameter.numel() for parameter in network.parameters()) == RECORD.parameters
    assert RECORD.shape == (Family().config().hidden_size,)


def test_other_weights_are_refused(whole):
    state = whole.state_dict()
    del state["encoder.layer.1.mlp.fc1.bias"]
    with pytest.raises(ValueError, match=r"layer\.1\.mlp\.fc1\.bias and 0 more"):
        Small().convert(state)


def test_without_transformers_one_sentence_says_what_to_run(monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    family = runpy.run_path(str(vjepa2.__file__))["Family"]  # it can be imported all the same
    assert family.describe().shape == (1024,)
    with pytest.raises(BenchmarkError, match=r"run `python requirements/install.py core clap`$"):
        family().build()

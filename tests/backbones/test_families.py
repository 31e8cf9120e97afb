"""One contract over all families: shape, type, determinism, no item depends on its batch."""

import dataclasses
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pytest

from stages.backbones.colour import RECORD as COLOUR
from stages.base.errors import BenchmarkError
from stages.base.plugins import plugin_names
from stages.commands.families.contract import CHECKS, Contract
from stages.embedding.base import Backbone, create, family
from tests.backbones.weights import random_weights, undrawn

# 2 s of CPU a clip and more, V-JEPA 2 14, PE-AV's window longer still: tests of their own, in
# test_torchvision_video.py, test_vjepa2.py and test_pe_av.py
SLOW = {
    *(("torchvision_video", "mvit_v2_s"), ("torchvision_video", "swin3d_t")),
    *(("vjepa2", ""), ("pe_av", "facebook/pe-av-small-16-frame")),
}
MODELS = [
    pytest.param((name, model), id=f"{name}-{model}", marks=pytest.mark.xdist_group(name + model))
    for name in plugin_names("backbones")
    for model in family(name).RECORDS
    if (name, model) not in SLOW
]


@pytest.fixture(scope="module", params=MODELS)
def backbone(request, tmp_path_factory) -> Iterator[Backbone]:
    """Each model of each family, pretrained ones with random weights; built once."""
    name, model = request.param
    weights = random_weights(name, model, tmp_path_factory.mktemp("weights"))
    with undrawn():
        made = create(name, weights, model)
    if weights is not None:
        weights.unlink()  # some are half a gigabyte
    yield made


@pytest.fixture(scope="module")
def contract(backbone) -> Contract:
    """Its checks, which share the embedding of a usual trailer."""
    return Contract(backbone)


@pytest.mark.parametrize("name", CHECKS)
def test_a_family_keeps_its_contract(contract, name):
    found = contract.check(name)
    assert found.passed, f"{found.name}: {found.found}; {found.do}"


def test_a_family_without_weights_takes_none(tmp_path):
    with pytest.raises(BenchmarkError, match="takes no weights"):
        create("colour", tmp_path / "weights")


def test_unknown_models_and_options_say_what_there_is():
    with pytest.raises(BenchmarkError, match="unknown model 'x'"):
        create("colour", model="x")
    with pytest.raises(BenchmarkError, match="unknown options: size"):
        create("colour", options={"size": 3})
    with pytest.raises(BenchmarkError, match="precision bfloat16 is for networks"):
        create("colour", precision="bfloat16")


def test_unknown_family_says_what_there_is():
    with pytest.raises(BenchmarkError, match="colour"):
        create("color")


def test_a_broken_family_is_named():
    class Broken(Backbone):
        RECORDS: ClassVar = {"": dataclasses.replace(COLOUR, shape=(2,))}

        def prepare(self, trailer, sample_rate):
            return np.zeros((len(trailer), 3))

        def embed(self, batch):
            return batch

    with pytest.raises(BenchmarkError, match=r"embed gave float64 \(1, 3\)"):
        Broken()([np.zeros((2, 2, 3), np.uint8)])

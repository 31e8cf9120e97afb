"""One contract over all families: shape, type, determinism, no item depends on its batch."""

import dataclasses
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pytest

from stages.backbones.colour import RECORD as COLOUR
from stages.base.errors import BenchmarkError
from stages.base.plugins import plugin_names
from stages.embedding.base import Backbone, create, family
from tests.backbones.weights import random_weights, undrawn

RATE = 48_000


def trailer(backbone: Backbone, kind: str) -> list[np.ndarray] | np.ndarray:
    """Three frames, or three windows of sound as far as 10 s reach."""
    rng = np.random.default_rng(0)
    if backbone.modality == "picture":
        count = 1 if kind == "shortest" else 3
        frames = rng.integers(0, 256, (count, 144, 256, 3), dtype=np.uint8)
        return [frame * (kind != "empty") for frame in frames]
    seconds = min(3 * backbone.window_seconds or 10, 10)
    samples = 1 if kind == "shortest" else round(seconds * RATE)
    return (rng.normal(0, 0.1, samples) * (kind != "empty")).astype(np.float32)


MODELS = [
    pytest.param((name, model), id=f"{name}-{model}", marks=pytest.mark.xdist_group(name + model))
    for name in plugin_names("backbones")
    for model in family(name).RECORDS
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
def usual(backbone) -> np.ndarray:
    """The embedding of a usual trailer."""
    return backbone(trailer(backbone, "usual"), RATE)


class TestContract:
    @pytest.mark.parametrize("kind", ["usual", "empty", "shortest"])
    def test_shape_type_and_finite(self, backbone, usual, kind):
        embedding = usual if kind == "usual" else backbone(trailer(backbone, kind), RATE)
        assert embedding.shape[1:] == backbone.shape == backbone.record.shape
        assert len(embedding) >= 1
        assert embedding.dtype == backbone.dtype
        assert np.isfinite(embedding.astype(float)).all()

    def test_the_same_twice_and_an_item_alone_as_in_a_batch(self, backbone, usual):
        items, together = trailer(backbone, "usual"), usual.astype(float)
        assert (backbone(items, RATE).astype(float) == together).all()
        size, backbone.batch_size = backbone.batch_size, 1
        alone = backbone(items, RATE).astype(float)
        backbone.batch_size = size
        np.testing.assert_allclose(alone, together, atol=1e-4, rtol=1e-4)

    def test_what_the_record_says_is_so(self, backbone):
        record = backbone.record
        assert all((record.input, record.trained_on, record.licence, record.paper))
        learnt = getattr(backbone, "network", None)
        if learnt is not None:
            assert record.source is not None
            assert sum(p.numel() for p in learnt.parameters()) == record.parameters


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

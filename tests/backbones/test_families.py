"""One contract over all families: shape, type, determinism, no item depends on its batch."""

import numpy as np
import pytest

from stages.backbones import base
from stages.backbones.base import Backbone, create, families
from stages.errors import BenchmarkError

RATE = 48_000


def trailer(backbone: Backbone, kind: str) -> list[np.ndarray] | np.ndarray:
    rng = np.random.default_rng(0)
    if backbone.modality == "picture":
        count = 1 if kind == "shortest" else 5
        frames = rng.integers(0, 256, (count, 144, 256, 3), dtype=np.uint8)
        return [frame * (kind != "empty") for frame in frames]
    samples = 1 if kind == "shortest" else 10 * RATE
    return (rng.normal(0, 0.1, samples) * (kind != "empty")).astype(np.float32)


@pytest.mark.parametrize("family", families())
class TestContract:
    @pytest.mark.parametrize("kind", ["usual", "empty", "shortest"])
    def test_shape_type_and_finite(self, family, kind):
        backbone = create(family)
        embedding = backbone(trailer(backbone, kind), RATE)
        assert embedding.shape[1:] == backbone.shape
        assert len(embedding) >= 1
        assert embedding.dtype == backbone.dtype
        assert np.isfinite(embedding.astype(float)).all()

    def test_the_same_twice_and_from_another_instance(self, family):
        backbone = create(family)
        items = trailer(backbone, "usual")
        assert (backbone(items, RATE) == backbone(items, RATE)).all()
        assert (backbone(items, RATE) == create(family)(items, RATE)).all()

    def test_an_item_does_not_depend_on_its_batch(self, family, monkeypatch):
        backbone = create(family)
        items = trailer(backbone, "usual")
        together = backbone(items, RATE).astype(float)
        monkeypatch.setattr(base, "BATCH_SIZE", 1)
        np.testing.assert_allclose(backbone(items, RATE).astype(float), together, atol=1e-4)

    def test_takes_no_weights(self, family, tmp_path):
        with pytest.raises(BenchmarkError, match="takes no weights"):
            create(family, tmp_path / "weights")


def test_unknown_family_says_what_there_is():
    with pytest.raises(BenchmarkError, match="colour"):
        create("color")


def test_a_broken_family_is_named():
    class Broken(Backbone):
        modality = "picture"
        shape = (2,)

        def prepare(self, trailer, sample_rate):
            return np.zeros((len(trailer), 3))

        def embed(self, batch):
            return batch

    with pytest.raises(BenchmarkError, match="broke its contract"):
        Broken()([np.zeros((2, 2, 3), np.uint8)])

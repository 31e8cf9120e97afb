"""VGGish against the answers of torchvggish, whole in ../shared, an excerpt here.

data/vggish.npz was computed by torchvggish 0.2 (its mel_features, VGG and Postprocessor, in
float64) from the sound and the weights that this file makes from a seed.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from stages.backbones.vggish import Family, quantised
from stages.embedding.audioset_mel import log_mel, mel_filterbank
from tests.backbones.seeded import holding, noise, sound

CONVOLUTIONS = ((0, 1, 64), (3, 64, 128), (6, 128, 256), (8, 256, 256), (11, 256, 512))
LINEARS = ((0, 12_288, 4096), (2, 4096, 4096), (4, 4096, 128))
SHAPES = {f"features.{i}.": (out, of, 3, 3) for i, of, out in (*CONVOLUTIONS, (13, 512, 512))} | {
    f"embeddings.{i}.": (out, of) for i, of, out in LINEARS
}


def published() -> dict[str, torch.Tensor]:
    """The tensors of both published files, from a seed: layers in order, then the PCA."""
    random = np.random.RandomState(9)
    found = {}
    for name, shape in SHAPES.items():
        spread = np.sqrt(6 / np.prod(shape[1:]))  # keeps the size of activations (He et al. 2015)
        found[f"{name}weight"] = torch.from_numpy(noise(random, shape) * np.float32(spread))
        found[f"{name}bias"] = torch.from_numpy(noise(random, shape[:1]) * np.float32(0.3))
    eigen_vectors = noise(random, (128, 128)) * np.float32(0.3)
    found["pca_eigen_vectors"] = torch.from_numpy(eigen_vectors).double()
    found["pca_means"] = torch.from_numpy(noise(random, (128,))).double()
    return found


@pytest.fixture(scope="module")
def seeded():
    return published()


@pytest.fixture(scope="module")
def original():
    with np.load(Path(__file__).parent / "data/vggish.npz") as arrays:
        return dict(arrays)


class TestOriginal:
    """Reached: log-mel 1e-5, embedding 4e-6 (largest value 5)."""

    def test_front_end(self, original):
        items = Family("vggish").prepare(sound(), 16_000)
        expected = original["log_mel"][:192].reshape(2, 96, 64)
        np.testing.assert_allclose(items, expected, atol=5e-5, rtol=0)
        whole = log_mel(torch.from_numpy(sound()), 0.01)
        np.testing.assert_allclose(whole, original["log_mel"], atol=5e-5, rtol=0)

    @pytest.mark.parametrize(
        ("model", "output"), [("vggish", "embedding"), ("vggish_linear", "before_relu")]
    )
    def test_embedding(self, seeded, original, model, output):
        embedding = holding(Family(model), seeded)(sound(), 16_000)
        np.testing.assert_allclose(embedding, original[output], atol=5e-5, rtol=0)

    def test_quantisation(self, seeded, original):
        eigen_vectors, means = seeded["pca_eigen_vectors"], seeded["pca_means"][:, None]
        embedding = torch.from_numpy(original["embedding"]).double()
        levels = quantised(embedding, eigen_vectors, means).numpy()
        assert (levels == original["quantised"]).all()
        assert (levels == 0).any() and (levels == 255).any()  # clipped on both sides

    def test_quantised_embedding(self, seeded, original):
        levels = holding(Family("vggish_pca"), seeded)(sound(), 16_000)
        apart = np.abs(levels - original["quantised"])
        assert (
            apart.max() <= 1 and (apart == 0).mean() > 0.98
        )  # what lies at .5 may fall either way

    def test_number_of_windows(self, original):
        for samples, windows in zip(original["lengths"], original["windows"], strict=True):
            items = Family("vggish").prepare(np.zeros(samples, np.float32), 16_000)
            assert len(items) == windows, samples


def test_a_short_clip_is_one_window_that_ends_in_silence():
    family = Family("vggish")
    short = sound()[:9000]
    filled = np.pad(short, (0, 15_600 - 9000))
    assert (family.prepare(short, 16_000) == family.prepare(filled, 16_000)).all()
    assert family.prepare(short[:1], 16_000).shape == (1, 96, 64)


def test_windows_lie_where_the_family_says():
    family, clip = Family("vggish"), sound()
    start, length = int(family.hop_seconds * 16_000), int(family.window_seconds * 16_000)
    alone = family.prepare(clip[start : start + length], 16_000)
    np.testing.assert_allclose(alone[0], family.prepare(clip, 16_000)[1], atol=1e-5)


class TestConvert:
    def test_what_was_converted_passes_through(self, seeded):
        state = Family("vggish_pca").convert(seeded)
        again = Family("vggish_pca").convert(state)
        assert list(again) == list(state)
        assert all(torch.equal(again[name], state[name]) for name in state)

    def test_the_pca_is_asked_for_where_it_is_needed_alone(self, seeded):
        network = {name: t for name, t in seeded.items() if not name.startswith("pca")}
        assert set(Family("vggish").convert(seeded)) == set(network)
        with pytest.raises(ValueError, match=r"not vggish_pca: .*pca_eigen_vectors \(128, 128\)"):
            Family("vggish_pca").convert(network)

    def test_other_weights_are_refused(self, seeded):
        with pytest.raises(ValueError, match=r"has also \['classifier\.weight'\]"):
            Family("vggish").convert({**seeded, "classifier.weight": torch.zeros(1)})
        with pytest.raises(ValueError, match=r"features\.0\.bias \(64,\)"):
            Family("vggish").convert({**seeded, "features.0.bias": torch.zeros(63)})


@pytest.fixture(scope="module")
def shared():
    beside = Path(__file__).resolve().parents[3] / "shared"
    folder = Path(os.environ.get("TRAILER_SHARED", beside)) / "weights/reference"
    if not (folder / "vggish_random.npz").exists():
        pytest.skip(f"no references in {folder}: set TRAILER_SHARED to the folder shared")
    with np.load(folder / "vggish_random.npz") as arrays:
        return {"convolutions": load_file(folder / "vggish_random.safetensors"), **arrays}


@pytest.fixture(scope="module")
def whole(shared):
    """All tensors of the shared reference: its linear layers come from a recipe."""
    found = dict(shared["convolutions"])
    random = np.random.RandomState(12345)
    for layer, of, out in LINEARS:
        weight = random.standard_normal((out, of)) * np.sqrt(2 / of)
        bias = random.standard_normal(out) * 0.2
        found[f"embeddings.{layer}.weight"] = torch.from_numpy(weight.astype(np.float32))
        found[f"embeddings.{layer}.bias"] = torch.from_numpy(bias.astype(np.float32))
    sums = [found[f"embeddings.{i}.weight"].double().sum().item() for i in (0, 2, 4)]
    np.testing.assert_allclose(sums, [-82.05432232, 39.80446699, -47.14441213], atol=1e-8)
    return found | {
        name: torch.from_numpy(shared[name]) for name in ("pca_eigen_vectors", "pca_means")
    }


class TestSharedReference:
    """Reached, largest differences: log-mel 7e-6, convolutions 1e-5, linear layers 2e-5."""

    def test_front_end(self, shared):
        np.testing.assert_allclose(mel_filterbank(), shared["mel_filterbank_257x64"], atol=1e-7)
        mel = log_mel(torch.from_numpy(shared["wave16k"]), 0.01)
        np.testing.assert_allclose(mel, shared["log_mel_full"], atol=5e-5, rtol=0)
        items = Family("vggish").prepare(shared["wave16k"], 16_000)
        np.testing.assert_allclose(items, shared["log_mel_examples"], atol=5e-5, rtol=0)

    def test_layers(self, shared, whole):
        network: Any = holding(Family("vggish"), whole).network
        with torch.inference_mode():
            maps = network.features(torch.from_numpy(shared["log_mel_examples"])[:, None])
            flat = maps.permute(0, 2, 3, 1).flatten(1)
            np.testing.assert_allclose(flat, shared["conv_flat_12288"], atol=1e-4, rtol=0)
            hidden = network.embeddings[:4](flat.clone())
            np.testing.assert_allclose(hidden, shared["fc2_relu_4096"], atol=1e-4, rtol=0)

    @pytest.mark.parametrize(
        ("model", "output"),
        [("vggish", "embedding_128"), ("vggish_linear", "embedding_128_before_last_relu")],
    )
    def test_from_sound_to_embedding(self, shared, whole, model, output):
        embedding = holding(Family(model), whole)(shared["wave16k"], 16_000)
        np.testing.assert_allclose(embedding, shared[output], atol=1e-4, rtol=0)

    def test_quantisation(self, shared, whole):
        expected = shared["postprocessed_of_embedding"]
        embedding = torch.from_numpy(shared["embedding_128"])
        levels = quantised(embedding, whole["pca_eigen_vectors"], whole["pca_means"])
        assert (levels.numpy() == expected).all()
        apart = np.abs(holding(Family("vggish_pca"), whole)(shared["wave16k"], 16_000) - expected)
        assert apart.max() <= 1 and (apart == 0).mean() > 0.99

"""YAMNet against the answers of its authors' code, and of its real weights in ../shared.

data/yamnet.npz was computed by yamnet_frames_model of tensorflow/models, research/audioset/yamnet
(TensorFlow 2.15.1, Keras 2.15.0) from the sound and the weights that this file makes from a seed.
"""

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from stages.backbones.yamnet import Family
from stages.embedding.audioset_mel import log_mel
from tests.backbones.seeded import holding, noise, sound

WIDTHS = (32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
CLIPS = ("music", "speech", "typing")


def published() -> dict[str, torch.Tensor]:
    """The tensors of yamnet.h5 by layer and weight, in Keras' order and layout, from a seed."""
    random = np.random.RandomState(5)
    found: dict[str, torch.Tensor] = {}

    def add(layer: str, weight: str, shape: tuple[int, ...], spread: float) -> None:
        values = noise(random, shape) * np.float32(spread) + np.float32("variance" in weight)
        found[f"{layer}/{layer}/{weight}:0"] = torch.from_numpy(values)

    def add_normalised(layer: str, kernel: str, shape: tuple[int, ...], summed: int) -> None:
        add(layer, kernel, shape, (6 / summed) ** 0.5)  # keeps the size of activations
        width = shape[2] if kernel == "depthwise_kernel" else shape[3]
        add(f"{layer}/bn", "beta", (width,), 0.3)
        add(f"{layer}/bn", "moving_mean", (width,), 0.3)
        add(f"{layer}/bn", "moving_variance", (width,), 0.5)

    add_normalised("layer1/conv", "kernel", (3, 3, 1, 32), 9)
    for number, (of, out) in enumerate(pairwise(WIDTHS), start=2):
        layer = f"layer{number}"
        add_normalised(f"{layer}/depthwise_conv", "depthwise_kernel", (3, 3, of, 1), 9)
        add_normalised(f"{layer}/pointwise_conv", "kernel", (1, 1, of, out), of)
    add("logits", "kernel", (1024, 521), (6 / 1024) ** 0.5)
    add("logits", "bias", (521,), 0.3)
    return found


@pytest.fixture(scope="module")
def seeded():
    return published()


@pytest.fixture(scope="module")
def original():
    with np.load(Path(__file__).parent / "data/yamnet.npz") as arrays:
        return dict(arrays)


def logits(backbone, items: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        network = backbone.network
        return network.classifier(network.embed(torch.from_numpy(items)[:, None])).numpy()


class TestOriginal:
    """Reached: log-mel 2e-5, embedding 6e-6 (largest value 7), logits 7e-6, scores 1e-6."""

    def test_front_end_cuts_patches_from_one_spectrogram(self, original):
        items = Family("yamnet").prepare(sound(), 16_000)
        mel = original["log_mel"]
        expected = np.stack([mel[48 * i : 48 * i + 96] for i in range(5)])
        np.testing.assert_allclose(items, expected, atol=1e-4, rtol=0)

    def test_embedding_and_scores(self, seeded, original):
        embedding = holding(Family("yamnet"), seeded)(sound(), 16_000)
        np.testing.assert_allclose(embedding, original["embedding"], atol=1e-4, rtol=0)
        with_classifier = holding(Family("yamnet_scores"), seeded)
        scores = with_classifier(sound(), 16_000)
        np.testing.assert_allclose(scores, original["scores"], atol=1e-5, rtol=0)
        found = logits(with_classifier, with_classifier.prepare(sound(), 16_000))
        np.testing.assert_allclose(found, original["logits"], atol=1e-4, rtol=0)

    def test_number_of_windows(self, original):
        for samples, windows in zip(original["lengths"], original["windows"], strict=True):
            items = Family("yamnet").prepare(np.zeros(samples, np.float32), 16_000)
            assert len(items) == windows, samples


def test_a_patch_is_what_its_window_alone_would_give():
    family = Family("yamnet")
    hop, length = int(family.hop_seconds * 16_000), int(family.window_seconds * 16_000)
    filled = np.pad(sound(), (0, 15_600 + 4 * 7680 - 40_000))
    for number, item in enumerate(family.prepare(sound(), 16_000)):
        window = filled[number * hop : number * hop + length]
        alone = family.prepare(window, 16_000)
        assert len(alone) == 1
        np.testing.assert_allclose(item, alone[0], atol=1e-5)


class TestConvert:
    @pytest.mark.parametrize(
        ("ours", "theirs", "kernel"),
        [
            ("layer01.conv", "layer1/conv", "kernel"),
            ("layer03.depthwise", "layer3/depthwise_conv", "depthwise_kernel"),
            ("layer14.pointwise", "layer14/pointwise_conv", "kernel"),
        ],
    )
    def test_folded_is_convolved_then_normalised(self, seeded, ours, theirs, kernel):
        state = Family("yamnet").convert(seeded)
        weight, bias = (state[f"{ours}.{part}"].double().numpy() for part in ("weight", "bias"))
        own = {key.split("/")[-1]: t.double().numpy() for key, t in seeded.items() if theirs in key}
        keras = own[f"{kernel}:0"]
        height, width, channels, _ = keras.shape
        seen = np.random.RandomState(1).randn(height, width, channels)  # under the kernel
        if kernel == "depthwise_kernel":
            convolved = np.einsum("hwc,hwc->c", seen, keras[..., 0])
            folded = np.einsum("hwc,chw->c", seen, weight[:, 0]) + bias
        else:
            convolved = np.einsum("hwc,hwco->o", seen, keras)
            folded = np.einsum("hwc,ochw->o", seen, weight) + bias
        deviation = np.sqrt(own["moving_variance:0"] + 1e-4)
        expected = (convolved - own["moving_mean:0"]) / deviation + own["beta:0"]
        np.testing.assert_allclose(folded, expected, atol=1e-5)

    def test_what_was_converted_passes_through(self, seeded):
        state = Family("yamnet_scores").convert(seeded)
        again = Family("yamnet_scores").convert(state)
        assert list(again) == list(state)
        assert all(torch.equal(again[name], state[name]) for name in state)
        assert set(state) - set(Family("yamnet").convert(state)) == {
            "classifier.weight",
            "classifier.bias",
        }

    def test_other_weights_are_refused(self, seeded):
        embedding = Family("yamnet").convert(seeded)
        with pytest.raises(ValueError, match=r"not yamnet_scores: classifier\.weight"):
            Family("yamnet_scores").convert(embedding)
        with pytest.raises(ValueError, match=r"not the 110 weights of yamnet\.h5"):
            Family("yamnet").convert(dict(reversed(seeded.items())))
        wide = {**seeded, "layer1/conv/layer1/conv/kernel:0": torch.zeros(3, 3, 1, 16)}
        with pytest.raises(ValueError, match=r"no kernel for layer01\.conv: \(3, 3, 1, 16\)"):
            Family("yamnet").convert(wide)


@pytest.fixture(scope="module")
def shared():
    beside = Path(__file__).resolve().parents[3] / "shared"
    folder = Path(os.environ.get("TRAILER_SHARED", beside)) / "weights/reference"
    if not (folder / "yamnet_dequantised.safetensors").exists():
        pytest.skip(f"no real weights in {folder}: set TRAILER_SHARED to the folder shared")
    with (
        np.load(folder / "yamnet_dequantised_reference.npz") as reference,
        np.load(folder / "yamnet_tflite.npz") as tflite,
    ):
        given = {f"given_{name}": tflite[name] for name in tflite.files}
        return {**reference, **given}, load_file(folder / "yamnet_dequantised.safetensors")


@pytest.mark.parametrize("clip", CLIPS)
class TestRealWeights:
    """Reached, largest differences: embedding 6e-6, logits 5e-5 (largest value 72), scores 1e-6."""

    def windows(self, shared, clip: str) -> np.ndarray:
        return shared[0][f"given_{clip}_wave16k"][:156_000].reshape(10, 15_600)

    def items(self, shared, clip: str) -> np.ndarray:
        """Log-mel patches through the filterbank as the 8-bit file has it."""
        stored = shared[1]["frontend.mel_filterbank_as_stored"].T
        windows = torch.from_numpy(self.windows(shared, clip))
        return np.stack([log_mel(window, 0.001, stored).numpy() for window in windows])

    def test_the_float_reference(self, shared, clip):
        reference, weights = shared
        items = self.items(shared, clip)
        np.testing.assert_allclose(items, reference[f"{clip}_log_mel"], atol=1e-4, rtol=0)
        embedding = holding(Family("yamnet"), weights).embed_items(items)
        np.testing.assert_allclose(embedding, reference[f"{clip}_embedding"], atol=1e-4, rtol=0)
        with_classifier = holding(Family("yamnet_scores"), weights)
        scores = with_classifier.embed_items(items)
        np.testing.assert_allclose(scores, reference[f"{clip}_scores"], atol=1e-4, rtol=0)
        found = logits(with_classifier, items)
        np.testing.assert_allclose(found, reference[f"{clip}_logits"], atol=1e-4, rtol=0)

    def test_from_sound_with_the_exact_filterbank(self, shared, clip):
        reference, weights = shared
        for model, output in (("yamnet", "embedding"), ("yamnet_scores", "scores")):
            backbone = holding(Family(model), weights)
            found = np.concatenate([backbone(w, 16_000) for w in self.windows(shared, clip)])
            expected = reference[f"{clip}_{output}_exact_mel"]
            np.testing.assert_allclose(found, expected, atol=1e-4, rtol=0)

    def test_the_given_scores(self, shared, clip):
        """Their 8-bit arithmetic depends on the runtime; reached 0.072, 0.063, 0.045."""
        given = shared[0][f"given_{clip}_scores"]
        backbone = holding(Family("yamnet_scores"), shared[1])
        exact = np.concatenate([backbone(w, 16_000) for w in self.windows(shared, clip)])
        for scores in (backbone.embed_items(self.items(shared, clip)), exact):
            np.testing.assert_allclose(scores, given, atol=0.08, rtol=0)
            assert (scores.argmax(axis=1) == given.argmax(axis=1)).all()

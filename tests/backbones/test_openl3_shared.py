"""OpenL3 against the answers of its own package in ../shared, at random weights in real files.

PARITY.md beside them says what can be reached; what was reached is said here, beside each bound.
"""

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from stages.backbones.openl3 import Family
from stages.embedding.openl3_mel import decibels, filterbank, windows_of
from stages.embedding.weights.published import read_published
from tests.backbones.seeded import holding


@pytest.fixture(scope="module")
def shared():
    """The references' folder, where there is one."""
    beside = Path(__file__).resolve().parents[3] / "shared"
    folder = Path(os.environ.get("TRAILER_SHARED", beside)) / "weights/reference"
    if not (folder / "openl3_random.npz").exists():
        pytest.skip(f"no references in {folder}: set TRAILER_SHARED to the folder shared")
    return folder


@pytest.fixture(scope="module")
def references(shared):
    with (
        np.load(shared / "openl3_random.npz") as sounds,
        np.load(shared / "openl3_image_random.npz") as pictures,
    ):
        return {**sounds, **pictures}


@pytest.fixture(scope="module")
def ready(shared):
    files = {"audio": "openl3_random.h5", "image": "openl3_image_random.h5"}
    read = {half: read_published(shared / file, file) for half, file in files.items()}

    def make(model: str, **options):
        return holding(Family(model, **options), read[model.split("_")[0]])

    return make


class TestSharedSound:
    @pytest.mark.parametrize("mel", ["mel_hop05", "legacy_mel_hop05"])
    def test_network(self, references, ready, mel):
        backbone = ready("audio_env_512")
        items = torch.from_numpy(references[mel])[:, None]
        with torch.inference_mode():
            maps = torch.cat([backbone.network(batch) for batch in items.split(5)])
        embedding = maps.permute(0, 2, 3, 1).flatten(1)
        expected = references[mel.replace("mel", "emb_512")]
        np.testing.assert_allclose(embedding, expected, atol=5e-5, rtol=0)  # 7e-6

    def test_layers(self, references, ready):
        network = ready("audio_env_512").network
        mean, spread = [], []
        maps = torch.from_numpy(references["mel_hop05"][3:4])[:, None]
        with torch.inference_mode():
            for name, layer in network.named_children():
                if name == "pool":
                    break
                maps = layer(maps)
                if name.startswith(("norm", "pool")):
                    mean.append(maps.mean().item())  # before ReLU works on it in place
                    spread.append(maps.std(correction=0).item())
        last = maps[0].permute(1, 2, 0)
        np.testing.assert_allclose(last, references["frame3_audio_embedding_layer"], atol=5e-5)
        names = references["frame3_layer_names"].tolist()
        kept = [i for i, name in enumerate(names) if name.startswith(("batch", "max"))]
        np.testing.assert_allclose(mean, references["frame3_layer_mean"][kept], atol=1e-4)
        np.testing.assert_allclose(spread, references["frame3_layer_std"][kept], atol=1e-4)

    @pytest.mark.parametrize("front_end", ["current", "legacy"])
    def test_front_end(self, references, front_end):
        prefix = "legacy_" if front_end == "legacy" else ""
        bank = references[f"{prefix}mel_filterbank"]
        np.testing.assert_allclose(filterbank(front_end), bank, atol=5e-8, rtol=0)  # 7e-9
        wave = torch.from_numpy(references["dither_wave48k"])
        mel = decibels(windows_of(wave, 24_000, center=True), front_end)
        expected = references[f"dither_{prefix}mel_hop05"]
        np.testing.assert_allclose(mel, expected, atol=1e-3, rtol=0)  # 1.3e-4, legacy 3.2e-4

    def test_front_end_above_the_noise_of_rounding(self, references):
        wave = torch.from_numpy(references["wave48k"])
        mel = decibels(windows_of(wave, 24_000, center=True), "current").numpy()
        expected = references["mel_hop05"]
        heard = expected > -45
        np.testing.assert_allclose(mel[heard], expected[heard], atol=1e-3, rtol=0)  # 4.9e-4

    @pytest.mark.parametrize(
        ("model", "front_end", "output"),
        [
            ("audio_env_512", "current", "emb_512_hop05"),
            ("audio_env_6144", "current", "emb_6144_hop05"),
            ("audio_env_512", "legacy", "legacy_emb_512_hop05"),
        ],
    )
    def test_from_sound_to_embedding(self, references, ready, model, front_end, output):
        backbone = ready(model, hop_seconds=0.5, front_end=front_end)
        embedding = backbone(references["dither_wave48k"], 48_000)
        expected = references[f"dither_{output}"]
        np.testing.assert_allclose(embedding, expected, atol=1e-4, rtol=0)  # 7e-6

    @pytest.mark.parametrize(
        ("front_end", "output"),
        [("current", "emb_512_hop05"), ("legacy", "legacy_emb_512_hop05")],
    )
    def test_a_clip_without_high_tones(self, references, ready, front_end, output):
        """Its upper bands hold the rounding noise of whoever computed them: no nearer than 0.05."""
        backbone = ready("audio_env_512", hop_seconds=0.5, front_end=front_end)
        embedding = backbone(references["wave48k"], 48_000)
        expected = references[output]
        np.testing.assert_allclose(embedding, expected, atol=0.06, rtol=0)  # 0.018, legacy 0.048

    @pytest.mark.parametrize(
        ("samples", "center", "output"),
        [
            (100_000, False, "emb_512_nocenter_first100000"),
            (20_000, False, "emb_512_nocenter_first20000"),
            (20_000, True, "emb_512_center_first20000"),
        ],
    )
    def test_short_clips(self, references, ready, samples, center, output):
        backbone = ready("audio_env_512", hop_seconds=0.5, center=center)
        embedding = backbone(references["wave48k"][:samples], 48_000)
        np.testing.assert_allclose(embedding, references[output], atol=0.05, rtol=0)  # 0.008

    def test_silence(self, references, ready):
        embedding = ready("audio_env_512", center=False)(np.zeros(48_000, np.float32), 48_000)
        expected = references["emb_512_silence"]
        np.testing.assert_allclose(embedding, expected, atol=5e-5, rtol=0)  # 5e-6


class TestSharedPictures:
    @pytest.mark.parametrize("name", ["image_224", "image_300x400"])
    @pytest.mark.parametrize("size", [512, 8192])
    def test_from_frame_to_embedding(self, references, ready, name, size):
        backbone = ready(f"image_env_{size}", pixels="package")
        items = backbone.prepare([references[name]], 0)
        expected = references[f"{name}_preprocessed"]
        np.testing.assert_allclose(items, expected, atol=2e-5, rtol=0)  # 1e-5; 1.2e-7 for 224
        embedding = backbone.embed_items(items)
        expected = references[f"{name}_emb_{size}"]
        np.testing.assert_allclose(embedding, expected, atol=1e-4, rtol=0)  # 2.1e-5

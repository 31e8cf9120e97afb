"""EfficientAT against the answers of its authors' code, whole in ../shared, an excerpt here.

data/efficientat_front_end.npz: the first 0.3 s of three clips and the first columns of their mels,
as the original computed them.
"""

import csv
import os
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torchvision.ops import SqueezeExcitation

from stages.backbones.efficientat import Family, filters, log_mel
from stages.embedding.base import create
from tests.backbones.sounds import kaldi_filters, recipe

CLIPS = {"music": "Music", "speech": "Speech", "typing": "Typing"}
EXCERPT = Path(__file__).parent / "data/efficientat_front_end.npz"


@pytest.fixture(scope="module")
def shared():
    """The folder of real weights, where there is one."""
    beside = Path(__file__).resolve().parents[3] / "shared"
    folder = Path(os.environ.get("TRAILER_SHARED", beside)) / "weights"
    if not (folder / "efficientat_mn04_audioset.safetensors").exists():
        pytest.skip(f"no real weights in {folder}: set TRAILER_SHARED to the folder above them")
    return folder


@pytest.fixture(scope="module")
def published(shared):
    return load_file(shared / "efficientat_mn04_audioset.safetensors")


@pytest.fixture(scope="module")
def reference(shared):
    with np.load(shared / "reference/efficientat_mn04.npz") as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def real(published, tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "mn04.safetensors"
    save_file(Family("mn04").convert(published), path)
    return create("efficientat", path, "mn04")


def sound(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        blocks = [frame.to_ndarray() for frame in container.decode(container.streams.audio[0])]
    return np.concatenate(blocks, axis=1)[0].astype(np.float32) / 2**15


def logits(embedding: np.ndarray, published: dict[str, torch.Tensor]) -> np.ndarray:
    """The published classifier by hand: linear, hard swish, linear."""
    first, first_bias, last, last_bias = (
        published[f"classifier.{name}"].numpy()
        for name in ("2.weight", "2.bias", "5.weight", "5.bias")
    )
    hidden = first @ embedding + first_bias
    return last @ (hidden * (hidden + 3).clip(0, 6) / 6) + last_bias


@pytest.mark.parametrize("clip", CLIPS)
class TestReference:
    """The specification asks for 1e-3; reached: mel 2e-5, embedding 1e-6, logits 1e-5."""

    def test_mel(self, shared, reference, clip):
        waveform = torch.from_numpy(sound(shared / f"reference/{clip}.flac"))
        mel = log_mel(waveform[None])[0].numpy()
        np.testing.assert_allclose(mel, reference[f"{clip}_mel"], atol=1e-4, rtol=0)

    def test_embedding_and_logits(self, shared, reference, published, real, clip):
        embedding = real(sound(shared / f"reference/{clip}.flac"), 32_000)
        assert embedding.shape == (1, 384)
        np.testing.assert_allclose(embedding[0], reference[f"{clip}_embedding"], atol=1e-4, rtol=0)
        scores = logits(embedding[0], published)
        np.testing.assert_allclose(scores, reference[f"{clip}_logits"], atol=1e-3, rtol=0)
        with (shared / "audioset_class_labels_indices.csv").open(encoding="utf-8") as file:
            names = [row["display_name"] for row in csv.DictReader(file)]
        best = [names[i] for i in np.argsort(-scores)[:2]]  # beside Typing: Computer keyboard
        assert CLIPS[clip] in best

    def test_scores(self, shared, reference, published, tmp_path, clip):
        save_file(Family("mn04_scores").convert(published), tmp_path / "scores.safetensors")
        backbone = create("efficientat", tmp_path / "scores.safetensors", "mn04_scores")
        scores = backbone(sound(shared / f"reference/{clip}.flac"), 32_000)[0]
        expected = 1 / (1 + np.exp(-reference[f"{clip}_logits"]))
        np.testing.assert_allclose(scores, expected, atol=1e-4, rtol=0)

    def test_the_excerpt_is_of_the_reference(self, shared, reference, clip):
        with np.load(EXCERPT) as kept:
            assert (kept[f"{clip}_mel"] == reference[f"{clip}_mel"][:, :28]).all()
            whole = sound(shared / f"reference/{clip}.flac")
            assert (kept[f"{clip}_samples"] / np.float32(2**15) == whole[:9600]).all()


@pytest.mark.parametrize("clip", CLIPS)
def test_front_end_of_the_excerpt(clip):
    with np.load(EXCERPT) as kept:
        samples, expected = kept[f"{clip}_samples"], kept[f"{clip}_mel"]
    waveform = torch.from_numpy(samples / np.float32(2**15))
    mel = log_mel(waveform[None])[0, :, : expected.shape[1]].numpy()
    np.testing.assert_allclose(mel, expected, atol=1e-4, rtol=0)


def test_filters_are_kaldis():
    expected = kaldi_filters(128, 1024, 32_000, 0, 15_000)
    np.testing.assert_allclose(filters().numpy(), expected, atol=2e-4)  # theirs in single precision


def test_windows_of_ten_seconds_and_silence_behind_the_last():
    items = Family("mn10").prepare(recipe(32_000, 26.0), 32_000)
    assert items.shape == (3, 320_000)
    assert (items[2, 192_000:] == 0).all() and items[2, 191_999] != 0
    assert Family("mn04").prepare(recipe(48_000, 30.0), 48_000).shape == (3, 320_000)
    assert log_mel(torch.from_numpy(items)).shape == (3, 128, 1000)


@pytest.mark.parametrize(("model", "learnt"), [("mn04", 983_599), ("mn10", 4_876_831)])
def test_the_network_is_the_published_one(model, learnt):
    """Numbers of parameters: the authors' README (0.983 and 4.88 million)."""
    family = Family(model)
    network = family.build()
    (dim,) = family.shape
    hidden = {"mn04": 512, "mn10": 1280}[model]
    classifier = (dim + 1) * hidden + (hidden + 1) * 527
    assert sum(p.numel() for p in network.parameters()) + classifier == learnt
    gates = [m for m in network.modules() if isinstance(m, SqueezeExcitation)]
    three = torch.tensor(3.0)
    assert len(gates) == 8
    assert all(torch.equal(g.scale_activation(three), three.sigmoid()) for g in gates)
    assert {m.eps for m in network.modules() if isinstance(m, nn.BatchNorm2d)} == {1e-3}


def as_published(model: str) -> dict[str, torch.Tensor]:
    """Random tensors under the names, and of the shapes, of a published file."""
    found = {f"classifier.{n}": torch.zeros(1) for n in ("2.weight", "2.bias", "5.bias")}
    for name, tensor in Family(model).build().state_dict().items():
        before, gate, behind = name.partition(".fc")
        if gate:
            name = f"{before}.conc_se_layers.0.fc{behind}"
            tensor = tensor[:, :, 0, 0] if behind.endswith("weight") else tensor
        found[name] = tensor
    return found


def test_published_names_and_shapes_become_ours():
    published = as_published("mn04")
    assert published["features.4.block.2.conc_se_layers.0.fc1.weight"].shape == (8, 32)
    converted = Family("mn04").convert(published)
    Family("mn04").build().load_state_dict(converted, strict=True)
    again = Family("mn04").convert(converted)
    assert all(torch.equal(again[name], converted[name]) for name in converted)


@pytest.mark.parametrize("model", ["mn04", "mn10"])
def test_the_published_classifier_is_the_one_of_the_scores(model):
    """Random numbers under every published name are all that the network computes with."""
    theirs = {"0": "2", "3": "5"}
    published, expected = {}, {}
    for name, tensor in Family(f"{model}_scores").build().state_dict().items():
        expected[name] = torch.randn(tensor.shape) if tensor.is_floating_point() else tensor
        before, dot, behind = name.partition(".fc")
        if name.startswith("classifier."):
            layer, kind = name.split(".")[1:]
            published[f"classifier.{theirs[layer]}.{kind}"] = expected[name]
        elif dot:
            linear = expected[name][:, :, 0, 0] if behind.endswith("weight") else expected[name]
            published[f"{before}.conc_se_layers.0.fc{behind}"] = linear
        else:
            published[name] = expected[name]
    converted = Family(f"{model}_scores").convert(published)
    network = Family(f"{model}_scores").build()
    network.load_state_dict(converted, strict=True)
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, expected[name]), name


def test_names_of_the_real_file(published):
    assert set(as_published("mn04")) == set(published) - {"classifier.5.weight"}


def test_other_weights_are_refused():
    with pytest.raises(ValueError, match="not the weights of mn10"):
        Family("mn10").convert(as_published("mn04"))
    short = as_published("mn04")
    del short["features.0.0.weight"]
    with pytest.raises(ValueError, match=r"features\.0\.0\.weight and 0 more"):
        Family("mn04").convert(short)

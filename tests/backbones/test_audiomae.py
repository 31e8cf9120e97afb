"""AudioMAE: its front end by hand and as its model card says, its network by what is known of it.

data/audiomae_front_end.npz: every 50th frame of what the lines of the model card give for two
recipes (10 s; 6 s and silence behind).
"""

from pathlib import Path

import numpy as np
import pytest
import torch

from stages.backbones.audiomae import DEVIATION, MEAN, Family, log_mel
from tests.backbones.sounds import kaldi_filters, recipe

EXCERPT = Path(__file__).parent / "data/audiomae_front_end.npz"


def fbank_by_hand(waveform: np.ndarray, frame: int) -> np.ndarray:
    """One frame of Kaldi's log-mel filter bank at 16 kHz, (128,)."""
    samples = waveform[160 * frame :][:400].astype(float)
    samples = samples - samples.mean()
    samples = samples - 0.97 * np.concatenate([samples[:1], samples[:-1]])
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 399)
    power = np.abs(np.fft.rfft(samples * hann, 512)) ** 2
    mel = kaldi_filters(128, 512, 16_000, 20, 8000) @ power
    return np.log(np.maximum(mel, np.finfo(np.float32).eps))


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return Family().build().eval()


def test_front_end_by_hand():
    waveform = recipe(16_000, 10.0)
    found = log_mel(torch.from_numpy(waveform)).numpy()
    assert found.shape == (1024, 128)
    for frame in (0, 1, 500, 997):
        expected = (fbank_by_hand(waveform, frame) - MEAN) / (2 * DEVIATION)
        np.testing.assert_allclose(found[frame], expected, atol=1e-3)
    assert np.allclose(found[998:], (0 - MEAN) / (2 * DEVIATION))  # zeros, as in training


@pytest.mark.parametrize(("name", "seconds"), [("ten", 10.0), ("six", 6.0)])
def test_front_end_of_the_model_card(name, seconds):
    (item,) = Family().prepare(recipe(16_000, seconds), 16_000)
    with np.load(EXCERPT) as kept:
        np.testing.assert_allclose(item[::50], kept[name], atol=1e-4)


def test_windows_of_ten_seconds_and_silence_behind_the_last():
    items = Family().prepare(recipe(48_000, 26.0), 48_000)
    assert items.shape == (3, 1024, 128)
    silence = (np.log(np.finfo(np.float32).eps) - MEAN) / (2 * DEVIATION)
    np.testing.assert_allclose(items[2, 610:998], silence, rtol=1e-5)
    assert (items[2, :590] > silence + 0.1).any(axis=1).all()


def test_the_network_is_the_published_one(network):
    """The authors' README logs n_parameters 85659407: a head of 527 classes, fixed positions."""
    learnt = sum(p.numel() for p in network.parameters())
    head, positions = 527 * (768 + 1), (64 * 8 + 1) * 768
    assert learnt + head - positions == 85_659_407
    assert len(network.blocks) == 12 and network.blocks[0].attn.num_heads == 12
    assert network.fc_norm.eps == network.blocks[0].norm1.eps == 1e-6


def test_the_embedding_is_the_mean_of_the_patches_and_its_norm(network):
    items = torch.randn(1, 1, 1024, 128, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        embedding = network(items)
        tokens = network.forward_features(items)
        mean = tokens[:, 1:].mean(1)  # without the class token
        centred = mean - mean.mean(1, keepdim=True)
        expected = centred / (centred.square().mean(1, keepdim=True) + 1e-6).sqrt()
    torch.testing.assert_close(embedding, expected, atol=1e-5, rtol=1e-4)


def test_published_tensors_without_the_head(network):
    head = {"head.weight": torch.zeros(527, 768), "head.bias": torch.zeros(527)}
    state = network.state_dict()
    converted = Family().convert(state | head)
    assert list(converted) == list(state)
    with pytest.raises(ValueError, match=r"not the weights of audiomae: fc_norm\.weight"):
        Family().convert({n: t for n, t in state.items() if n != "fc_norm.weight"})

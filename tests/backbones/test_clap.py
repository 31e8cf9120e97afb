"""CLAP against transformers' own feature extractor and model.

data/clap_front_end.npz: every 50th frame of what ClapFeatureExtractor (transformers 5.23.0, with
the settings of the model's preprocessor_config.json) gives for two recipes (10 s and 6 s).
"""

import runpy
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import save_file

from stages.backbones import clap
from stages.backbones.clap import Family, log_mel
from stages.base.errors import BenchmarkError
from stages.embedding.base import create
from tests.backbones.sounds import recipe
from tests.backbones.weights import random_weights

EXCERPT = Path(__file__).parent / "data/clap_front_end.npz"
SETTINGS: dict[str, Any] = {  # preprocessor_config.json of laion/clap-htsat-unfused
    "feature_size": 64,
    "sampling_rate": 48_000,
    "hop_length": 480,
    "max_length_s": 10,
    "fft_window_size": 1024,
    "frequency_min": 50,
    "frequency_max": 14_000,
    "truncation": "rand_trunc",
    "padding": "repeatpad",
}


@pytest.fixture(scope="module")
def whole():
    """The whole model as published, at random, but with a small half that reads."""
    torch.manual_seed(0)
    reads = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = transformers.ClapConfig(
        text_config=reads | {"intermediate_size": 16, "vocab_size": 50},
        audio_config={"model_type": "clap_audio_model"},
    )
    return transformers.ClapModel(config).eval()


def features(waveforms: list[np.ndarray]) -> torch.Tensor:
    """The original's log-mel spectrograms, (n, 1, 1001, 64)."""
    extract = transformers.ClapFeatureExtractor(**SETTINGS)
    found = extract(waveforms, sampling_rate=48_000, return_tensors="pt")["input_features"]
    assert isinstance(found, torch.Tensor)
    return found


@pytest.mark.parametrize(("name", "seconds"), [("ten", 10.0), ("six", 6.0)])
def test_front_end_of_the_excerpt(name, seconds):
    items = Family().prepare(recipe(48_000, seconds), 48_000)
    mel = log_mel(torch.from_numpy(items))
    assert mel.shape == (1, 1001, 64)
    with np.load(EXCERPT) as kept:
        np.testing.assert_allclose(mel[0, ::50].numpy(), kept[name], atol=1e-3)


def test_front_end_as_the_original_computes_it():
    """In dB; reached: 1e-4, and 6e-4 in a band of which only the foot of its filter is filled."""
    sound = recipe(48_000, 10.0)
    spectrum = np.fft.rfft(sound)
    spectrum[40_000:] = 0  # nothing above 4 kHz
    dull = np.fft.irfft(spectrum).astype(np.float32)
    click = np.zeros_like(sound)
    click[1234] = 1
    waveforms = [sound, dull, click, np.zeros_like(sound)]
    found = log_mel(torch.from_numpy(np.stack(waveforms)))
    torch.testing.assert_close(found[:, None], features(waveforms), atol=1e-3, rtol=0)


def test_the_whole_way_as_the_original_goes_it(whole, tmp_path):
    save_file(Family().convert(whole.state_dict()), tmp_path / "clap.safetensors")
    sound = recipe(48_000, 16.0)
    found = create("clap", tmp_path / "clap.safetensors")(sound, 48_000)
    with torch.inference_mode():
        mels = features([sound[:480_000], sound[480_000:]])
        expected = whole.get_audio_features(input_features=mels)
    expected = getattr(expected, "pooler_output", expected)  # a tensor before transformers 5
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, rtol=1e-5)


def test_other_weights_are_refused(whole):
    state = whole.state_dict()
    assert not any(name.startswith("text_") for name in Family().convert(state))
    del state["audio_projection.linear1.bias"]
    with pytest.raises(ValueError, match=r"audio_projection\.linear1\.bias and 0 more"):
        Family().convert(state)


def test_built_weights_pass_through():
    state = Family().build().state_dict()
    assert list(Family().convert(state)) == list(state)


def test_without_transformers_one_sentence_says_what_to_run(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "transformers", None)
    family = runpy.run_path(str(clap.__file__))["Family"]  # it can be imported all the same
    assert family.describe().shape == (512,)
    with pytest.raises(BenchmarkError, match=r"run `python requirements/install.py core clap`$"):
        family().build()
    with pytest.raises(BenchmarkError, match="needs transformers"):
        random_weights("clap", "", tmp_path)

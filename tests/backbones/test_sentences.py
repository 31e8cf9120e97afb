"""Sentence encoders against transformers' own tokenizer and model, in small and at random."""

import dataclasses
import importlib
import runpy
import sys
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import save_file

from stages.backbones import sentences
from stages.backbones.sentences import SHAPES, Family, vocabulary_of, words_of
from stages.base.errors import BenchmarkError
from stages.embedding.base import create
from stages.embedding.texts import coded
from stages.embedding.weights.published import read_published

WORDS = [*sentences.SPECIAL, "the", "house", "night", "##s", "##mare", ",", "!", "ete", "i", "a"]
TEXTS = ["The house, the nightmares!", "été", "a " * 40, "unbekannt I"]
MODELS = list(SHAPES)


@pytest.fixture(params=MODELS)
def model(request, monkeypatch):
    """The name of a model, which is made small: rules as published, numbers few."""
    small: dict[str, Any] = {"width": 24, "layers": 2, "heads": 4, "inner": 32, "longest": 16}
    shape = dataclasses.replace(SHAPES[request.param], **small, words=len(WORDS))
    monkeypatch.setitem(sentences.SHAPES, request.param, shape)
    record = dataclasses.replace(sentences.RECORDS[request.param], shape=(25,))
    monkeypatch.setitem(sentences.RECORDS, request.param, record)
    return request.param


@pytest.fixture
def published(model, tmp_path):
    """Files as on the hub, at random: the reference, and their tensors as they are read."""
    shape = SHAPES[model]
    torch.manual_seed(1)
    config = transformers.BertConfig(
        vocab_size=shape.words,
        hidden_size=shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.inner,
    )
    whole = transformers.BertModel(config).eval()
    state = {name: torch.rand_like(tensor) for name, tensor in whole.state_dict().items()}
    whole.load_state_dict(state)
    state["embeddings.position_ids"] = torch.arange(512)[None]
    save_file(state, tmp_path / "model.safetensors")
    (tmp_path / "vocab.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    tensors = read_published(tmp_path / "model.safetensors", "model.safetensors")
    return whole, tensors | read_published(tmp_path / "vocab.txt", "vocab.txt")


@pytest.fixture
def weights(model, published, tmp_path):
    save_file(Family(model).convert(published[1]), tmp_path / "weights.safetensors")
    return tmp_path / "weights.safetensors"


def test_every_published_number_is_loaded(model, published, weights):
    """Random under every key; what is left out is the pooler, and positions that are counted."""
    made = create("sentences", weights, model)
    assert isinstance(made, Family)
    loaded = made.network
    left = dict(published[1])
    for name, tensor in loaded.named_parameters():
        torch.testing.assert_close(tensor, left.pop(name.removeprefix("bert.")), atol=0, rtol=0)
    assert words_of(loaded.get_buffer("vocabulary")) == WORDS
    assert sorted(left) == [
        "embeddings.position_ids",
        "pooler.dense.bias",
        "pooler.dense.weight",
        "text",
    ]
    buffers = {name for name, _ in loaded.named_buffers()} - {"vocabulary"}
    assert all(
        torch.equal(loaded.get_buffer(n).flatten(), torch.arange(512)) or "type" in n
        for n in buffers
    )


def test_it_is_what_transformers_computes(model, published, weights, tmp_path):
    found = create("sentences", weights, model)(coded(TEXTS))
    rules: Any = importlib.import_module("transformers").BertTokenizerFast
    tokenizer = rules(vocab={word: number for number, word in enumerate(WORDS)}, do_lower_case=True)
    longest = SHAPES[model].longest
    tokens = tokenizer(
        TEXTS, padding=True, truncation=True, max_length=longest, return_tensors="pt"
    )
    with torch.inference_mode():
        states = published[0](**tokens).last_hidden_state
    pooled = states[:, 0]
    if SHAPES[model].pooling == "mean":
        mask = tokens["attention_mask"][..., None]
        pooled = (states * mask).sum(1) / mask.sum(1)
    expected = torch.nn.functional.normalize(pooled, dim=1).numpy()
    np.testing.assert_allclose(found[:, :-1], expected, atol=1e-6)
    assert not found[:, -1].any()


def test_no_words_are_a_state_of_their_own(model, weights):
    found = create("sentences", weights, model)(coded([""]))
    assert np.isnan(found[0, :-1]).all() and found[0, -1] == 1


def test_a_vocabulary_of_another_length_is_refused(model, published):
    tensors = published[1] | {"text": torch.tensor(list(b"[PAD]\na"), dtype=torch.uint8)}
    with pytest.raises(ValueError, match="the vocabulary has 2 words"):
        Family(model).convert(tensors)
    with pytest.raises(ValueError, match="the vocabulary has 262145 bytes"):
        vocabulary_of(b"a" * ((1 << 18) + 1))


def test_without_transformers_one_sentence_says_what_to_run(monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    family = runpy.run_path(str(sentences.__file__))["Family"]  # it can be imported all the same
    assert family.describe(MODELS[0]).modality == "words"
    with pytest.raises(BenchmarkError, match="the family sentences needs transformers"):
        family(MODELS[0]).build()

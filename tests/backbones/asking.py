"""The families that read texts, tiny: the original model and ours, with the same numbers."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from torch import Tensor, nn

from stages.backbones import clap, clip, siglip
from stages.embedding.language import LanguageNetwork
from stages.embedding.weights.convert import write_safetensors
from tests.backbones import tiny

MODEL = "tiny"
DIM = 32
FAMILIES = ("clip", "siglip", "clap")


@dataclass(frozen=True)
class Pair:
    """A family's network, and the original whose numbers it has."""

    ours: LanguageNetwork
    original: Any
    tokenizer: Any
    weights: Path

    def texts(self, texts: list[str]) -> Tensor:
        """The original's embeddings of texts, by its own tokenizer."""
        padding: dict[str, Any] = {"padding": True}
        if isinstance(self.ours, siglip.Family):
            texts = [text.lower() for text in texts]
            padding = {"padding": "max_length", "max_length": 64}
        inputs = self.tokenizer(texts, return_tensors="pt", **padding)
        with torch.inference_mode():
            return _features(self.original.get_text_features(**inputs))

    def pictures(self, pixels: Tensor) -> Tensor:
        """The original's embeddings of normalised pictures."""
        with torch.inference_mode():
            return _features(self.original.get_image_features(pixel_values=pixels))


def _features(found: Any) -> Tensor:
    """transformers 5 wraps what 4 gave as a tensor."""
    return nn.functional.normalize(getattr(found, "pooler_output", found), dim=-1)


def declare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tiny model of each family beside its published ones."""
    clip_text = tiny.ENCODER | {"projection_dim": DIM} | _vocabulary(tiny.clip_tokenizer())
    clip_text["eos_token_id"] = tiny.clip_tokenizer().eos_token_id
    texts = tiny.ENCODER | {"projection_size": tiny.ENCODER["hidden_size"]}
    texts |= _vocabulary(tiny.gemma_tokenizer())
    monkeypatch.setitem(
        clip.CONFIGS,
        MODEL,
        {"picture": tiny.PICTURE | {"projection_dim": DIM}, "text": clip_text},
    )
    monkeypatch.setitem(siglip.CONFIGS, MODEL, {"picture": tiny.PICTURE, "text": texts})
    read = tiny.ENCODER | {"projection_dim": 512} | _vocabulary(tiny.roberta_tokenizer())
    monkeypatch.setattr(clap, "TEXT", read)
    for module, width in ((clip, DIM), (siglip, tiny.ENCODER["hidden_size"])):
        record = replace(module.Family.RECORDS[module.HUB], shape=(width,))
        monkeypatch.setitem(module.Family.RECORDS, MODEL, record)


def make(family: str, folder: Path) -> Pair:
    """After `declare`: both with the same redrawn numbers, ours by way of a file of weights."""
    original, tokenizer, ours = BUILD[family]()
    tiny.redrawn(original)
    ours.is_asked = True
    weights = folder / f"{family}.safetensors"
    write_safetensors(ours.convert(tiny.published(original, tokenizer)), weights)
    ours.load(weights)
    return Pair(ours, original, tokenizer, weights)


def _vocabulary(tokenizer: Any) -> dict[str, Any]:
    return {"vocab_size": len(tokenizer), "bos_token_id": None, "eos_token_id": None}


def _clip() -> tuple[Any, Any, LanguageNetwork]:
    config = transformers.CLIPConfig(
        text_config=clip.CONFIGS[MODEL]["text"],
        vision_config=clip.CONFIGS[MODEL]["picture"],
        projection_dim=DIM,
    )
    return transformers.CLIPModel(config), tiny.clip_tokenizer(), clip.Family(MODEL)


def _siglip() -> tuple[Any, Any, LanguageNetwork]:
    config = transformers.SiglipConfig(
        text_config=siglip.CONFIGS[MODEL]["text"], vision_config=siglip.CONFIGS[MODEL]["picture"]
    )
    return transformers.SiglipModel(config), tiny.gemma_tokenizer(), siglip.Family(MODEL)


def _clap() -> tuple[Any, Any, LanguageNetwork]:
    config = transformers.ClapConfig(
        text_config=clap.TEXT, audio_config={"model_type": "clap_audio_model"}
    )
    return transformers.ClapModel(config), tiny.roberta_tokenizer(), clap.Family()


BUILD = {"clip": _clip, "siglip": _siglip, "clap": _clap}

"""Sentence encoders: each text of a trailer as a vector that is near those of like meaning.

BERT's architecture by transformers; its tokens averaged, or its first one taken, and scaled to unit
length, as each model's publisher says. The vocabulary is part of the weights: a published file of
its own, kept with them as bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from torch import Tensor, nn

from stages.base.errors import BenchmarkError
from stages.embedding import papers
from stages.embedding.network import Network
from stages.embedding.records import Record, Source
from stages.embedding.texts import Texts, texts_of

VOCABULARY_BYTES = 1 << 18  # room for BERT's, of 231,508
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
VOCABULARY = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
WORDS_OF_BERT = 30_522


@dataclass(frozen=True)
class Shape:
    """What a model's config.json and its modules' say."""

    width: int
    layers: int
    heads: int
    inner: int
    pooling: Literal["mean", "first"]
    longest: int
    """Tokens that are read of a text."""
    words: int = WORDS_OF_BERT
    """Of the vocabulary."""


SHAPES = {
    "all-MiniLM-L6-v2": Shape(384, 6, 12, 1536, "mean", 256),
    "bge-base-en-v1.5": Shape(768, 12, 12, 3072, "first", 512),
}


def _files(hub: str, revision: str, sha256: str, read_in: str) -> dict[str, Any]:
    source, vocabulary = (
        Source(file, hub, "", revision, digest, "read elsewhere", read_in)
        for file, digest in (("model.safetensors", sha256), ("vocab.txt", VOCABULARY))
    )
    return {"source": source, "more": (vocabulary,)}


RECORDS = {
    "all-MiniLM-L6-v2": Record(
        name="MiniLM sentences",
        modality="words",
        input="a text each, its first 256 tokens, without case",
        shape=(385,),
        parameters=22_565_376,
        trained_on="a billion pairs of English sentences: Reddit, papers, questions and answers",
        licence="Apache-2.0",
        paper="Reimers and Gurevych 2019, arXiv 1908.10084; Wang et al. 2020, arXiv 2002.10957",
        released="2021-08",
        memory_mb=108,
        bibtex=f"{papers.SENTENCE_BERT}\n{papers.MINILM}",
        note="English alone. It may have read of these films, as text on the web tells of them. "
        "The last number says that there are no words.",
        **_files(
            "sentence-transformers/all-MiniLM-L6-v2",
            "1110a243fdf4706b3f48f1d95db1a4f5529b4d41",
            "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            "public projects that pin these files by repository, revision and sha256",
        ),
    ),
    "bge-base-en-v1.5": Record(
        name="BGE sentences",
        modality="words",
        input="a text each, its first 512 tokens, without case",
        shape=(769,),
        parameters=108_891_648,
        trained_on="pairs of English texts from the web, then labelled ones",
        licence="MIT",
        paper="Xiao et al. 2023, arXiv 2309.07597",
        released="2023-09",
        memory_mb=419,
        bibtex=papers.BGE,
        note="English alone. It may have read of these films, as text on the web tells of them. "
        "The last number says that there are no words.",
        **_files(
            "BAAI/bge-base-en-v1.5",
            "a5beb1e3e68b9ab74eb54cfd186867f64f240e1a",
            "c7c1988aae201f80cf91a5dbbd5866409503b89dcaba877ca6dba7dd0a5167d7",
            "public projects that pin these files by repository, revision and sha256",
        ),
    ),
}


class Encoder(nn.Module):
    """BERT without its pooler, and the vocabulary that its tokens are of, as UTF-8 bytes."""

    vocabulary: Tensor

    def __init__(self, bert: nn.Module, words: int) -> None:
        super().__init__()
        self.bert = bert
        self.register_buffer("vocabulary", vocabulary_of("\n".join(made_up(words)).encode()))


class Family(Texts, Network):
    RECORDS: ClassVar = RECORDS
    LIBRARIES = ("transformers", "tokenizers")

    def build(self) -> nn.Module:
        shape = SHAPES[self.model]
        transformers = _library("transformers")
        config = transformers.BertConfig(
            vocab_size=shape.words,
            hidden_size=shape.width,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            intermediate_size=shape.inner,
        )
        return Encoder(transformers.BertModel(config, add_pooling_layer=False), shape.words)

    def convert(self, published: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The names are transformers' below `bert`; pooler and counted positions are left out."""
        if "vocabulary" in published:  # converted before
            return dict(published)
        found = {
            f"bert.{name}": tensor
            for name, tensor in published.items()
            if not name.startswith("pooler.") and name not in ("text", "embeddings.position_ids")
        }
        found["vocabulary"] = vocabulary_of(published["text"].numpy().tobytes())
        self.check_fits(found)
        if (count := len(words_of(found["vocabulary"]))) != SHAPES[self.model].words:
            raise ValueError(f"the vocabulary has {count} words")
        return found

    @cached_property
    def tokenizer(self) -> Any:
        """BERT's tokenizer, without case, of the vocabulary that was loaded."""
        words = words_of(self.network.get_buffer("vocabulary"))
        wordpiece = _library("tokenizers").BertWordPieceTokenizer
        found = wordpiece({word: number for number, word in enumerate(words)}, lowercase=True)
        found.enable_truncation(SHAPES[self.model].longest)
        found.enable_padding()
        return found

    def forward(self, items: Tensor) -> Tensor:
        coded = self.tokenizer.encode_batch(texts_of(items.cpu().numpy()))
        ids, mask = (
            torch.from_numpy(np.array([getattr(each, name) for each in coded])).to(self.device)
            for name in ("ids", "attention_mask")
        )
        bert: Any = self.network.bert
        states = bert(input_ids=ids, attention_mask=mask).last_hidden_state
        pooled = states[:, 0]
        if SHAPES[self.model].pooling == "mean":
            pooled = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return nn.functional.normalize(pooled, dim=-1)


def vocabulary_of(text: bytes) -> Tensor:
    """A vocabulary of a word a line, (VOCABULARY_BYTES,) uint8. Raises ValueError for a longer."""
    if len(text) > VOCABULARY_BYTES:
        raise ValueError(f"the vocabulary has {len(text)} bytes, expected {VOCABULARY_BYTES}")
    return torch.tensor(list(text.ljust(VOCABULARY_BYTES, b"\0")), dtype=torch.uint8)


def words_of(vocabulary: Tensor) -> list[str]:
    """Its words in their order, which is that of the tokens' numbers."""
    text = vocabulary.cpu().numpy().tobytes().rstrip(b"\0").decode()
    return text.removesuffix("\n").split("\n")


def made_up(words: int) -> Sequence[str]:
    """A vocabulary to try a network without weights: what BERT needs, letters and their tails."""
    return [*SPECIAL, *LETTERS, *(f"##{each}" for each in LETTERS)][:words]


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise BenchmarkError(
            "the family sentences needs transformers",
            do="run `python requirements/install.py core clap`",
        ) from None

"""Networks that were trained with texts, whose prompts become embeddings in the same space.

The half that reads texts and its tokenizer lie in the backbone's one file of weights. They are
loaded to embed prompts, once, and never beside the half that embeds trailers.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.base.genres import GENRES
from stages.embedding.base import Backbone
from stages.embedding.network import Network, read_tensors
from stages.embedding.records import TOKENIZER

TEXTS = "texts."
"""Before the names of the half that reads texts, in our file."""
Halves = tuple[dict[str, Tensor], dict[str, Tensor]]
CONSTANTS = ("position_ids", "token_type_ids")  # counted, not learnt; some versions write them


class LanguageNetwork(Network):
    """A network with a half that reads texts, through transformers."""

    LIBRARIES: ClassVar[tuple[str, ...]] = ("transformers",)
    longest_text: int
    """Tokens that the half which reads texts takes."""
    is_asked: bool = False
    """Whether prompts will be embedded: then that half is kept too, and its tokenizer fetched."""

    @abstractmethod
    def build_text(self) -> nn.Module:
        """The half that reads texts, with random weights."""

    @abstractmethod
    def forward_text(self, network: nn.Module, tokens: Tensor) -> Tensor:
        """Embedding of one text's tokens, (1, length) int64 -> (1, *shape), of any length."""

    @abstractmethod
    def halves(self, published: Mapping[str, Tensor]) -> Halves:
        """The published tensors of `build` and of `build_text`, under the names of each."""

    def tokens(self, tokenizer: Any, text: str) -> list[int]:
        """The numbers of a text's tokens, with those that begin and end it."""
        found: list[int] = tokenizer.encode(text).ids
        return found

    def convert(self, published: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The half that embeds trailers; where prompts are asked also the one that reads texts,
        under TEXTS, and the tokenizer's bytes."""
        ours = {n.removeprefix(TEXTS): t for n, t in published.items() if n.startswith(TEXTS)}
        both = (self.own(published), ours) if ours else self.halves(published)
        own, texts = (without_constants(half) for half in both)
        self.check_fits(own)
        if not self.is_asked:
            return own
        with torch.device("meta"):
            expected = without_constants(self.build_text().state_dict())
        odd = {(n, t.shape) for n, t in texts.items()} ^ {(n, t.shape) for n, t in expected.items()}
        if odd or TOKENIZER not in published:
            raise ValueError(f"no half that reads texts: {min(odd)[0] if odd else TOKENIZER}")
        read_tokenizer(published[TOKENIZER])  # now, not when every trailer has been embedded
        named = {TEXTS + name: tensor for name, tensor in texts.items()}
        return {**own, **named, TOKENIZER: published[TOKENIZER]}

    def is_own(self, name: str) -> bool:
        return not _is_of_texts(name)

    def is_complete(self, published: Mapping[str, Tensor]) -> bool:
        """All but the tokenizer lies in a model's first file."""
        return not self.is_asked or TOKENIZER in published

    def embed_texts(self, weights: Path, texts: Sequence[str]) -> np.ndarray:
        """Embeddings of texts, (n_texts, *shape) float32, each of length 1.

        weights: as the weights stage writes them where prompts are asked. Raises BenchmarkError for
        a text that is too long.
        """
        state = _read_texts(weights)
        tokenizer = read_tokenizer(state.pop(TOKENIZER))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        network = self.build_text()
        constants = network.state_dict().keys() - without_constants(network.state_dict()).keys()
        network.load_state_dict(
            {**state, **{name: network.state_dict()[name] for name in constants}}, strict=True
        )
        network = network.eval().requires_grad_(False)
        with torch.inference_mode():
            rows = [self._embed_text(network, tokenizer, text) for text in texts]
        return torch.cat(rows).float().numpy()

    def _embed_text(self, network: nn.Module, tokenizer: Any, text: str) -> Tensor:
        numbers = self.tokens(tokenizer, text)
        if len(numbers) > self.longest_text:
            raise BenchmarkError(
                "a prompt is too long",
                found=f"{text!r}, {len(numbers)} tokens",
                expected=f"{self.longest_text} tokens at most",
            )
        found = self.forward_text(network, torch.tensor([numbers]))
        return nn.functional.normalize(found, dim=-1)


def embed_prompts(
    network: Backbone, weights: Path, prompts: Mapping[str, Sequence[str]], where: str
) -> np.ndarray:
    """Each genre's prompts as one embedding, (n_genres, *shape) float32 of length 1: their mean.

    prompts: by genre, one or several; where: the entry of params.yaml, for messages. How CLIP's
    authors join prompts: each of unit length, averaged, and of unit length again (Radford et al.
    2021, 3.1.4).
    """
    asked = reading_texts(network, where)
    flat = [text for genre in GENRES for text in prompts[genre]]
    rows = iter(asked.embed_texts(weights, flat).astype(np.float64))
    means = [np.mean([next(rows) for _ in prompts[genre]], axis=0) for genre in GENRES]
    return np.stack([mean / np.linalg.norm(mean) for mean in means]).astype(np.float32)


def reading_texts(network: Backbone, where: str) -> LanguageNetwork:
    """A network that has prompts, as one that can be asked. Raises BenchmarkError for another.

    where: the prompts' place in params.yaml.
    """
    if not isinstance(network, LanguageNetwork):
        raise BenchmarkError(
            "prompts for a network that reads no texts",
            where=where,
            found=type(network).__module__.rpartition(".")[2],
            expected="a family that was trained with texts, such as clip, siglip or clap",
            do="leave out `prompts`",
        )
    return network


def read_tokenizer(rules: Tensor) -> Any:
    """The tokenizer of the `tokenizers` library; rules: its JSON, (n_bytes,) uint8.

    Raises ValueError for bytes that are none.
    """
    from tokenizers import Tokenizer  # comes with transformers, and takes a moment

    try:
        return Tokenizer.from_buffer(rules.numpy().tobytes())
    except Exception as error:  # the library has no class of its own
        raise ValueError(f"{TOKENIZER} is no tokenizer: {error}") from None


def without_constants(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A state dict less what is counted and not learnt, which some versions of a file have."""
    return {name: tensor for name, tensor in state.items() if not name.endswith(CONSTANTS)}


def named_as(
    expected: Iterable[str], published: Mapping[str, Tensor], prefix: str
) -> dict[str, Tensor]:
    """The published tensors whose names begin so, under the expected names: transformers 4 writes
    the prefix of a half that stands alone, 5 does not."""
    names = {name.removeprefix(prefix): name for name in expected}
    bare = {n.removeprefix(prefix): t for n, t in published.items() if n.startswith(prefix)}
    return {names.get(name, name): tensor for name, tensor in bare.items()}


def transformers(family: str) -> Any:
    """The library. Raises BenchmarkError that says how to install it."""
    try:
        return import_module("transformers")
    except ImportError:
        raise BenchmarkError(
            f"the family {family} needs transformers: "
            "run `python requirements/install.py core clap`"
        ) from None


def _is_of_texts(name: str) -> bool:
    return name.startswith(TEXTS) or name == TOKENIZER


def _read_texts(weights: Path) -> dict[str, Tensor]:
    try:
        found = read_tensors(weights, _is_of_texts)
        return {name.removeprefix(TEXTS): tensor for name, tensor in found.items()}
    except (OSError, SafetensorError) as error:
        raise BenchmarkError(
            "cannot read the weights",
            where=str(weights),
            found=" ".join(str(error).split())[:300],
            do=f"remove the file and run `{places.dvc('repro')}` to make it anew",
        ) from None

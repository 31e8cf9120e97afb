"""Networks that read texts, tiny and drawn from a seed, with the real rules of their tokenizers."""

from typing import Any

import tokenizers
import torch
import transformers
from torch import Tensor, nn

WORDS = ("a", "an", "scene", "from", "film", "the", "sound", "of", "action", "horror", "comedy")
ENCODER = {
    "hidden_size": 32,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
}
PICTURE = ENCODER | {"image_size": 32, "patch_size": 8}
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def clip_tokenizer() -> Any:
    """CLIP's byte pair encoding: a word's last letter carries a mark, two tokens end a text."""
    vocabulary = _numbered([letter + end for letter in LETTERS for end in ("", "</w>")])
    merges = _learn(vocabulary, [[*word[:-1], f"{word[-1]}</w>"] for word in WORDS])
    for mark in ("<|startoftext|>", "<|endoftext|>"):
        vocabulary[mark] = len(vocabulary)
    return transformers.CLIPTokenizer(vocab=vocabulary, merges=merges)


def roberta_tokenizer() -> Any:
    """RoBERTa's, which CLAP reads with: a word's first byte is the space before it."""
    vocabulary = _numbered(["<s>", "<pad>", "</s>", "<unk>", "<mask>", "Ġ", *LETTERS])
    merges = _learn(vocabulary, [["Ġ", *word] for word in WORDS])
    return transformers.RobertaTokenizer(vocab=vocabulary, merges=merges)


def gemma_tokenizer() -> Any:
    """Gemma's, as SigLIP 2's authors had it: a mark ends a text, and none begins it."""
    vocabulary = _numbered(["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "▁", *LETTERS])
    merges = _learn(vocabulary, [[*word, "▁"] for word in WORDS] + [[*word] for word in WORDS])
    return transformers.GemmaTokenizer(
        vocab=vocabulary,
        merges=merges,
        add_bos_token=False,
        add_eos_token=True,
        padding_side="right",
        model_input_names=["input_ids"],
    )


def modernbert_tokenizer() -> Any:
    """ModernBERT's, which PE-AV reads with: bytes, and a mark at either end of a text."""
    vocabulary = _numbered(["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]", "Ġ", *LETTERS])
    merges = _learn(vocabulary, [[*word] for word in WORDS] + [["Ġ", *word] for word in WORDS])
    rules = tokenizers.Tokenizer(tokenizers.models.BPE(vocabulary, merges, unk_token="[UNK]"))
    rules.normalizer = tokenizers.normalizers.NFC()
    rules.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    ends = [("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
    rules.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=ends
    )
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=rules, pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]"
    )


def _numbered(tokens: list[str]) -> dict[str, int]:
    return {token: number for number, token in enumerate(tokens)}


def _learn(vocabulary: dict[str, int], words: list[list[str]]) -> Any:
    """Merges that make each word whole from the left, whose pieces join the vocabulary."""
    merges: list[tuple[str, str]] = []
    for first, *pieces in words:
        whole = first
        for piece in pieces:
            if (whole, piece) not in merges:
                merges.append((whole, piece))
            whole += piece
            vocabulary.setdefault(whole, len(vocabulary))
    return merges


def published(network: nn.Module, tokenizer: Any) -> dict[str, Tensor]:
    """What is published of it: the tensors of its file, and its tokenizer's as they are read."""
    rules = bytearray(tokenizer.backend_tokenizer.to_str().encode())
    return {**network.state_dict(), "tokenizer.json": torch.frombuffer(rules, dtype=torch.uint8)}


def redrawn(network: nn.Module, seed: int = 0) -> nn.Module:
    """The same network with other numbers under every name, none of them what it starts from."""
    generator = torch.Generator().manual_seed(seed)
    state = {
        name: torch.randn(tensor.shape, generator=generator) * 0.4
        if tensor.is_floating_point()
        else tensor
        for name, tensor in network.state_dict().items()
    }
    network.load_state_dict(state)
    return network.eval()

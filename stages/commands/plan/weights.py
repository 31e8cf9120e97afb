"""Where the weights of pretrained backbones are."""

from dataclasses import replace
from pathlib import Path

from stages.base.params import MatrixParams
from stages.embedding.base import describe
from stages.embedding.records import TOKENIZER
from stages.embedding.weights.sources import WeightsConfig, locate
from stages.embedding.weights.weights_dir import weights_dir


def find_weights(matrix: MatrixParams, slug: str) -> str:
    """In words; "" if they must be downloaded. Raises BenchmarkError if they cannot be had."""
    entry = matrix.pretrained[slug]
    record = describe(entry.family, entry.model, entry.options)
    if not entry.prompts:  # a tokenizer is fetched for those alone
        more = tuple(source for source in record.more if source.file != TOKENIZER)
        record = replace(record, more=more)
    config = WeightsConfig(slug, entry.file, weights_dir())
    return locate(record, config, Path(f"data/weights/{slug}.safetensors"))

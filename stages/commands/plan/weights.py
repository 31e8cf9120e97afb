"""Where the weights of pretrained backbones are."""

from stages.base import places
from stages.base.params import MatrixParams
from stages.embedding.base import describe
from stages.embedding.weights.sources import WeightsConfig, files_of, locate
from stages.embedding.weights.weights_dir import weights_dir


def find_weights(matrix: MatrixParams, slug: str) -> str:
    """In words; "" if they must be downloaded. Raises BenchmarkError if they cannot be had."""
    entry = matrix.pretrained[slug]
    files = files_of(describe(entry.family, entry.model, entry.options), bool(entry.prompts))
    config = WeightsConfig(slug, entry.file, weights_dir())
    return locate(files, config, places.data() / f"weights/{slug}.safetensors")

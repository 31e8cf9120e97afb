"""Where that is which a backbone needs: the weights of a network, tables of published features."""

from stages.base import places
from stages.base.params import MatrixParams, PretrainedParams
from stages.commands.plan.tables import find_tables
from stages.embedding.base import describe
from stages.embedding.weights.sources import WeightsConfig, files_of, locate
from stages.embedding.weights.weights_dir import weights_dir


def find(matrix: MatrixParams, slug: str) -> str:
    """In words; "" if it must be downloaded. Raises BenchmarkError if it cannot be had.

    slug: of a backbone that is pretrained or published.
    """
    entry = matrix.backbone(slug)
    if not isinstance(entry, PretrainedParams):
        return find_tables(entry)
    files = files_of(describe(entry.family, entry.model, entry.options), bool(entry.prompts))
    config = WeightsConfig(slug, entry.file, weights_dir())
    return locate(files, config, places.data() / f"weights/{slug}.safetensors")

"""DVC stage: obtain the published weights of one backbone."""

from stages.base import places
from stages.base.console import CommandLine, run_stage, say


def main() -> None:
    parser = CommandLine(
        prog="python -m stages.weights",
        description="Obtain the published weights of one backbone of params.yaml (from the folder "
        "WEIGHTS_DIR, the Hugging Face cache, or the network), check them against weights.lock and "
        "write data/weights/<backbone>.safetensors.",
    )
    parser.add_argument("backbone", help="a name under matrix.pretrained in params.yaml")
    slug = parser.parse_args().backbone

    from stages.base.counting import counted
    from stages.base.errors import BenchmarkError
    from stages.base.params import load
    from stages.embedding.base import create_unloaded
    from stages.embedding.language import reading_texts
    from stages.embedding.network import Network
    from stages.embedding.weights.convert import write_weights
    from stages.embedding.weights.sources import WeightsConfig
    from stages.embedding.weights.weights_dir import weights_dir

    pretrained = load().matrix.pretrained
    if slug not in pretrained:
        known = ", ".join(pretrained) or "none"
        raise BenchmarkError("unknown pretrained backbone", found=slug, expected=f"one of {known}")
    entry = pretrained[slug]
    network = create_unloaded(entry.family, entry.model, entry.options)
    if not isinstance(network, Network):
        raise BenchmarkError(f"family {entry.family} takes no weights", where="params.yaml")
    if entry.prompts:
        reading_texts(network, f"params.yaml: {slug}.prompts").is_asked = True
    target = places.data() / f"weights/{slug}.safetensors"
    count = write_weights(network, WeightsConfig(slug, entry.file, weights_dir()), target)
    say(f"{target}: {counted(count, 'tensor')}, {target.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    run_stage(main)

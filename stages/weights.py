"""DVC stage: bring the published weights of one backbone."""

import argparse
from pathlib import Path

from stages.base.console import progress, run_stage, say


def main() -> None:
    parser = argparse.ArgumentParser(
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
    from stages.embedding.base import made
    from stages.embedding.network import Network
    from stages.embedding.weights.converted import bring
    from stages.embedding.weights.sources import Means, folder_of_the_person

    pretrained = load().matrix.pretrained
    if slug not in pretrained:
        known = ", ".join(pretrained) or "none"
        raise BenchmarkError("unknown pretrained backbone", found=slug, expected=f"one of {known}")
    entry = pretrained[slug]
    network = made(entry.family, entry.model, entry.options)
    if not isinstance(network, Network):
        raise BenchmarkError(f"family {entry.family} takes no weights", where="params.yaml")
    means = Means(slug, entry.file, folder_of_the_person(), watch=progress)
    target = Path(f"data/weights/{slug}.safetensors")
    count = bring(network, means, target)
    say(f"{target}: {counted(count, 'tensor')}, {target.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    run_stage(main)

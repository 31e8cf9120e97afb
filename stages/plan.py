"""List what a matrix needs and will cost, before anything runs. Not a DVC stage."""

import argparse
from pathlib import Path

from stages.base.console import progress, run_command


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m stages.plan",
        description="List every cell of the matrix with what it needs, whether that is at hand and "
        "what it costs: stages, downloads, minutes, and those that are left to do here. A backbone "
        "that never ran is timed first, which takes a few seconds. Nothing is fetched.",
    )
    parser.add_argument("set", nargs="?", help="the name of a file in sets/, as for stages.choose")
    parser.add_argument("--catalogue", type=Path, help="instead of catalogue.path")
    parser.add_argument(
        "--models", action="store_true", help="print the known models, as in docs/backbones.md"
    )
    parser.add_argument("--write", type=Path, help="put that table into this file, between marks")
    arguments = parser.parse_args()

    from stages.commands.plan.showing import MEANING, models, plan_table, write_models

    if arguments.models:
        lines = list(models())
        write_models(lines, arguments.write) if arguments.write else print("\n".join(lines))
        return

    from rich.console import Console

    from stages.base.compute import configure_torch
    from stages.base.dvc_project import workspace_hashes
    from stages.base.params import load
    from stages.base.params.sets import FOLDER, read_set
    from stages.commands.plan.costs import Recorded, count, plan
    from stages.commands.plan.finished import Finished
    from stages.commands.plan.rates import Rates
    from stages.commands.predict.record import read_yaml
    from stages.corpus.reader import read_catalogue
    from stages.embedding.base import describe
    from stages.embedding.weights.sources import WeightsConfig, locate
    from stages.embedding.weights.weights_dir import weights_dir

    configure_torch()
    params = load(chosen=arguments.set)
    matrix = params.matrix
    would_be, lock = read_yaml(Path("params.yaml")), read_yaml(Path("dvc.lock"))
    if arguments.set:
        would_be["matrix"] = read_set(Path(FOLDER), arguments.set).matrix
    if arguments.catalogue:
        would_be["catalogue"]["path"] = str(arguments.catalogue)
    trailers = read_catalogue(arguments.catalogue or Path(params.catalogue.path))

    def at_hand(slug: str) -> str:
        entry = matrix.pretrained[slug]
        record = describe(entry.family, entry.model, entry.options)
        config = WeightsConfig(slug, entry.file, weights_dir())
        return locate(record, config, Path(f"data/weights/{slug}.safetensors"))

    recorded = Recorded.read(Path("metrics"))
    rates = Rates(Path("data/store/rates.json"), params.frames, params.audio)
    with workspace_hashes() as hash_of:
        finished = Finished(lock, would_be, hash_of)
        rows = plan(matrix, trailers, recorded, rates.seconds_per_trailer, at_hand, finished)
        shown = list(progress(rows, "plan", count(matrix)))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 160
    console.print(plan_table(shown))
    console.print(MEANING)
    steps = [f"python -m stages.choose {arguments.set}"] if arguments.set else []
    path = arguments.catalogue
    steps += [f"dvc exp run -S catalogue.path={path}" if path else "dvc repro"]
    console.print("To run it:", " && ".join(steps))


if __name__ == "__main__":
    run_command(main)

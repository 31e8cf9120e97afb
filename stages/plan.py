"""List what a matrix needs and costs before it runs. Not a DVC stage."""

import sys
from functools import partial
from pathlib import Path

from stages.base import places
from stages.base.console import CommandLine, progress, run_command


def main() -> None:
    parser = CommandLine(
        prog="python -m stages.plan",
        description="List every backbone and approach that will run: what it needs, whether that "
        "is available, what it costs in stages, downloads and minutes, and how many of these are "
        "left. Backbones that are new are timed first, heads and contexts are tried, which takes a "
        "few seconds; what cannot run is listed below, exit status 1. Nothing is downloaded.",
    )
    parser.add_argument("set", nargs="?", help="the name of a file in sets/, as for stages.choose")
    parser.add_argument("--catalogue", type=Path, help="instead of catalogue.path")
    parser.add_argument(
        "--models", action="store_true", help="print the known models, as in docs/backbones.md"
    )
    parser.add_argument("--write", type=Path, help="put that table into this file, between marks")
    arguments = parser.parse_args()

    from stages.commands.plan.output import MEANING, models, plan_table, problems, write_models

    if arguments.models:
        lines = list(models())
        write_models(lines, arguments.write) if arguments.write else print("\n".join(lines))
        return

    from rich.console import Console

    from stages.base.compute import configure_torch
    from stages.base.dvc_project import workspace_hashes
    from stages.base.params import load
    from stages.base.params.sets import FOLDER, read_set, with_submitted
    from stages.commands.lock import read_yaml
    from stages.commands.plan.available import find
    from stages.commands.plan.costs import Recorded, count, plan
    from stages.commands.plan.finished import Finished
    from stages.commands.plan.optional import optional_rows
    from stages.commands.plan.rates import Rates
    from stages.commands.plan.tables import catalogue_of

    configure_torch()
    params = load(chosen=arguments.set)
    matrix, would_be, lock = params.matrix, read_yaml(places.params()), read_yaml(places.lock())
    if arguments.set:
        would_be["matrix"] = with_submitted(read_set(Path(FOLDER), arguments.set).matrix, would_be)
    if arguments.catalogue:
        would_be["catalogue"]["path"] = str(arguments.catalogue)
    trailers = catalogue_of(params, arguments.catalogue)
    available, recorded = partial(find, matrix), Recorded.read(places.metrics())
    rates = Rates(Path("data/store/rates.json"), params.frames, params.audio, params.clips)
    with workspace_hashes() as hash_of:
        finished = Finished(lock, would_be, hash_of)
        rows = plan(matrix, trailers, recorded, rates.seconds_per_trailer, available, finished)
        shown = list(progress(rows, "plan", count(matrix)))
        shown[1:1] = optional_rows(params, len(trailers), recorded, finished)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 160
    console.print(plan_table(shown))
    console.print(MEANING)
    if wrong := problems(shown):
        console.print("\nThis cannot run:", *wrong, sep="\n", markup=False, soft_wrap=True)
        sys.exit(1)
    steps = [places.command(f"choose {arguments.set}")] if arguments.set else []
    instead = places.dvc(f"exp run -S {places.option(f'catalogue.path={arguments.catalogue}')}")
    steps += [instead if arguments.catalogue else places.dvc("repro")]
    console.print("To run it:", " && ".join(steps))


if __name__ == "__main__":
    run_command(main)

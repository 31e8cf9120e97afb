"""Ask a backbone family what a reviewer would ask. Not a DVC stage."""

import sys

from stages.base.console import CommandLine, run_command


def main() -> None:
    parser = CommandLine(
        prog="python -m stages.check_family",
        description="Check a backbone family, each model of it: shapes, determinism, that no item "
        "depends on its batch, silence and black pictures, its record and licence; and measure "
        "what it costs here. Networks get random weights. docs/backbones.md says more.",
        epilog="Runs the code that it is given: your own. Exits with 1 if any check fails.",
    )
    parser.add_argument(
        "family", help="a Python file; package:NAME; or a family that the project has, by its name"
    )
    parser.add_argument("--model", help="of the family; all by default")
    arguments = parser.parse_args()

    from stages.base.compute import configure_torch
    from stages.base.errors import BenchmarkError
    from stages.base.params import load
    from stages.commands.families.contract import Check, Contract
    from stages.commands.families.finding import find_families
    from stages.commands.families.measuring import check_speed, load_and_weigh
    from stages.commands.families.output import as_text
    from stages.embedding.base import create_unloaded, family

    params = load()
    configure_torch()
    failed = False
    for name in find_families(arguments.family):
        known = list(family(name).RECORDS)
        for model in known if arguments.model is None else [arguments.model]:
            checks: list[Check] = []
            try:
                backbone = create_unloaded(name, model)
                megabytes = load_and_weigh(backbone)
                checks += Contract(backbone).run()
                checks.append(check_speed(backbone, params.frames, params.audio))
                checks.append(Check("memory", True, f"{megabytes:.0f} MB with one item, at most"))
            except BenchmarkError as error:
                checks.append(Check("code", False, str(error), "correct the file"))
            failed |= not all(check.passed for check in checks)
            print(as_text(name, model, checks), end="\n\n")
    sys.exit(failed)


if __name__ == "__main__":
    run_command(main)

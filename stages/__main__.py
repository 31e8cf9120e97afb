"""Every command under one name: `trailer-genres plan` does what `python -m stages.plan` does."""

import argparse
import os
import sys
from pathlib import Path

from stages.base.console import run_command
from stages.base.errors import BenchmarkError

COMMANDS = {
    "plan": "list what a matrix needs and what it will cost, before anything runs",
    "choose": "write a set of approaches into params.yaml",
    "collect": "write a catalogue from what a source publishes",
    "ledger": "list the trailers that could not be used, each with its reason",
    "results": "print the results of the last run",
    "report": "render the site from metrics/",
    "predict": "score the genres of trailers of your own",
    "transcribe": "print what is said in videos of your own",
    "store": "show what the store holds, and drop what no corpus needs any more",
    "diff": "show which approaches changed between two revisions",
}
PROJECT = ("params.yaml", "dvc.yaml")  # what makes a folder one that commands run in


def main() -> None:
    folder = Path(__file__).parent
    stages = sorted(
        path.stem for path in folder.glob("[!_]*.py") if path.stem not in COMMANDS
    )  # fmt: skip
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {what}" for name, what in COMMANDS.items()]
    parser = argparse.ArgumentParser(
        prog=name if (name := Path(sys.argv[0]).stem) == "trailer-genres" else "python -m stages",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Run a command of the benchmark, in the project's folder.",
        epilog="\n".join(
            [
                "commands (each explains itself: COMMAND --help):",
                *lines,
                "",
                "stages, which `dvc repro` runs as needed:",
                f"  {' '.join(stages)}",
            ]
        ),
    )
    parser.add_argument("command", choices=[*COMMANDS, *stages], metavar="COMMAND")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="those of the command")
    given = parser.parse_args(sys.argv[1:] or ["--help"])
    missing = [name for name in PROJECT if not Path(name).is_file()]
    if missing:
        raise BenchmarkError(
            "this is not a project folder",
            where=str(Path.cwd()),
            found=f"no {' and no '.join(missing)}",
            expected="a clone of the repository, which has both",
            do="change into your clone and run the command there",
        )
    # the folder's own code, as `dvc repro` runs it, whichever clone this script was installed from
    os.execv(sys.executable, [sys.executable, "-m", f"stages.{given.command}", *given.arguments])


def script() -> None:
    """The console script."""
    run_command(main)


if __name__ == "__main__":
    script()

"""Write a catalogue from what a source publishes: `python -m stages.collect SOURCE --help`."""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from stages.base.console import CommandLine, progress, run_command, say

SOURCES = ("movielens", "mmtf14k", "movienet", "trailers12k", "tmdb")


def main() -> None:
    as_written = argparse.RawDescriptionHelpFormatter
    parser = CommandLine(
        prog="python -m stages.collect",
        formatter_class=as_written,
        description="Write a catalogue from what a source publishes. What is kept, and what is "
        "dropped\nfor which reason, is counted on standard error.",
        epilog="examples: python -m stages.collect SOURCE --help",
    )
    commands = parser.add_subparsers(
        title="sources", dest="source", required=True, parser_class=argparse.ArgumentParser
    )
    for name in SOURCES:
        source = import_module(f"stages.collecting.{name}")
        each = commands.add_parser(
            name,
            help=source.SUMMARY,
            description=source.__doc__,
            epilog=f"examples:\n\n{source.EXAMPLES}",
            formatter_class=as_written,
        )
        source.add_arguments(each)
        each.add_argument("-o", "--output", type=Path, metavar="PATH", help="default: printed")
        each.add_argument("--dropped", type=Path, metavar="PATH", help="a CSV of what was dropped")
        each.add_argument("--corpus", metavar="NAME", default=argparse.SUPPRESS, help="see above")
    arguments = parser.parse_args()

    from stages.base.files import write
    from stages.base.tables import write_csv
    from stages.collecting.output import DROPPED

    source = import_module(f"stages.collecting.{arguments.source}")
    found = source.run(arguments, progress)
    if arguments.dropped:
        write_csv(found.dropped_rows(), DROPPED, arguments.dropped)
    if arguments.output:
        write(found.text, arguments.output)
    else:
        sys.stdout.write(found.text.decode())
    say("\n".join(found.summary))


if __name__ == "__main__":
    run_command(main)

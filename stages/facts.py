"""Write what machines read of a corpus: results.json and croissant.json. Not a DVC stage."""

from stages.base import places
from stages.base.console import CommandLine, run_command, say


def main() -> None:
    CommandLine(
        prog="python -m stages.facts",
        description="Write metrics/<corpus>/croissant.json, which describes the corpus by the "
        "Croissant format, and results.json, which has a record for each approach with all of its "
        "numbers. Both are made from metrics/ alone; `make report` runs this.",
    ).parse_args()

    from stages.commands.facts.output import write_facts

    for path in write_facts(places.corpus()):
        say(f"facts: wrote {path}")


if __name__ == "__main__":
    run_command(main)

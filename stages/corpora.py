"""List the corpora, add one, or renew their pipelines. Not a DVC stage."""

from stages.base import places
from stages.base.console import CommandLine, run_command, say


def main() -> None:
    parser = CommandLine(
        prog="python -m stages.corpora",
        description="List the corpora of this project. Each has its films, its parameters and its "
        "results: the default one at the top of the project, any other in corpora/<name>/.",
        epilog="`make report CORPUS=NAME` runs one and renders the site.",
    )
    parser.add_argument("--new", metavar="NAME", help="add a corpus with the default parameters")
    parser.add_argument("--catalogue", metavar="FILE", help="its films, as a catalogue lists them")
    parser.add_argument(
        "--write",
        action="store_true",
        help="renew every corpora/*/dvc.yaml after dvc.yaml changed; with --corpus, write also "
        "that of a corpus which has none, since it was never run",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="say whether the catalogue of --corpus is here, and what to do where it is not",
    )
    arguments = parser.parse_args()
    if bool(arguments.new) != bool(arguments.catalogue):
        parser.error("--new and --catalogue go together")

    from rich.console import Console
    from rich.table import Table

    from stages.commands.corpora import corpora

    if arguments.check:
        corpora.check_catalogue()
        return
    if arguments.write:
        changed = corpora.write_pipelines()
        say("\n".join(f"wrote {places.pipeline(name)}" for name in changed) or "nothing to renew")
        return
    if arguments.new:
        path = corpora.add(arguments.new, arguments.catalogue)
        say(f"wrote {path} and the dvc.yaml beside it; `git add {path.parent}` keeps them")
        say(f"to run it: make report CORPUS={arguments.new}")
        return
    table = Table("corpus", "films", "run here", "results")
    for each in corpora.describe():
        table.add_row(each.name, each.films, *_yes_or_no(each.has_data, each.has_results))
    Console(highlight=False).print(table)


def _yes_or_no(*answers: bool) -> list[str]:
    return ["yes" if answer else "no" for answer in answers]


if __name__ == "__main__":
    run_command(main)

"""Stage report: metrics/, docs/ and report/ become report/_site/, what is stale of it."""

from pathlib import Path

from stages.base import places
from stages.base.console import CommandLine, run_command, say


def main() -> None:
    parser = CommandLine(
        prog="python -m stages.report",
        description="Render the pages of a corpus from its metrics/, then those of other corpora "
        "and the home, what is stale of them, into report/_site: with Quarto where there is one, "
        "else as a preview of the same pages.",
    )
    parser.add_argument(
        "--pipeline", type=Path, metavar="SVG", help="instead, draw the stages of dvc.yaml as SVG"
    )
    arguments = parser.parse_args()
    if arguments.pipeline:
        from stages.base.files import write
        from stages.rendering.diagram import diagram
        from stages.rendering.pipeline import read_declared

        write(diagram(read_declared(Path())), arguments.pipeline)
        say(f"report: drew the pipeline in {arguments.pipeline}")
        return
    from stages.commands.facts.output import write_facts
    from stages.rendering import freshness, quarto

    write_facts(places.corpus())  # the pages offer them for download
    executable = quarto.find()
    if executable is None:
        say("report: no working quarto (1.4 or later) found, rendering the preview of the pages")
    else:
        say(f"report: rendering with {executable}")
    report, chosen = Path("report"), places.metrics()
    rendered = freshness.refresh(report, chosen.parent, executable, chosen.name, say)
    if not rendered:
        say("report: every page is up to date")
    say(f"report: open {report / '_site' / 'index.html'}")


if __name__ == "__main__":
    run_command(main)  # not recorded: rendering must not change what it renders

"""Stage report: metrics/, docs/ and report/ become report/_site/."""

from pathlib import Path

from stages.base import places
from stages.base.console import CommandLine, run_command, say


def main() -> None:
    parser = CommandLine(
        prog="python -m stages.report",
        description="Render report/_site from metrics/ and docs/: with Quarto where there is one, "
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
    from stages.rendering import quarto, site

    executable = quarto.find()
    if executable is None:
        say("report: no working quarto (1.4 or later) found, rendering the preview of the pages")
    else:
        say(f"report: rendering with {executable}")
    folder = site.render(Path("report"), places.metrics(), executable)
    say(f"report: open {folder / 'index.html'}")


if __name__ == "__main__":
    run_command(main)  # not recorded: rendering must not change what it renders

"""Print the results in metrics/, and where the report is. Not a DVC stage."""

from pathlib import Path

from stages.base import places
from stages.base.console import CommandLine, run_command, say


def main() -> None:
    parser = CommandLine(
        prog="python -m stages.results",
        description="Print a short table of the results in metrics/ and the path of the report.",
    )
    parser.parse_args()
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from stages.rendering.summary import read

    results = read(places.metrics())
    if Path("data/splits.parquet").exists():
        say("data/ now has a folder for each corpus: all else but data/store can be deleted there")
    console = Console(highlight=False)
    table = Table("approach", "input", box=None, pad_edge=False)
    for heading in ("macro AP", "95% interval"):
        table.add_column(heading, justify="right")
    for row in results.rows:
        table.add_row(*map(escape, row))
    console.print(table)
    for line in results.lines:
        console.print(escape(line), soft_wrap=True)
    if results.sample:
        console.print("Rendered sample corpus: these are not films.")
    site = Path("report/_site/index.html")
    if site.exists():
        console.print(f"Report: {site}", soft_wrap=True)


if __name__ == "__main__":
    run_command(main)

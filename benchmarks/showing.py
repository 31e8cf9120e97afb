"""The table of results, for a terminal and for docs/benchmarks.md."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from report.tables.bench import HEADINGS, cells, commits
from stages.commands.plan.output import write_between

BEGIN, END = "<!-- bench -->", "<!-- /bench -->"


def table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Rows of bench.json as one reads them in a terminal; notes below their row."""
    shown = Table(box=None, pad_edge=False)
    for heading in HEADINGS:
        right = heading in ("times as fast", "goal")
        shown.add_column(heading, justify="right" if right else "left", overflow="fold")
    for row in rows:
        style = "red" if row["met"] is False else None
        shown.add_row(*map(escape, cells(row)), style=style)
        if row["note"]:
            shown.add_row("", "", "", f"[dim]{escape(row['note'])}[/dim]")
    return shown


def markdown(bench: Mapping[str, Any]) -> Iterator[str]:
    """The same as lines of Markdown, notes numbered below, and what it was measured on."""
    yield f"| {' | '.join([*HEADINGS, 'note'])} |"
    yield "|---|---|---|---|---:|---|---:|---|---:|"
    notes = list(dict.fromkeys(row["note"] for row in bench["rows"] if row["note"]))
    for row in bench["rows"]:
        number = str(notes.index(row["note"]) + 1) if row["note"] else ""
        yield "| " + " | ".join([*map(_plain, cells(row)), number]) + " |"
    if notes:
        yield ""
        yield from (f"{number}. {_plain(note)}" for number, note in enumerate(notes, start=1))
    machine = bench["machine"]
    yield ""
    yield (
        f"Measured on {machine['cores']} cores of {_plain(machine['processor'])}, at commit "
        f"{_plain(commits(bench))}, in {bench['seconds'] / 60:.0f} minutes."
    )


def write_page(bench: Mapping[str, Any], path: Path) -> None:
    """Put the table between its marks in a Markdown file; raises BenchmarkError without them."""
    write_between(BEGIN, END, list(markdown(bench)), path)


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")

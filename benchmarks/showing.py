"""The table of results, for a terminal and for docs/benchmarks.md."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from benchmarks import soak, tables
from benchmarks.tables import HEADINGS, cells, commits, plain
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
        yield "| " + " | ".join([*map(plain, cells(row)), number]) + " |"
    if notes:
        yield ""
        yield from (f"{number}. {plain(note)}" for number, note in enumerate(notes, start=1))
    machine = bench["machine"]
    yield ""
    yield (
        f"Measured on {machine['cores']} cores of {plain(machine['processor'])}, at commit "
        f"{plain(commits(bench))}, in {bench['seconds'] / 60:.0f} minutes."
    )


def write_page(bench: Mapping[str, Any], path: Path) -> None:
    """Put the table between its marks in a Markdown file; raises BenchmarkError without them."""
    write_between(BEGIN, END, list(markdown(bench)), path)


def write_measurements(results: Path, path: Path) -> None:
    """Put what other benchmarks measured between their marks in a Markdown file.

    results: the folder of their files; one that is not there leaves its place as it is.
    """
    for name, lines in MEASURED.items():
        kept = results / f"{name}.json"
        if kept.is_file():
            shown = list(lines(json.loads(kept.read_text(encoding="utf-8"))))
            write_between(f"<!-- {name} -->", f"<!-- /{name} -->", shown, path)


def _edit_loop(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"On {found['films']} rendered films:"
    yield ""
    yield from tables.markdown(tables.edits(found["runs"]))
    if missed := tables.missed(found["runs"]):
        yield ""
        yield from (f"- {plain(note)}" for note in missed)


MEASURED: Mapping[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    "edit_loop": _edit_loop,
    "key_frames": lambda found: tables.markdown(tables.key_frames(found["approaches"])),
    "memory": lambda found: tables.markdown(tables.memory(found["peaks"])),
    "soak": lambda found: iter(soak.said(found)),
}

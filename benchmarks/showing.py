"""The table of results, for a terminal and for README."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from stages.planning.showing import write_between

BEGIN, END = "<!-- bench -->", "<!-- /bench -->"
HEADINGS = ("case", "what", "on", "against", "times as fast", "by", "goal", "met")
MET = {True: "yes", False: "no", None: ""}


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
        f"{_plain(bench['commit'])}, in {bench['seconds'] / 60:.0f} minutes."
    )


def cells(row: Mapping[str, Any]) -> list[str]:
    """A row's texts, in the order of HEADINGS."""
    ratio = row["ratio"]
    spread = "–"
    if ratio:
        spread = _number(ratio["median"])
        if row["rounds"] > 1:
            spread += f" ({_number(ratio['min'])} to {_number(ratio['max'])})"
    goal = "" if row["goal"] is None else f"≥ {_number(row['goal'])}"
    by = {"cpu": "CPU time", "wall": "clock"}[row["by"]] if ratio else ""
    texts = [row[name] for name in ("case", "what", "input", "against")]
    return [*texts, spread, by, goal, MET[row["met"]]]


def write_readme(bench: Mapping[str, Any], path: Path) -> None:
    """Put the table between its marks in a Markdown file; raises BenchmarkError without them."""
    write_between(BEGIN, END, list(markdown(bench)), path)


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")

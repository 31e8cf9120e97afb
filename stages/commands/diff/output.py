"""The differences as a table, as Markdown for a pull request, as JSON and as an HTML page."""

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from rich.table import Table
from rich.text import Text

from stages.base.counting import counted
from stages.commands.diff.differences import COLUMNS, UNCHANGED, Row
from stages.commands.diff.revisions import Overlap
from stages.judging.verdicts import BETTER, UNDECIDED, WORSE

PAGE = Path(__file__).with_name("page.html")
ROW, LEFT, WIDTH = 24, 240, 760  # pixels of the drawing
SHADE = {BETTER: "#009e73", WORSE: "#d55e00", UNDECIDED: "#848a93"}
HEADS = ("approach", "before", "after", "difference (95% interval)", "Holm's p", "verdict")
MEANING = (
    "Macro average precision, paired by film. Better or worse: the 95% interval excludes zero and "
    "Holm's p over all approaches that changed is below 0.05. With fewer than judging.min_films "
    "films there is neither interval nor verdict."
)


def summary(rows: Sequence[Row]) -> str:
    """How many changed, in one sentence."""
    counts = {
        verdict: sum(row["verdict"] == verdict for row in rows) for verdict in (BETTER, WORSE)
    }
    changed = sum(row["verdict"] != UNCHANGED for row in rows)
    return (
        f"{counted(len(rows), 'approach')} compared: {changed} changed, {counts[BETTER]} clearly "
        f"better, {counts[WORSE]} clearly worse"
    )


def table(rows: Sequence[Row]) -> Table:
    """What changed, the largest difference first."""
    found = Table(box=None, pad_edge=False)
    for head in HEADS:
        found.add_column(head, justify="left" if head in ("approach", "verdict") else "right")
    for row in changes(rows):
        style = {BETTER: "bold green", WORSE: "bold red"}.get(row["verdict"], "")
        found.add_row(*(Text(cell, style) for cell in _cells(row)))
    return found


def unchanged(rows: Sequence[Row]) -> str:
    """The approaches with identical scores, "" if there is none."""
    names = [row["approach"] for row in rows if row["verdict"] == UNCHANGED]
    return f"unchanged: {', '.join(names)}" if names else ""


def markdown(before: str, after: str, rows: Sequence[Row], common: Overlap) -> str:
    """Markdown for a pull request."""
    lines = [
        f"### What changed from {_code(before)} to {_code(after)}",
        "",
        f"{summary(rows)}.",
        "",
    ]
    if changes(rows):
        lines += [f"| {' | '.join(HEADS)} |", "|---|---:|---:|---:|---:|---|"]
        for row in changes(rows):
            cells = _cells(row)
            if row["verdict"] in (BETTER, WORSE):
                cells[-1] = f"**{cells[-1]}**"
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    notes = [*common.notes, unchanged(rows), f"{counted(len(common.film_id), 'film')}. {MEANING}"]
    return "\n".join([*lines, *(f"- {_plain(note)}" for note in notes if note)]) + "\n"


def as_json(before: str, after: str, rows: Sequence[Row], common: Overlap) -> str:
    """Everything as JSON; null where an unchanged approach has no value."""
    found: dict[str, Any] = {
        "before": before,
        "after": after,
        "films": len(common.film_id),
        "notes": list(common.notes),
        "approaches": [{name: row.get(name) for name in COLUMNS} for row in rows],
    }
    return json.dumps(found, indent=2) + "\n"


def page(before: str, after: str, rows: Sequence[Row], common: Overlap) -> str:
    """An HTML page without scripts: a drawing of the intervals, and the table."""
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in HEADS)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in _cells(row))}</tr>"
        for row in changes(rows)
    )
    notes = [*common.notes, unchanged(rows), f"{counted(len(common.film_id), 'film')}. {MEANING}"]
    return Template(PAGE.read_text(encoding="utf-8")).substitute(
        before=escape(before),
        after=escape(after),
        summary=escape(summary(rows)),
        drawing=_drawing(changes(rows)),
        table=f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if body else "",
        notes="".join(f"<p>{escape(note)}</p>" for note in notes if note),
    )


def changes(rows: Sequence[Row]) -> list[Row]:
    """The approaches that changed, the largest difference first."""
    moved = [row for row in rows if row["verdict"] != UNCHANGED]
    return sorted(moved, key=lambda row: -abs(row["difference"]))


def _cells(row: Row) -> list[str]:
    judged = "low" in row
    return [
        row["approach"],
        f"{row['before']:.3f}",
        f"{row['after']:.3f}",
        f"{row['difference']:+.3f}{_spread(row) if judged else ''}",
        f"{row['p_holm']:.3f}" if judged else "–",
        row["verdict"],
    ]


def _spread(row: Row) -> str:
    return f" ({row['low']:+.3f} to {row['high']:+.3f})"


def _drawing(rows: Sequence[Row]) -> str:
    rows = [row for row in rows if "low" in row]
    if not rows:
        return ""
    reach = max(max(abs(row["low"]), abs(row["high"]), 0.001) for row in rows)
    middle, scale = (LEFT + WIDTH) / 2, (WIDTH - LEFT) / 2 / reach
    height = ROW * len(rows) + ROW
    parts = [
        f'<line class="zero" x1="{middle:.1f}" x2="{middle:.1f}" y1="0" y2="{height - ROW}"/>',
        f'<text x="{LEFT}" y="{height - 6}">{-reach:+.3f}</text>',
        f'<text class="middle" x="{middle:.1f}" y="{height - 6}">0</text>',
        f'<text class="end" x="{WIDTH}" y="{height - 6}">{reach:+.3f}</text>',
    ]
    for number, row in enumerate(rows):
        y, colour = ROW * number + ROW / 2, SHADE[row["verdict"]]
        low, at, high = (middle + row[k] * scale for k in ("low", "difference", "high"))
        parts.append(
            f"<g><title>{escape(' · '.join(_cells(row)))}</title>"
            f'<text x="0" y="{y + 4}">{escape(row["approach"])}</text>'
            f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}" stroke="{colour}"/>'
            f'<circle cx="{at:.1f}" cy="{y}" r="5" fill="{colour}"/></g>'
        )
    label = "difference in macro average precision of each approach, with its interval"
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" role="img" aria-label="{label}">'
        f"{''.join(parts)}</svg>"
    )


def _code(name: str) -> str:
    return f"`{name.replace('`', '')}`"


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")

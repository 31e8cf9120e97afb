"""The pipeline as an SVG for the guide: one box a stage, an arrow to what needs it."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from statistics import mean
from typing import Any

BOX, LANE, GAP = 178, 10, 18  # pixels: a box's width, a passing line's, between them
HIGH, STEP, MARGIN = 44, 84, 10  # a box's height, from row to row, around the whole
SWEEPS = 8  # over the rows, each time ordering them by their neighbours
STYLE = (
    "text { font: 13px system-ui, sans-serif; fill: #1b2733; text-anchor: middle; }"
    " .name { font-weight: 600; } .each { font-size: 11px; fill: #56616d; }"
    " rect { fill: #fff; stroke: #56616d; } .many { fill: #eef4fa; stroke: #0072b2; }"
    " path { fill: none; stroke: #848a93; stroke-width: 1.5; } .end { marker-end: url(#tip); }"
)
Node = tuple[str, str, int]  # a stage (name, "", row), or a line that passes a row (from, to, row)


def diagram(stages: Sequence[Mapping[str, Any]]) -> str:
    """The SVG. stages: as `pipeline.read_declared` reads them."""
    row = {stage["name"]: stage["row"] for stage in stages}
    lines = [
        [(other, "", row[other])]
        + [(other, stage["name"], at) for at in range(row[other] + 1, row[stage["name"]])]
        + [(stage["name"], "", row[stage["name"]])]
        for stage in stages
        for other in stage["after"]
    ]
    rows = _ordered([(stage["name"], "", stage["row"]) for stage in stages], lines)
    width = max(_width(nodes) for nodes in rows) + 2 * MARGIN
    height = len(rows) * STEP - (STEP - HIGH) + 2 * MARGIN
    x: dict[Node, float] = {}
    for nodes in rows:
        left = (width - _width(nodes)) / 2
        for node in nodes:
            x[node] = left + (LANE if node[1] else BOX) / 2
            left += (LANE if node[1] else BOX) + GAP
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img">',
        "<title>The stages of dvc.yaml, each below those it needs</title>",
        f"<style>{STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" '
        'style="fill:#848a93;stroke:none"/></marker></defs>',
        f'<rect width="{width}" height="{height}" style="stroke:none"/>',  # for dark pages
    ]
    for line in lines:
        drawn.append(f'<path class="end" d="{_curve(line, x)}"/>')
    for stage in stages:
        drawn += _box(stage, x[stage["name"], "", stage["row"]])
    return "\n".join([*drawn, "</svg>"]) + "\n"


def _ordered(stages: list[Node], lines: list[list[Node]]) -> list[list[Node]]:
    """The nodes of each row from left to right, so that lines cross less: by barycentres."""
    nodes = list(dict.fromkeys([*stages, *(node for line in lines for node in line)]))
    rows = [[node for node in nodes if node[2] == at] for at in range(1 + max(n[2] for n in nodes))]
    beside: dict[Node, list[Node]] = {node: [] for node in nodes}
    for line in lines:
        for one, other in pairwise(line):
            beside[one].append(other)
            beside[other].append(one)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for at in range(len(rows)) if down else reversed(range(len(rows))):
            place = {n: (i + 0.5) / len(r) for r in rows for i, n in enumerate(r)}
            near = {
                node: mean([place[o] for o in beside[node] if (o[2] < at) == down] or [place[node]])
                for node in rows[at]
            }
            rows[at].sort(key=near.__getitem__)
    return rows


def _width(nodes: list[Node]) -> int:
    return sum(LANE if node[1] else BOX for node in nodes) + GAP * (len(nodes) - 1)


def _curve(line: list[Node], x: Mapping[Node, float]) -> str:
    """From the foot of a box through the rows it passes to the head of another."""
    top = MARGIN + line[0][2] * STEP + HIGH
    path = f"M{x[line[0]]:g} {top}"
    for before, node in pairwise(line):
        head = MARGIN + node[2] * STEP
        bend = (STEP - HIGH) / 2
        path += f"C{x[before]:g} {head - bend:g} {x[node]:g} {head - bend:g} {x[node]:g} {head}"
        path += f"V{head + HIGH}" if node[1] else ""
    return path


def _box(stage: Mapping[str, Any], x: float) -> list[str]:
    """A box, and a second edge behind it where the stage runs for each entry of a section."""
    left, y = x - BOX / 2, MARGIN + stage["row"] * STEP
    middle = y + HIGH // 2 + (-3 if stage["each"] else 5)
    name = f'<text class="name" x="{x:g}" y="{middle}">{escape(stage["name"])}</text>'
    shape = f'width="{BOX}" height="{HIGH}" rx="5"'
    if not stage["each"]:
        return [f'<rect x="{left:g}" y="{y}" {shape}/>', name]
    section = stage["each"].rpartition(".")[2]
    return [
        *(f'<rect x="{left + by:g}" y="{y + by}" {shape} class="many"/>' for by in (3, 0)),
        name,
        f'<text class="each" x="{x:g}" y="{middle + 15}">one per entry of {escape(section)}</text>',
    ]

"""The pipeline drawn: one point a stage, one line a need that no other line implies."""

from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter
from statistics import mean
from typing import Any

import altair as alt
import pandas as pd

from report.figures.style import finish

LAYER = 52  # pixels from one row of stages to the next


def pipeline(stages: Sequence[Mapping[str, Any]]) -> Any:
    """stages: name, cells, needs (names of others among them). At least one."""
    needs = {stage["name"]: set(stage["needs"]) for stage in stages}
    depth: dict[str, int] = {}
    for name in TopologicalSorter(needs).static_order():
        depth[name] = 1 + max((depth[other] for other in needs[name]), default=-1)
    direct = {name: needs[name] - _implied(name, needs) for name in needs}
    rows = [[name for name in needs if depth[name] == at] for at in range(max(depth.values()) + 1)]
    place: dict[str, float] = {}
    for row in rows:  # below what it needs, so that lines cross less
        above = {n: mean([place[other] for other in direct[n]] or [0.5]) for n in row}
        for position, name in enumerate(sorted(row, key=above.__getitem__)):
            place[name] = (position + 1) / (len(row) + 1)
    nodes = pd.DataFrame(
        {
            "stage": list(needs),
            "x": [place[name] for name in needs],
            "y": [depth[name] for name in needs],
            "cells": [stage["cells"] for stage in stages],
            "needs": [", ".join(stage["needs"]) or "the catalogue's file" for stage in stages],
        }
    )
    nodes["text"] = [
        f"{name} × {cells}" if cells > 1 else name
        for name, cells in zip(nodes["stage"], nodes["cells"], strict=True)
    ]
    lines = pd.DataFrame(
        [
            {"x": place[other], "y": depth[other], "x2": place[name], "y2": depth[name]}
            for name, others in direct.items()
            for other in sorted(others)
        ],
        columns=pd.Index(["x", "y", "x2", "y2"]),
    )
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, 1]), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[len(rows) - 0.5, -0.5]), axis=None)
    base = alt.Chart(nodes).encode(x=x, y=y, tooltip=["stage:N", "cells:Q", "needs:N"])
    chart = alt.layer(
        alt.Chart(lines)
        .mark_rule(strokeWidth=1.5, opacity=0.7)
        .encode(x=x, y=y, x2="x2:Q", y2="y2:Q"),
        base.mark_point(filled=True, size=60, opacity=1),
        base.mark_text(dy=-12, fontSize=12).encode(text="text:N"),
    )
    total = int(nodes["cells"].sum())
    spoken = "; ".join(f"{row['stage']} needs {row['needs']}" for row in nodes.to_dict("records"))
    return finish(
        chart,
        f"{total} stages in {len(rows)} steps, from a catalogue to this site",
        f"The pipeline's stages. {spoken}.",
        height=LAYER * len(rows),
        subtitle="× n: one stage an entry of the matrix; lines that others imply are left out",
    )


def _implied(name: str, needs: Mapping[str, set[str]]) -> set[str]:
    """What a stage needs through another of its needs already."""
    found: set[str] = set()
    todo = [further for other in needs[name] for further in needs[other]]
    while todo:
        other = todo.pop()
        if other not in found:
            found.add(other)
            todo += needs[other]
    return found

"""The pipeline drawn: one point a stage, one line a need that no other line implies."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from report.figures.style import finish

LAYER = 52  # pixels from one row of stages to the next


def pipeline(stages: Sequence[Mapping[str, Any]]) -> Any:
    """stages: those of pipeline.json, name, cells, needs, after, row and x. At least one."""
    of = {stage["name"]: stage for stage in stages}
    n_rows = 1 + max(stage["row"] for stage in stages)
    nodes = pd.DataFrame(
        {
            "stage": list(of),
            "x": [stage["x"] for stage in stages],
            "y": [stage["row"] for stage in stages],
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
            {"x": of[other]["x"], "y": of[other]["row"], "x2": stage["x"], "y2": stage["row"]}
            for stage in stages
            for other in stage["after"]
        ],
        columns=pd.Index(["x", "y", "x2", "y2"]),
    )
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, 1]), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[n_rows - 0.5, -0.5]), axis=None)
    base = alt.Chart(nodes).encode(x=x, y=y, tooltip=["stage:N", "cells:Q", "needs:N"])
    chart = alt.layer(
        alt.Chart(lines).mark_rule(strokeWidth=1.5).encode(x=x, y=y, x2="x2:Q", y2="y2:Q"),
        base.mark_point(filled=True, size=60, opacity=1),
        base.mark_text(dy=-12, fontSize=12).encode(text="text:N"),
    )
    total = int(nodes["cells"].sum())
    spoken = "; ".join(f"{row['stage']} needs {row['needs']}" for row in nodes.to_dict("records"))
    return finish(
        chart,
        f"{total} stages in {n_rows} steps, from the catalogue to this site",
        f"The pipeline's stages. {spoken}.",
        height=LAYER * n_rows,
        subtitle="× n: one stage per entry of the matrix; implied lines are left out",
    )

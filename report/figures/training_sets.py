"""The figure of scores by how many films were learnt from."""

from typing import Any

import altair as alt
import pandas as pd

from report.figures.style import INTERVAL, NAMES, colour, finish, shape
from report.text import number, quoted

BESIDE = {"picture": 0.97, "sound": 1.0, "both": 1.03}  # so that intervals are not one on another
BESIDE |= {"words": 1.06, "all": 1.09}
AP = "macro AP (1 = perfect)"


def training_sets(rows: pd.DataFrame, chance: float) -> Any:
    """Macro AP by films to learn from. rows: approach, modality, films, draws, macro_ap, lo, hi."""
    rows = rows.assign(place=rows["films"] * rows["modality"].map(BESIDE))
    sizes = sorted({int(films) for films in rows["films"]})
    last = rows.groupby("approach", sort=False).tail(1)
    ends = [min(sizes) * 0.9, max(sizes) * 1.1]
    axis = alt.Axis(values=sizes, format="d", labelOverlap=True)
    x = alt.X(
        "place:Q",
        title="films to learn from (log scale)",
        scale=alt.Scale(type="log", domain=ends, nice=False),
        axis=axis,
    )
    scale = alt.Scale(zero=False)
    tooltip = [
        alt.Tooltip("approach:N"),
        alt.Tooltip("films:Q", format="d", title="films to learn from"),
        alt.Tooltip("draws:Q", format="d"),
        alt.Tooltip("macro_ap:Q", format=".3f", title="macro AP"),
        alt.Tooltip("lo:Q", format=".3f", title="95% of draws from"),
        alt.Tooltip("hi:Q", format=".3f", title="to"),
    ]
    base = alt.Chart(rows).encode(x=x, color=colour(), tooltip=tooltip)
    y = alt.Y("macro_ap:Q", title=AP, scale=scale)
    drawn = base.transform_filter("isValid(datum.lo)")
    flat = alt.Chart(pd.DataFrame({"macro_ap": [chance]}))
    chart = alt.layer(
        flat.mark_rule(strokeDash=[4, 3], strokeWidth=1.5).encode(y=y),
        drawn.mark_rule(**INTERVAL).encode(y=alt.Y("lo:Q", title=AP, scale=scale), y2="hi:Q"),
        base.mark_line(strokeWidth=2).encode(y=y),
        base.mark_point(filled=True, size=80, opacity=1).encode(y=y, shape=shape()),
    )
    said = "; ".join(
        f"{each['approach']} "
        + ", ".join(
            f"{number(row['macro_ap'])} of {int(row['films'])}"
            for row in rows[rows["approach"] == each["approach"]].to_dict("records")
        )
        for each in last.to_dict("records")
    )
    return finish(
        chart,
        _title(rows),
        f"Macro AP by films to learn from. {said}. Chance {number(chance)}.",
        height=260,
        subtitle="The same films are judged at every size; the last one is the whole training set",
        keys=[*(m for m in NAMES if m in set(rows["modality"])), "interval", "chance"],
    )


def _title(rows: pd.DataFrame) -> str:
    """What the last doubling of the films brought, of the approach that has most to go by."""
    leading = rows[rows["approach"] == rows["approach"].iloc[-1]]
    if len(leading) < 2:
        return "Too few films for a smaller training set"
    before, after = leading.iloc[-2], leading.iloc[-1]
    return (
        f"From {int(before['films'])} to {int(after['films'])} films {quoted(after['approach'])} "
        f"goes from {number(before['macro_ap'])} to {number(after['macro_ap'])}"
    )

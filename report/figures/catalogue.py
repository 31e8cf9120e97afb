"""Figures of the catalogue: how far two sources of its genres agree."""

from typing import Any

import altair as alt
import pandas as pd

from report.figures.style import PROBABILITY, ROW, TENTHS, finish
from report.text import interval, number


def label_agreement(rows: pd.DataFrame) -> Any:
    """F1 of a second source by genre, the best first. rows: of label_ceiling.csv."""
    rows = rows[rows["metric"] == "f1"].sort_values("value", ascending=False, kind="stable")
    first, last = rows.iloc[0], rows.iloc[-1]
    y = alt.Y("genre:N", sort=rows["genre"].tolist(), title=None)
    base = alt.Chart(rows).encode(
        y=y,
        tooltip=[
            "genre:N",
            alt.Tooltip("value:Q", format=".3f", title="F1"),
            alt.Tooltip("lo:Q", format=".3f", title="95% from"),
            alt.Tooltip("hi:Q", format=".3f", title="to"),
            "films:Q",
        ],
    )
    title = "F1 of the second source (1 = the same films)"
    chart = alt.layer(
        base.transform_filter("isValid(datum.lo)")
        .mark_rule(strokeWidth=4, opacity=0.4)
        .encode(x=alt.X("lo:Q", title=title, scale=PROBABILITY, axis=TENTHS), x2="hi:Q"),
        base.mark_point(filled=True, size=80, opacity=1).encode(
            x=alt.X("value:Q", title=title, scale=PROBABILITY, axis=TENTHS)
        ),
    )
    spoken = "; ".join(
        f"{row['genre']} {number(row['value'])}"
        + (f" ({spread})" if (spread := interval(row["lo"], row["hi"])) else "")
        for row in rows.to_dict("records")
    )
    return finish(
        chart,
        f"Two sources agree most on {first['genre']} ({number(first['value'])}), least on "
        f"{last['genre']} ({number(last['value'])})",
        f"F1 of the second source against the catalogue, by genre. {spoken}.",
        height=ROW * len(rows),
        keys=["interval"],
    )

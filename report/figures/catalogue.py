"""Figures of the catalogue: what two sources of its genres agree on, which films are missing."""

from typing import Any

import altair as alt
import pandas as pd

from report.figures.style import INTERVAL, PROBABILITY, ROW, TENTHS, finish
from report.text import interval, listed, number

CLEAR = 0.05  # an adjusted p below it is clear


def label_agreement(rows: pd.DataFrame) -> Any:
    """F1 of a second source by genre, the best first. rows: of label_ceiling.csv."""
    rows = rows[rows["metric"] == "f1"].sort_values("value", ascending=False, kind="stable")
    first, last = rows.iloc[0], rows.iloc[-1]
    scale: dict[str, Any] = {"scale": PROBABILITY, "axis": TENTHS}
    chart = _points(rows, "genre", "F1 of the second source (1 = the same films)", ".3f", **scale)
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


def missing(rows: pd.DataFrame) -> Any:
    """The share of films that are missing, by genre and by decade. rows: of missing.csv."""
    everything = rows[rows["kind"] == "all"].iloc[0]
    parts = rows[rows["kind"] != "all"].rename(columns={"share": "value", "value": "part"})
    clear = parts[parts["p_value"] < CLEAR]["part"].tolist()
    axis = alt.Axis(format="%", tickCount=6)
    scale: dict[str, Any] = {"scale": alt.Scale(domainMin=0, nice=True), "axis": axis}
    points = _points(parts, "part", "share of films that are missing", ".1%", **scale)
    flat = alt.Chart(pd.DataFrame({"value": [everything["share"]]}))
    line = flat.mark_rule(strokeDash=[4, 3], strokeWidth=1.5).encode(
        x=alt.X("value:Q", **scale), tooltip=alt.Tooltip("value:Q", format=".1%", title="all films")
    )
    spoken = "; ".join(
        f"{row['part']} {row['missing']:.0f} of {row['films']:.0f}"
        for row in parts.to_dict("records")
    )
    return finish(
        alt.layer(line, points),
        f"Missing more often, or less, than other films: {listed(clear)}"
        if clear
        else "No genre and no decade is clearly missing more often than others",
        f"Share of films that are missing, by genre and decade. {spoken}. "
        f"All: {everything['share']:.1%}.",
        height=ROW * len(parts),
        subtitle=f"The dashed line is all films, {everything['share']:.1%}",
        keys=["interval"],
    )


def _points(rows: pd.DataFrame, name: str, title: str, form: str, **axis: Any) -> Any:
    """A point with its interval on each line, in the order of the rows. rows: value, lo, hi, films.

    name: the column that names the lines; title, form, axis: of the values.
    """
    base = alt.Chart(rows).encode(
        y=alt.Y(f"{name}:N", sort=rows[name].tolist(), title=None),
        tooltip=[
            f"{name}:N",
            alt.Tooltip("value:Q", format=form, title=title),
            alt.Tooltip("lo:Q", format=form, title="95% from"),
            alt.Tooltip("hi:Q", format=form, title="to"),
            "films:Q",
        ],
    )
    return alt.layer(
        base.transform_filter("isValid(datum.lo)")
        .mark_rule(**INTERVAL)
        .encode(x=alt.X("lo:Q", title=title, **axis), x2="hi:Q"),
        base.mark_point(filled=True, size=80, opacity=1).encode(
            x=alt.X("value:Q", title=title, **axis)
        ),
    )

"""Figures of cost: the time of each stage, score against time."""

from typing import Any

import altair as alt
import pandas as pd

from report.figures.style import MODALITY, NAMED, NAMES, ROW, colour, finish, shape, with_room
from report.text import number, quoted

LONGEST = 15  # stages drawn by name
ROOM = 0.45  # of the axis, for the text beside the last mark


def timings(stages: pd.DataFrame) -> Any:
    """Seconds each stage took. stages: stage, seconds, peak_megabytes (may be undefined)."""
    rows = stages.dropna(subset=["seconds"]).sort_values("seconds", ascending=False, kind="stable")
    rest = rows.iloc[LONGEST:]
    if len(rest):
        both = {"stage": f"{len(rest)} others", "seconds": float(rest["seconds"].sum())}
        rows = pd.concat([rows.iloc[:LONGEST], pd.DataFrame([both])], ignore_index=True)
    rows = rows.assign(text=[f"{value:,.0f} s" for value in rows["seconds"]])
    total = float(rows["seconds"].sum())
    first = rows.iloc[0]
    title = (
        f"{first['stage']} takes {first['seconds'] / total:.0%} of {total / 60:.1f} minutes"
        if total > 0
        else "No stage took any time"
    )
    base = alt.Chart(rows).encode(
        x=alt.X(
            "seconds:Q",
            title="seconds",
            axis=alt.Axis(tickCount=6),
            scale=with_room(rows["seconds"]),
        ),
        y=alt.Y("stage:N", sort=rows["stage"].tolist(), title=None, axis=alt.Axis(labelLimit=170)),
        tooltip=["stage:N", alt.Tooltip("seconds:Q", format=".1f"), "peak_megabytes:Q"],
    )
    chart = alt.layer(
        base.mark_bar(height={"band": 0.6}),
        base.mark_text(align="left", dx=5).encode(text="text:N"),
    )
    spoken = "; ".join(f"{row['stage']} {row['text']}" for row in rows.to_dict("records"))
    return finish(chart, title, f"Seconds per stage. {spoken}.", height=int(ROW * 0.8) * len(rows))


def price(rows: pd.DataFrame) -> Any:
    """Score against the seconds an approach took. rows: approach, modality, seconds, macro_ap and
    its interval."""
    rows = rows.dropna(subset=["seconds"])
    rows = rows[rows["seconds"] > 0].sort_values("seconds")
    best = rows.sort_values("macro_ap").iloc[-1]
    near = rows[rows["macro_ap"] >= best[["macro_ap_lo", "macro_ap"]].min()].iloc[0]
    title = (
        f"{quoted(near['approach'])} is the fastest within the interval of the best, "
        f"{quoted(best['approach'])}: {near['seconds']:,.0f} s against {best['seconds']:,.0f} s"
    )
    if near["approach"] == best["approach"]:
        title = (
            f"{quoted(best['approach'])} scores highest, and nothing within its interval is faster"
        )
    if pd.isna(best["macro_ap_lo"]):
        title = f"{quoted(best['approach'])} scores highest, in {best['seconds']:,.0f} s"
    rows = rows.sort_values("macro_ap", ascending=False, kind="stable")
    rows = rows.assign(
        front=rows["seconds"] < rows["seconds"].cummin().shift(fill_value=float("inf")),
        text=[
            f"{_seconds(row['seconds'])}, {number(row['macro_ap'])}"
            for row in rows.to_dict("records")
        ],
    )
    ends = [float(rows["seconds"].min()) / 1.5, float(rows["seconds"].max()) * 1.5]
    ends[1] *= (ends[1] / ends[0]) ** ROOM  # for the text of the slowest
    x = alt.X(
        "seconds:Q",
        title="seconds to embed and fit (log scale)",
        scale=alt.Scale(type="log", domain=ends, nice=False),
        axis=alt.Axis(format="~s", tickCount=4),
    )
    base = alt.Chart(rows).encode(
        x=x,
        y=alt.Y("approach:N", sort=rows["approach"].tolist(), title=None, axis=NAMED),
        tooltip=[
            alt.Tooltip("approach:N"),
            alt.Tooltip("modality:N"),
            alt.Tooltip("seconds:Q", format=",.0f"),
            alt.Tooltip("macro_ap:Q", format=".3f", title="macro AP"),
            alt.Tooltip("macro_ap_lo:Q", format=".3f", title="95% from"),
            alt.Tooltip("macro_ap_hi:Q", format=".3f", title="to"),
        ],
    )
    fill = alt.Color("modality:N", scale=MODALITY, legend=None)
    chart = alt.layer(
        base.mark_point(size=80, opacity=1, strokeWidth=2).encode(
            color=colour(),
            shape=shape(),
            fill=alt.condition("datum.front", fill, alt.value("transparent")),
        ),
        base.mark_text(align="left", dx=9, fontSize=11).encode(text="text:N"),
    )
    spoken = "; ".join(
        f"{row['approach']} {row['seconds']:.0f} s {number(row['macro_ap'])}"
        for row in rows.to_dict("records")
    )
    return finish(
        chart,
        title,
        f"Seconds of each approach, the highest macro average precision first. {spoken}.",
        height=ROW * max(len(rows), 1),
        subtitle="The highest score first; beside each mark its seconds, on the machine of this "
        "run, parts included, and its macro AP. Filled: nothing that scores more is as fast",
        keys=[m for m in NAMES if m in set(rows["modality"])],
    )


def _seconds(value: float) -> str:
    return f"{value:,.0f} s" if value >= 10 else f"{value:.1f} s"

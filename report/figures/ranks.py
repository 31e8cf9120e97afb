"""The figure of ranks: between which places each approach stays, and who is tied with the first."""

from typing import Any

import altair as alt
import pandas as pd

from report.figures.style import INTERVAL, MODALITY, NAMED, NAMES, ROW, colour, finish, shape
from report.text import counted, quoted

AXIS = "rank (1 = highest macro average precision)"


def ranks(rows: pd.DataFrame) -> Any:
    """The rank of each approach with its interval; filled: tied with the first.

    rows: of rank_intervals.csv, the best first: approach, modality, rank, rank_lo, rank_hi,
    tied_with_first (undefined with too few films).
    """
    rows = rows.assign(tied=rows["tied_with_first"].fillna(0).astype(bool))
    places = alt.Scale(domain=[0.5, len(rows) + 0.5], nice=False)
    axis = alt.Axis(format="d", tickMinStep=1, tickCount=min(len(rows), 12), grid=True)
    base = alt.Chart(rows).encode(
        y=alt.Y("approach:N", sort=rows["approach"].tolist(), title=None, axis=NAMED),
        tooltip=[
            alt.Tooltip("approach:N"),
            alt.Tooltip("rank:Q"),
            alt.Tooltip("rank_lo:Q", title="95% from"),
            alt.Tooltip("rank_hi:Q", title="to"),
            alt.Tooltip("tied:N", title="tied with the first"),
        ],
        color=colour(),
    )
    fill = alt.Color("modality:N", scale=MODALITY, legend=None)
    chart = alt.layer(
        base.transform_filter("isValid(datum.rank_lo)")
        .mark_rule(**INTERVAL)
        .encode(x=alt.X("rank_lo:Q", title=AXIS, scale=places, axis=axis), x2="rank_hi:Q"),
        base.mark_point(size=80, opacity=1, strokeWidth=2).encode(
            x=alt.X("rank:Q", title=AXIS, scale=places, axis=axis),
            shape=shape(),
            fill=alt.condition("datum.tied", fill, alt.value("transparent")),
        ),
    )
    spoken = "; ".join(_spoken(row) for row in rows.to_dict("records"))
    return finish(
        chart,
        _title(rows),
        f"Rank of each approach by macro average precision, with 95% intervals. {spoken}.",
        height=ROW * max(len(rows), 1),
        subtitle="Between which ranks an approach stays in 95% of resamples of the films. Filled: "
        "tied with the first; hollow: clearly behind it",
        keys=[*(m for m in NAMES if m in set(rows["modality"])), "interval"],
    )


def _title(rows: pd.DataFrame) -> str:
    first = quoted(str(rows["approach"].iloc[0]))
    if rows["rank_lo"].isna().all():
        return f"{first} scores highest; too few films to say who is tied with it"
    others = int(rows["tied"].iloc[1:].sum())
    if not others:
        return f"{first} ranks first, and no other approach is tied with it"
    tied = counted(others, "other approach is", "other approaches are")
    return f"{first} scores highest; {tied} tied with it"


def _spoken(row: dict[Any, Any]) -> str:
    text = f"{row['approach']} {row['rank']:.0f}"
    if pd.isna(row["rank_lo"]):
        return text
    text += f" ({row['rank_lo']:.0f} to {row['rank_hi']:.0f})"
    return text + (", tied with the first" if row["tied"] else "")

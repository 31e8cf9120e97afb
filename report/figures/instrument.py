"""Figures of the instrument page: planted cues found, false alarms, coverage and power."""

from typing import Any

import altair as alt
import pandas as pd

from report.figures.style import INTERVAL, NAMED, PROBABILITY, ROW, colour, finish, shape
from report.loading import MODALITIES
from report.text import counted, number

MODERATE = 0.3  # a correlation from which Cohen (1988) calls it more than small
CLEAR = "called clear (share of runs)"
WHOLE = alt.Scale(domain=[-0.2, 1], nice=False)
FOUND = "normalised AP found (1 = perfect)"


def recovered(rows: pd.DataFrame, against: str, axis: str, correlation: float | None) -> Any:
    """The score of each genre and modality, against what was planted or findable.

    rows: genre, modality, planted, normalised_ap, lo, hi, ceiling_normalised_ap. against: the
    column on the x axis, of the title `axis`; correlation: of the ranks.
    """
    rows = rows.assign(x=rows[against])
    y = alt.Y("normalised_ap:Q", title=FOUND, scale=WHOLE)
    x = alt.X("x:Q", title=axis, axis=alt.Axis(tickCount=6))
    tooltip = [
        alt.Tooltip("genre:N"),
        alt.Tooltip("modality:N"),
        alt.Tooltip("planted:Q", format=".2f"),
        alt.Tooltip("normalised_ap:Q", format=".3f", title="found"),
        alt.Tooltip("lo:Q", format=".3f", title="95% from"),
        alt.Tooltip("hi:Q", format=".3f", title="to"),
        alt.Tooltip("ceiling_normalised_ap:Q", format=".3f", title="findable"),
    ]
    base = alt.Chart(rows).encode(x=x, tooltip=tooltip, color=colour())
    layers: list[Any] = [
        base.mark_rule(**INTERVAL).encode(y=alt.Y("lo:Q", title=FOUND, scale=WHOLE), y2="hi:Q"),
        base.mark_point(filled=True, size=70, opacity=1).encode(y=y, shape=shape()),
    ]
    if against != "planted":
        ends = pd.DataFrame({"x": [0.0, 1.0], "normalised_ap": [0.0, 1.0]})
        layers.insert(0, alt.Chart(ends).mark_line(strokeWidth=1).encode(x=x, y=y))
    known = number(correlation) if correlation is not None else "unknown"
    spoken = "; ".join(
        f"{row['genre']} {row['modality']}: {number(row['x'])} gave {number(row['normalised_ap'])}"
        for row in rows.to_dict("records")
    )
    what = "planted" if against == "planted" else "findable"
    title = _follows(correlation) if what == "planted" else _below(rows)
    return finish(
        alt.layer(*layers),
        f"{title}: rank correlation {known} over {counted(len(rows), 'cell')}",
        f"Normalised average precision found against what was {what}. {spoken}.",
        height=300,
        subtitle="One point per genre and modality"
        + ("; on the line, everything findable is found" if against != "planted" else ""),
        keys=[*(m for m in MODALITIES if m in set(rows["modality"])), "interval"],
    )


def _follows(correlation: float | None) -> str:
    """Whether what is found follows what was planted."""
    if correlation is None or correlation < MODERATE:
        return "What is found hardly depends on what was planted"
    return "More is found where more was planted"


def _below(rows: pd.DataFrame) -> str:
    """How far what is found lies from what the ideal observer finds."""
    gap = float((rows["ceiling_normalised_ap"] - rows["normalised_ap"]).median())
    where = "less" if gap > 0 else "more"
    return f"The median cell scores {number(abs(gap))} {where} than the ideal observer"


def power(rows: pd.DataFrame) -> Any:
    """How often a true difference is called clear. rows: difference, films, rate, lo, hi."""
    rows = rows.sort_values(["films", "difference"])
    sizes = sorted(rows["films"].unique())
    most = rows.groupby("films").size().idxmax()
    enough = rows[(rows["films"] == most) & (rows["rate"] >= 0.8)]
    said = (
        f"With {most} films a difference of {number(enough['difference'].min())} is found in "
        f"{enough.sort_values('difference')['rate'].iloc[0]:.0%} of runs"
        if len(enough)
        else f"With {most} films no simulated difference is found in 80% of runs"
    )
    rows = rows.assign(of=rows["films"].astype(str) + " films")
    x = alt.X("difference:Q", title="true difference in macro AP", axis=alt.Axis(tickCount=6))
    y = alt.Y("rate:Q", title=CLEAR, scale=PROBABILITY)
    tooltip = [
        alt.Tooltip("films:Q"),
        alt.Tooltip("difference:Q", format=".2f"),
        alt.Tooltip("rate:Q", format=".1%", title="called clear"),
        alt.Tooltip("lo:Q", format=".1%", title="95% from"),
        alt.Tooltip("hi:Q", format=".1%", title="to"),
    ]
    base = alt.Chart(rows).encode(x=x, tooltip=tooltip)
    layers: list[Any] = [
        base.transform_filter(f"datum.films === {most}").mark_line(strokeWidth=2).encode(y=y),
        base.mark_rule(**INTERVAL).encode(
            y=alt.Y("lo:Q", title=CLEAR, scale=PROBABILITY), y2="hi:Q"
        ),
        base.mark_point(filled=True, size=60, opacity=1).encode(y=y),
    ]
    if len(sizes) > 1:
        others = base.mark_text(dx=8, align="left", fontSize=11).encode(y=y, text="of:N")
        layers.append(others.transform_filter(f"datum.films !== {most}"))
    spoken = "; ".join(
        f"{number(row['difference'])} with {row['films']} films {row['rate']:.0%}"
        for row in rows.to_dict("records")
    )
    return finish(
        alt.layer(*layers),
        said,
        f"Share of simulated runs in which a difference is called clear. {spoken}.",
        height=260,
        subtitle=f"Simulated approaches, {', '.join(map(str, sizes))} films; at most 0.05 where "
        "nothing differs",
        keys=["interval"],
    )


def rates(rows: pd.DataFrame, title: str, axis: str, wanted: float) -> Any:
    """Shares of simulated runs, each with its interval. rows: what, rate, lo, hi.

    title: the finding; wanted: the nominal share.
    """
    low = max(0.0, float(rows["lo"].min()) - 0.05) if wanted > 0.5 else 0.0
    high = 1.0 if wanted > 0.5 else max(0.12, float(rows["hi"].max()) + 0.02)
    scale = alt.Scale(domain=[low, high], nice=False)
    y = alt.Y("what:N", sort=rows["what"].tolist(), title=None, axis=NAMED)
    x = alt.X("rate:Q", title=axis, scale=scale, axis=alt.Axis(format="%", tickCount=6))
    tooltip = [
        alt.Tooltip("what:N"),
        alt.Tooltip("rate:Q", format=".1%"),
        alt.Tooltip("lo:Q", format=".1%", title="95% from"),
        alt.Tooltip("hi:Q", format=".1%", title="to"),
    ]
    base = alt.Chart(rows).encode(y=y, tooltip=tooltip)
    chart = alt.layer(
        alt.Chart(pd.DataFrame({"rate": [wanted]})).mark_rule(strokeDash=[4, 4]).encode(x=x),
        base.mark_rule(**INTERVAL).encode(x=alt.X("lo:Q", title=axis, scale=scale), x2="hi:Q"),
        base.mark_point(filled=True, size=80, opacity=1).encode(x=x),
    )
    spoken = "; ".join(f"{row['what']} {row['rate']:.1%}" for row in rows.to_dict("records"))
    return finish(
        chart,
        title,
        f"{title}. {spoken}. Nominal: {wanted:.0%}.",
        height=ROW * max(len(rows), 1),
        keys=["interval", "promised"],
    )

"""What all figures share: one colour and shape per modality, and how a chart is finished."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

# Okabe and Ito's palette: told apart by colour-blind readers, and at least 3:1 on white and on
# near-black. Marks without a colour here take the page theme's ink.
COLOURS = {"picture": "#0072b2", "sound": "#d55e00", "both": "#009e73", "none": "#848a93"}
SHAPES = {"picture": "circle", "sound": "square", "both": "diamond", "none": "cross"}
NAMES = {"picture": "picture", "sound": "sound", "both": "both", "none": "label frequencies"}
ROW = 30  # pixels of height per row

# Of names in words: long ones with a comma, and differences of two names, take two lines.
_LONG = "length(datum.label) > 28 && indexof(datum.label, ', ') > 0"
_DIFFERENCE = "length(datum.label) > 28 && indexof(datum.label, ' − ') > 0"
NAMED = alt.Axis(
    labelLimit=280,
    labelExpr=f"{_DIFFERENCE} ? split(replace(datum.label, ' − ', ' −|'), '|') : "
    f"{_LONG} ? split(replace(datum.label, ', ', ',|'), '|') : datum.label",
    labelOffset={"condition": {"test": f"{_LONG} || {_DIFFERENCE}", "value": -6}, "value": 0},
    labelLineHeight=12,
    labelFontSize=11,
)

PROBABILITY = alt.Scale(domain=[0, 1], nice=False)
TENTHS = alt.Axis(format=".1f", values=[tenth / 10 for tenth in range(11)])


def colour(field: str = "modality") -> alt.Color:
    """The modality's colour; the legend is part of the page."""
    scale = alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))
    return alt.Color(f"{field}:N", scale=scale, legend=None)


def shape(field: str = "modality") -> alt.Shape:
    """The modality's shape, so that colour is never the only sign."""
    scale = alt.Scale(domain=list(SHAPES), range=list(SHAPES.values()))
    return alt.Shape(f"{field}:N", scale=scale, legend=None)


def with_room(lengths: "pd.Series[Any]") -> alt.Scale:
    """A scale for bars from zero that leaves room for the number at the end of the longest."""
    return alt.Scale(domain=[0, max(float(lengths.max()), 1e-9) * 1.18], nice=False)


def shares_map(cells: pd.DataFrame, order: Sequence[str], across: str, *more: str) -> Any:
    """Genre by genre, each cell's share as its shade and as per cent.

    cells: genre, other, share; order: of the genres; across: title of the columns; more: further
    fields of the tooltip.
    """
    base = alt.Chart(cells.assign(text=[f"{round(100 * share)}" for share in cells["share"]]))
    base = base.encode(
        x=alt.X("other:N", sort=order, title=across, axis=alt.Axis(labelAngle=-90)),
        y=alt.Y("genre:N", sort=order, title="films with"),
        tooltip=["genre:N", "other:N", alt.Tooltip("share:Q", format=".1%"), *more],
    )
    shade = alt.Color("share:Q", scale=alt.Scale(domain=[0, 1], scheme="blues"), legend=None)
    ink = alt.condition("datum.share > 0.5", alt.value("#fff"), alt.value("#1b2733"))
    return alt.layer(
        base.mark_rect().encode(color=shade),
        base.mark_text(fontSize=11).encode(text="text:N", color=ink),
    )


def finish(
    chart: Any,
    title: str,
    alternative: str,
    *,
    height: int,
    subtitle: str = "",
    keys: Sequence[str] = (),
) -> Any:
    """Give a chart its finding, its alternative text, its keys and the width of the page."""
    return chart.properties(
        title=alt.TitleParams(text=title, subtitle=subtitle or alt.Undefined),
        description=alternative,
        usermeta={"keys": list(keys)},
        width="container",
        height=height,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
    )

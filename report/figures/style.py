"""What all figures share: one colour and shape per modality, and how a chart is finished."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

# Okabe and Ito's palette, the purple a little darker: told apart by colour-blind readers, and at
# least 3:1 on white and on near-black. Marks without a colour here take the page theme's ink.
COLOURS = {"picture": "#0072b2", "sound": "#d55e00", "words": "#c46f9f", "none": "#848a93"}
COLOURS |= dict.fromkeys(("both", "picture_words", "sound_words", "all"), "#009e73")  # unions
MODALITY = alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))
SHAPES = {"picture": "circle", "sound": "square", "words": "triangle-up", "none": "cross"}
SHAPES |= {"both": "diamond", "picture_words": "triangle-left", "sound_words": "triangle-right"}
SHAPES |= {"all": "triangle-down"}
NAMES = {"picture": "picture", "sound": "sound", "both": "both", "none": "label frequencies"}
NAMES |= {"words": "words", "all": "all three"}
NAMES |= {"picture_words": "picture and words", "sound_words": "sound and words"}
ROW = 30  # pixels of height per row
# An interval in its mark's full colour: paler ones fall below 3:1. The mark on it is the wider one.
INTERVAL: dict[str, Any] = {"strokeWidth": 3, "strokeCap": "round"}

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

# Of a text on a shade: from this luminance on, black has more contrast than white.
_PALE = "luminance(scale('color', datum.{})) > 0.18"
DARK_INK, LIGHT_INK = "#000", "#fff"

PROBABILITY = alt.Scale(domain=[0, 1], nice=False)
TENTHS = alt.Axis(format=".1f", values=[tenth / 10 for tenth in range(11)])


def colour(field: str = "modality") -> alt.Color:
    """The modality's colour; the legend is part of the page."""
    return alt.Color(f"{field}:N", scale=MODALITY, legend=None)


def shape(field: str = "modality") -> alt.Shape:
    """The modality's shape, so that colour is never the only sign."""
    scale = alt.Scale(domain=list(SHAPES), range=list(SHAPES.values()))
    return alt.Shape(f"{field}:N", scale=scale, legend=None)


def with_room(lengths: "pd.Series[Any]") -> alt.Scale:
    """A scale for bars from zero that leaves room for the number at the end of the longest."""
    return alt.Scale(domain=[0, max(float(lengths.max()), 1e-9) * 1.3], nice=False)


def heat_map(
    cells: pd.DataFrame, order: Sequence[str], across: str, shown: str, scale: alt.Scale, *more: Any
) -> Any:
    """Genre by genre, each cell's value as its shade and as a text.

    cells: genre, other, text and the column `shown`, which shades by `scale`; order: of the genres;
    across: title of the columns; more: further fields of the tooltip. The shades are the theme's,
    so that a dark page is dark where the values are small.
    """
    base = alt.Chart(cells).encode(
        x=alt.X("other:N", sort=order, title=across, axis=alt.Axis(labelAngle=-90)),
        y=alt.Y("genre:N", sort=order, title="films with"),
        tooltip=["genre:N", "other:N", *more],
    )
    ink = alt.condition(_PALE.format(shown), alt.value(DARK_INK), alt.value(LIGHT_INK))
    return alt.layer(
        base.mark_rect().encode(color=alt.Color(f"{shown}:Q", scale=scale, legend=None)),
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

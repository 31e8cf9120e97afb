"""The figure of what trailers' sound is made of."""

from typing import Any

import altair as alt
import pandas as pd

from report.figures.style import INTERVAL, PROBABILITY, finish
from report.tables.layers import EVERY
from report.text import listed

# told apart by colour-blind readers, at least 3:1 on white and on near-black, and no modality's
COLOURS = {"speech": "#b07d00", "music": "#7b6fd0", "neither": "#848a93"}
SHAPES = {"speech": "circle", "music": "square", "neither": "diamond"}
LANE = 13  # pixels of height of a layer within a genre


def layers(rows: pd.DataFrame, rendered: bool) -> Any:
    """Share of the time that each layer has, by genre: mean, its interval, and the middle half.

    rows: of layers.csv, in the order of the genres, as `tables.layers.placed` gives them; rendered:
    whether these are trailers in which nobody speaks.
    """
    known = [layer for layer in COLOURS if layer in set(rows["layer"])]
    axis = alt.Axis(format="%", tickCount=6)
    title = "share of a trailer's time"

    def x(column: str) -> alt.X:
        return alt.X(f"{column}:Q", title=title, scale=PROBABILITY, axis=axis)

    base = alt.Chart(rows).encode(
        y=alt.Y("genre:N", sort=list(dict.fromkeys(rows["genre"])), title=None),
        yOffset=alt.YOffset("layer:N", sort=known, scale=alt.Scale(paddingInner=0.35)),
        color=alt.Color("layer:N", scale=_scale(COLOURS, known), legend=None),
        tooltip=[
            "genre:N",
            "layer:N",
            alt.Tooltip("mean:Q", format=".1%"),
            alt.Tooltip("lo:Q", format=".1%", title="95% from"),
            alt.Tooltip("hi:Q", format=".1%", title="to"),
            alt.Tooltip("lower_quartile:Q", format=".1%", title="a quarter have less than"),
            alt.Tooltip("upper_quartile:Q", format=".1%", title="a quarter have more than"),
            "films:Q",
        ],
    )
    chart = alt.layer(
        base.mark_bar(filled=False, strokeWidth=1.5, opacity=1).encode(
            x=x("lower_quartile"), x2="upper_quartile:Q"
        ),
        base.transform_filter("isValid(datum.lo)")
        .mark_rule(**INTERVAL)
        .encode(x=x("lo"), x2="hi:Q"),
        base.mark_point(filled=True, size=60, opacity=1).encode(
            x=x("mean"),
            shape=alt.Shape("layer:N", scale=_scale(SHAPES, known), legend=None),
        ),
    )
    every = rows[rows["genre"] == EVERY].set_index("layer")["mean"]
    made = listed([f"{every[layer]:.0%} {layer}" for layer in known])
    finding = f"The sound of a trailer is {made}, on average over films"
    if rendered:
        finding = f"Nobody speaks, and {every['speech']:.0%} of the time is taken for speech"
    spoken = "; ".join(
        f"{row['genre']}, {row['layer']}: {row['mean']:.0%}" for row in rows.to_dict("records")
    )
    return finish(
        chart,
        finding,
        f"Share of a trailer's time by genre and layer, means over films. {spoken}.",
        height=(LANE * len(known) + 8) * rows["genre"].nunique(),
        subtitle="Each bar spans the middle half of the films, each mark is their mean",
        keys=[*known, "interval", "quartiles"],
    )


def _scale(of: dict[str, str], known: list[str]) -> alt.Scale:
    return alt.Scale(domain=known, range=[of[layer] for layer in known])

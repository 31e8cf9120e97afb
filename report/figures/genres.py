"""Figures by genre: what picture and sound each tell."""

from typing import Any

import altair as alt
import pandas as pd

from report.elements import listed, number
from report.figures.style import colour, finish, shape

AXIS = "normalised AP (0 = no skill, 1 = perfect)"
PAIR = ("picture", "sound")


def dumbbell(rows: pd.DataFrame, ceilings: pd.DataFrame) -> Any:
    """Picture against sound per genre, normalised so that no skill is 0 for every genre.

    rows: genre, approach, modality (picture, sound), ap, ap_lo, ap_hi, prevalence, normalised_ap.
    ceilings: genre, modality, planted, normalised_ap; may be empty.
    """
    names = rows.drop_duplicates("modality").set_index("modality")["approach"]
    scale_of = 1 - rows["prevalence"]
    rows = rows.assign(
        lo=(rows["ap_lo"] - rows["prevalence"]) / scale_of,
        hi=(rows["ap_hi"] - rows["prevalence"]) / scale_of,
    )
    wide = rows.pivot(index="genre", columns="modality", values="normalised_ap")
    wide = wide.reindex(columns=list(PAIR))
    order = wide.max(axis=1).sort_values(ascending=False, kind="stable").index.tolist()
    low = min(-0.05, float(rows[["lo", "normalised_ap"]].min().min()) - 0.02)
    scale = alt.Scale(domain=[low, 1], nice=False)
    axis = alt.Axis(format=".1f", values=[fifth / 5 for fifth in range(-4, 6) if fifth / 5 >= low])
    y = alt.Y("genre:N", sort=order, title=None)
    offset = alt.YOffset("modality:N", sort=list(PAIR), scale=alt.Scale(paddingOuter=0.3))
    tooltip = [
        alt.Tooltip("genre:N"),
        alt.Tooltip("modality:N"),
        alt.Tooltip("normalised_ap:Q", format=".3f", title="normalised AP"),
        alt.Tooltip("lo:Q", format=".3f", title="95% from"),
        alt.Tooltip("hi:Q", format=".3f", title="to"),
        alt.Tooltip("ap:Q", format=".3f", title="AP"),
        alt.Tooltip("prevalence:Q", format=".1%"),
    ]
    base = alt.Chart(rows).encode(y=y, yOffset=offset, tooltip=tooltip)
    joints = wide.reset_index()
    layers: list[Any] = [
        alt.Chart(joints)
        .mark_rule(strokeWidth=1.5, opacity=0.7)
        .encode(y=y, x=alt.X("picture:Q", title=AXIS, scale=scale, axis=axis), x2="sound:Q"),
        alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(strokeDash=[4, 4]).encode(x="zero:Q"),
        base.mark_rule(strokeWidth=4, opacity=0.4, strokeCap="round").encode(
            x=alt.X("lo:Q", title=AXIS, scale=scale, axis=axis), x2="hi:Q", color=colour()
        ),
        base.mark_point(filled=True, size=80, opacity=1).encode(
            x=alt.X("normalised_ap:Q", scale=scale), color=colour(), shape=shape()
        ),
    ]
    keys = [*PAIR, "interval", "chance"]
    if len(ceilings):
        keys.append("ceiling")
        layers.append(
            alt.Chart(ceilings)
            .mark_tick(thickness=3, size=12)
            .encode(
                x=alt.X("normalised_ap:Q", scale=scale),
                y=y,
                yOffset=offset,
                color=colour(),
                tooltip=[
                    alt.Tooltip("genre:N"),
                    alt.Tooltip("modality:N"),
                    alt.Tooltip("normalised_ap:Q", format=".3f", title="ceiling"),
                    alt.Tooltip("planted:Q", format=".2f", title="planted probability"),
                ],
            )
        )
    spoken = "; ".join(
        f"{genre}: picture {number(wide.loc[genre, 'picture'])}, "
        f"sound {number(wide.loc[genre, 'sound'])}"
        for genre in order
    )
    return finish(
        alt.layer(*layers),
        _finding(rows),
        f"Normalised average precision of picture and sound by genre. {spoken}.",
        height=44 * len(order),
        subtitle=f"{names['picture']} against {names['sound']}, genre by genre; "
        "seen or heard: the two intervals do not overlap",
        keys=keys,
    )


def _finding(rows: pd.DataFrame) -> str:
    """The genres whose two intervals do not overlap, else the widest gap."""
    seen, heard = [], []
    gaps: list[tuple[float, str, str]] = []
    for genre, part in rows.groupby("genre", sort=False):
        by = {row["modality"]: row for row in part.to_dict("records")}
        if set(PAIR) - set(by):
            continue
        picture, sound = by["picture"], by["sound"]
        if picture["lo"] > sound["hi"]:
            seen.append(str(genre))
        elif sound["lo"] > picture["hi"]:
            heard.append(str(genre))
        gap = picture["normalised_ap"] - sound["normalised_ap"]
        if pd.notna(gap):
            gaps.append((abs(gap), str(genre), "picture" if gap > 0 else "sound"))
    parts = [f"{listed(seen)} {_verb(seen)} seen rather than heard"] if seen else []
    parts += [f"{listed(heard)} {_verb(heard)} heard rather than seen"] if heard else []
    if parts:
        return "; ".join(parts)
    if not gaps:
        return "Picture and sound by genre"
    widest = max(gaps)
    return (
        f"No genre's intervals part clearly; the widest gap is {widest[1]}, "
        f"told better by {widest[2]} ({number(widest[0])})"
    )


def _verb(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"

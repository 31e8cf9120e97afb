"""Figures by genre: what picture and sound each tell."""

from typing import Any

import altair as alt
import pandas as pd

from report.elements import listed, number, p_value, signed
from report.figures.style import colour, finish, shape, shares_map

AXIS = "normalised AP (0 = the genre's share of films, 1 = perfect)"
PAIR = ("picture", "sound")


def dumbbell(rows: pd.DataFrame, ceilings: pd.DataFrame) -> Any:
    """Picture against sound per genre, normalised so that its share of films is 0 for every genre.

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
    joints = wide.dropna().reset_index()
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
    keys = [*names.index, "interval", "share"]
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
        f"{genre}: " + ", ".join(f"{m} {number(wide.loc[genre, m])}" for m in names.index)
        for genre in order
    )
    compared = len(names) > 1
    return finish(
        alt.layer(*layers),
        _finding(rows) if compared else f"The {names.index[0]}, genre by genre",
        f"Normalised average precision of {' and '.join(names.index)} by genre. {spoken}.",
        height=44 * len(order),
        subtitle=f"{names['picture']} against {names['sound']}, genre by genre; "
        "seen or heard: the two intervals do not overlap"
        if compared
        else str(names.iloc[0]),
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


def owned(rows: pd.DataFrame) -> Any:
    """Picture minus sound in average precision, genre by genre, with what each difference decides.

    rows: genre, difference, lo, hi, p_holm, owner (picture, sound or undecided), picture, sound.
    """
    rows = rows.dropna(subset=["difference"]).fillna({"owner": "undecided"})
    rows = rows.sort_values("difference", ascending=False, kind="stable")
    who = {side: rows.loc[rows["owner"] == side, "genre"].tolist() for side in PAIR}
    parts = [f"the {side} owns {listed(names)}" for side, names in who.items() if names]
    title = "; ".join(parts) or "Neither picture nor sound owns a genre"
    title = title[0].upper() + title[1:]
    rows = rows.assign(modality=rows["owner"].replace({"undecided": "none"}))
    y = alt.Y("genre:N", sort=rows["genre"].tolist(), title=None)
    axis = "difference in AP (picture − sound)"
    base = alt.Chart(rows).encode(
        y=y,
        tooltip=[
            alt.Tooltip("genre:N"),
            alt.Tooltip("owner:N"),
            alt.Tooltip("difference:Q", format="+.3f"),
            alt.Tooltip("lo:Q", format="+.3f", title="95% from"),
            alt.Tooltip("hi:Q", format="+.3f", title="to"),
            alt.Tooltip("p_holm:Q", format=".4f", title="p (Holm)"),
        ],
        color=colour(),
    )
    chart = alt.layer(
        alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule().encode(x="zero:Q"),
        base.mark_rule(strokeWidth=4, opacity=0.5, strokeCap="round").encode(
            x=alt.X("lo:Q", title=axis, axis=alt.Axis(tickCount=6)), x2="hi:Q"
        ),
        base.mark_point(filled=True, size=80, opacity=1).encode(
            x=alt.X("difference:Q", title=axis), shape=shape()
        ),
    )
    spoken = "; ".join(
        f"{row['genre']} {signed(row['difference'])} ({p_value(row['p_holm'])}, {row['owner']})"
        for row in rows.to_dict("records")
    )
    return finish(
        chart,
        title,
        f"Difference in average precision, picture minus sound, by genre. {spoken}.",
        height=32 * max(len(rows), 1),
        subtitle="Owned: the interval leaves out zero and Holm's p is below 0.05; grey: undecided",
        keys=[*PAIR, "undecided", "interval"],
    )


def confusion(shares: pd.DataFrame, approach: str) -> Any:
    """How often films of one genre are taken for another that they do not carry.

    shares: genre by genre; of the films with the row's genre and without the column's, the share
    that have the column's among their first k scores, k the number of their own genres.
    """
    cells = (
        shares.rename_axis("genre")
        .reset_index()
        .melt(id_vars="genre", var_name="other", value_name="share")
        .dropna(subset=["share"])
    )
    order = shares.index.tolist()
    largest = cells[cells["share"] > 0].sort_values("share", kind="stable").tail(1)
    title, most = "No film is taken for a genre it has not", "No share is above 0."
    for top in largest.to_dict("records"):
        title = (
            f"{top['genre']} films are taken for {top['other']} most often: {top['share']:.0%} of "
            "those that are not"
        )
        most = (
            f"The largest share is {number(top['share'])}: {top['genre']} films taken for "
            f"{top['other']}."
        )
    chart = shares_map(cells, order, "… taken for")
    return finish(
        chart,
        title,
        f"Heat map of confusions of {approach}. {most} The table below has every pair.",
        height=34 * len(order),
        subtitle=f"{approach}: per cent of the films with the row's genre and without the column's "
        "that have it among their first scores, as many as they have genres",
    )

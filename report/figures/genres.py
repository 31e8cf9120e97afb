"""Figures by genre: picture against sound, and confusions."""

from typing import Any

import altair as alt
import pandas as pd

from report.figures.style import INTERVAL, colour, finish, heat_map, shape
from report.loading import TOO_FEW
from report.text import listed, number, p_value, quoted, signed

AXIS = "normalised AP (0 = the genre's share of films, 1 = perfect)"
PAIR = ("picture", "sound")


def dumbbell(rows: pd.DataFrame, ceilings: pd.DataFrame, owned: pd.DataFrame) -> Any:
    """Picture against sound per genre, normalised so that its share of films is 0 for every genre.

    rows: genre, approach, modality (picture, sound), ap, ap_lo, ap_hi, chance_ap, prevalence,
    normalised_ap. ceilings: genre, modality, planted, normalised_ap; may be empty. owned: genre,
    owner (picture, sound, undecided or too few films) by the paired difference.
    """
    names = rows.drop_duplicates("modality").set_index("modality")["approach"]
    scale_of = 1 - rows["prevalence"]
    rows = rows.assign(
        lo=(rows["ap_lo"] - rows["prevalence"]) / scale_of,
        hi=(rows["ap_hi"] - rows["prevalence"]) / scale_of,
        chance=(rows["chance_ap"] - rows["prevalence"]) / scale_of,
    )
    wide = rows.pivot(index="genre", columns="modality", values="normalised_ap")
    sides = [*PAIR, *({"words"} & {*names.index})]
    wide = wide.reindex(columns=sides)
    order = wide.max(axis=1).sort_values(ascending=False, kind="stable").index.tolist()
    low = min(-0.05, float(rows[["lo", "normalised_ap"]].min().min()) - 0.02)
    scale = alt.Scale(domain=[low, 1], nice=False)
    axis = alt.Axis(format=".1f", values=[fifth / 5 for fifth in range(-4, 6) if fifth / 5 >= low])
    y = alt.Y("genre:N", sort=order, title=None)
    offset = alt.YOffset("modality:N", sort=sides, scale=alt.Scale(paddingOuter=0.3))
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
    joints = wide.dropna(subset=list(PAIR)).reset_index()
    layers: list[Any] = [
        alt.Chart(joints)
        .mark_rule(strokeWidth=1.5)
        .encode(y=y, x=alt.X("picture:Q", title=AXIS, scale=scale, axis=axis), x2="sound:Q"),
        alt.Chart(rows.drop_duplicates("genre"))
        .mark_tick(thickness=0.1, size=38, strokeDash=[4, 4], filled=False)
        .encode(y=y, x=alt.X("chance:Q", scale=scale)),
        base.mark_rule(**INTERVAL).encode(
            x=alt.X("lo:Q", title=AXIS, scale=scale, axis=axis), x2="hi:Q", color=colour()
        ),
        base.mark_point(filled=True, size=80, opacity=1).encode(
            x=alt.X("normalised_ap:Q", scale=scale), color=colour(), shape=shape()
        ),
    ]
    keys = [*names.index, *(["interval"] if rows["lo"].notna().any() else []), "chance"]
    if len(ceilings):
        keys.append("ceiling")
        layers.append(
            alt.Chart(ceilings)
            .mark_tick(thickness=3, size=12, opacity=1)
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
        _finding(wide, owned) if compared else f"Average precision from {names.index[0]}, by genre",
        f"Normalised average precision of {' and '.join(names.index)} by genre. {spoken}.",
        height=22 * len(sides) * len(order),
        subtitle=f"{' against '.join(quoted(names[side]) for side in sides)}; what is clear is "
        "decided by the paired difference, below" + _left_out(owned)
        if compared
        else str(names.iloc[0]),
        keys=keys,
    )


def _finding(wide: pd.DataFrame, owned: pd.DataFrame) -> str:
    """The genres where one of the two is clearly better, else the widest gap that was judged."""
    who = {side: owned.loc[owned["owner"] == side, "genre"].tolist() for side in PAIR}
    seen, heard = who["picture"], who["sound"]
    parts = [f"picture is clearly better for {listed(seen)}"] if seen else []
    parts += [f"sound is clearly better for {listed(heard)}"] if heard else []
    if parts:
        title = "; ".join(parts)
        return title[0].upper() + title[1:]
    judged = owned.loc[owned["owner"] != TOO_FEW, "genre"]
    gaps = (wide["picture"] - wide["sound"]).reindex(judged).dropna()
    if gaps.empty:
        few = len(owned) > 0 and judged.empty
        return "Too few films to say which is better" if few else "Picture and sound by genre"
    widest = str(gaps.abs().idxmax())
    better = "picture" if gaps[widest] > 0 else "sound"
    return (
        f"Neither is clearly better for any genre; the widest gap is {widest}, where {better} is "
        f"ahead by {number(abs(gaps[widest]))} (undecided)"
    )


def _left_out(owned: pd.DataFrame) -> str:
    """Which genres have no interval and no verdict, and why; nothing where all have."""
    few = owned.loc[owned["owner"] == TOO_FEW, "genre"].tolist()
    which = "any genre" if len(few) == len(owned) else listed(sorted(few)) if few else ""
    return f"; too few films for an interval or a verdict on {which}" if few else ""


def owned(rows: pd.DataFrame) -> Any:
    """Picture minus sound in average precision, by genre, with the verdict on each difference.

    rows: genre, difference, lo, hi, p_holm, owner (picture, sound or undecided), picture, sound.
    """
    rows = rows.dropna(subset=["difference"]).fillna({"owner": "undecided"})
    rows = rows.sort_values("difference", ascending=False, kind="stable")
    who = {side: rows.loc[rows["owner"] == side, "genre"].tolist() for side in PAIR}
    parts = [
        f"{side} beats {other} for {listed(who[side])}"
        for side, other in (PAIR, PAIR[::-1])
        if who[side]
    ]
    title = "; ".join(parts) or "Neither picture nor sound is clearly better for any genre"
    if len(rows) and (rows["owner"] == TOO_FEW).all():
        title = "too few films to say where picture or sound is better"
    title = title[0].upper() + title[1:]
    rows = rows.assign(modality=rows["owner"].replace({"undecided": "none", TOO_FEW: "none"}))
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
        base.mark_rule(**INTERVAL).encode(
            x=alt.X("lo:Q", title=axis, axis=alt.Axis(tickCount=6)), x2="hi:Q"
        ),
        base.mark_point(filled=True, size=80, opacity=1).encode(
            x=alt.X("difference:Q", title=axis), shape=shape()
        ),
    )
    spoken = "; ".join(
        f"{row['genre']} {signed(row['difference'])} ({_judged(row)}{row['owner']})"
        for row in rows.to_dict("records")
    )
    return finish(
        chart,
        title,
        f"Difference in average precision, picture minus sound, by genre. {spoken}.",
        height=32 * max(len(rows), 1),
        subtitle="Clear: the interval excludes zero and Holm's p is below 0.05; grey: undecided"
        + _left_out(rows),
        keys=[*PAIR, "undecided", "interval"],
    )


def _judged(row: Any) -> str:
    return f"{p_value(row['p_holm'])}, " if pd.notna(row["p_holm"]) else ""


def confusion(cells: pd.DataFrame, order: list[str], approach: str) -> Any:
    """How much more often films of one genre are scored as another than films on the whole.

    cells: genre, other, share, base, excess (share minus base), films: of the films with the row's
    genre and without the column's, the share that have the column's among their first k scores,
    k the number of their own genres. order: of the genres.
    """
    cells = cells.assign(text=[signed(100 * value, 0) for value in cells["excess"]])
    largest = cells[cells["excess"] > 0].sort_values("excess", kind="stable").tail(1)
    title, most = "No genre's films are taken for another more often than all are", ""
    for top in largest.to_dict("records"):
        title = (
            f"{top['genre']} films are scored as {top['other']} more often than others: "
            f"{top['share']:.0%} of those without it, against {top['base']:.0%}"
        )
        most = f"The largest excess is {top['text']} points: {top['genre']} as {top['other']}."
    reach = max(float(cells["excess"].abs().max()), 0.01)
    per_cent = ".1%"
    chart = heat_map(
        cells,
        order,
        "… scored as",
        "excess",
        alt.Scale(domain=[-reach, reach], domainMid=0, interpolate="rgb"),
        alt.Tooltip("excess:Q", format="+.1%", title="more often by"),
        alt.Tooltip("share:Q", format=per_cent, title="of these films"),
        alt.Tooltip("base:Q", format=per_cent, title="of all films"),
        alt.Tooltip("films:Q", title="films"),
    )
    return finish(
        chart,
        title,
        f"Heat map of confusions of {approach}, beyond how often any film is scored so. {most} The "
        "table below has every pair.",
        height=34 * len(order),
        subtitle=f"{quoted(approach)}: in points of per cent, how much more often than other films "
        "without the column's genre those with the row's have it in their top k (k = number of "
        "true genres)",
    )

"""Figures of the data page: attrition, prevalence, co-occurrence."""

from typing import Any

import altair as alt
import pandas as pd

from report.figures.style import PROBABILITY, ROW, finish, heat_map, with_room
from report.text import counted, listed, number

STEPS = ("download", "frames", "audio")
LOST = {"download": "could not be downloaded", "frames": "had no picture", "audio": "had no sound"}


def attrition(rows: pd.DataFrame) -> Any:
    """How many trailers each step kept and lost, by reason. rows: step, reason, trailers."""
    steps = [step for step in STEPS if step in set(rows["step"])]
    position = rows["step"].map({step: place for place, step in enumerate(steps)})
    rows = rows.assign(
        position=position,
        row=rows["step"] + ": " + rows["reason"].str.replace("_", " "),
        kept=(rows["reason"] == "ok").map({True: "kept", False: "lost"}),
    )
    rows = rows.sort_values(["position", "kept", "trailers"], ascending=[True, True, False])
    lost = rows[rows["kept"] == "lost"].groupby("step")["trailers"].sum()
    parts = [
        f"{counted(int(lost[step]), 'trailer')} {LOST[step]}" for step in steps if lost.get(step, 0)
    ]
    title = listed(parts) if parts else "No trailer was lost"
    y = alt.Y("row:N", sort=rows["row"].tolist(), title=None, axis=alt.Axis(labelLimit=180))
    base = alt.Chart(rows).encode(
        x=alt.X(
            "trailers:Q",
            title="trailers",
            axis=alt.Axis(tickMinStep=1, tickCount=6),
            scale=with_room(rows["trailers"]),
        ),
        y=y,
        tooltip=["step:N", "reason:N", "trailers:Q"],
    )
    chart = alt.layer(
        base.mark_bar(height={"band": 0.6}).encode(
            color=alt.Color(
                "kept:N",
                scale=alt.Scale(domain=["kept", "lost"], range=["#848a93", "#cc79a7"]),
                legend=None,
            )
        ),
        base.mark_text(align="left", dx=5).encode(text="trailers:Q"),
    )
    spoken = "; ".join(f"{row['row']} {row['trailers']:.0f}" for row in rows.to_dict("records"))
    return finish(
        chart,
        title,
        f"Trailers by step and reason. {spoken}.",
        height=ROW * max(len(rows), 1),
        keys=[key for key in ("kept", "lost") if key in set(rows["kept"])],
    )


def prevalence(shares: pd.Series, films: int) -> Any:
    """Share of films that carry each genre. shares: genre -> share of `films`."""
    rows = shares.rename_axis("genre").rename("share").reset_index()
    rows = rows.sort_values("share", ascending=False, kind="stable")
    rows = rows.assign(films=(rows["share"] * films).round().astype(int))
    rows = rows.assign(text=[f"{share:.0%}" for share in rows["share"]])
    first, last = rows.iloc[0], rows.iloc[-1]
    title = (
        f"{first['text']} of films are {first['genre']}, {last['text']} {last['genre']}: chance "
        "scores less for rare genres"
    )
    base = alt.Chart(rows).encode(
        x=alt.X(
            "share:Q",
            title="share of films",
            axis=alt.Axis(format="%", tickCount=6),
            scale=with_room(rows["share"]),
        ),
        y=alt.Y("genre:N", sort=rows["genre"].tolist(), title=None),
        tooltip=["genre:N", alt.Tooltip("share:Q", format=".1%"), "films:Q"],
    )
    chart = alt.layer(
        base.mark_bar(height={"band": 0.6}),
        base.mark_text(align="left", dx=5).encode(text="text:N"),
    )
    spoken = "; ".join(f"{row['genre']} {row['text']}" for row in rows.to_dict("records"))
    return finish(
        chart,
        title,
        f"Share of films per genre. {spoken}.",
        height=26 * len(rows),
        subtitle="The share is about the average precision of a random order, which is chance",
    )


def cooccurrence(counts: pd.DataFrame, shares: pd.Series, films: int) -> Any:
    """Of the films with one genre, the share that also carries another.

    counts: genre by genre, films that carry both. shares: genre -> share of `films`.
    """
    order = counts.index.tolist()
    rows = [
        {
            "genre": one,
            "other": other,
            "share": float(counts.loc[one, other]) / max(shares[one] * films, 1),
            "films": int(counts.loc[one, other]),
        }
        for one in order
        for other in order
        if one != other
    ]
    cells = pd.DataFrame(rows)
    cells = cells.assign(text=[f"{share:.0%}".removesuffix("%") for share in cells["share"]])
    title, most = "No film has two genres", "No share is above 0."
    largest = cells[cells["share"] > 0].sort_values("share", kind="stable").tail(1)
    for top in largest.to_dict("records"):
        title = (
            f"Genres go together: {top['share']:.0%} of {top['genre']} films are also "
            f"{top['other']}"
        )
        most = (
            f"The largest share is {number(top['share'])}: {top['genre']} films that are also "
            f"{top['other']}."
        )
    share = alt.Tooltip("share:Q", format=".1%")
    chart = heat_map(cells, order, "… that are also", "share", PROBABILITY, share, "films:Q")
    return finish(
        chart,
        title,
        f"Heat map of co-occurring genres. {most} The table below has every pair.",
        height=34 * len(order),
        subtitle="Per cent of the row's films that also have the column's genre",
    )

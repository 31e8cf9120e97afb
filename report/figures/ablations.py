"""Figures of the ablations: what the seeds move, what the films move, and mean ranks."""

from typing import Any

import altair as alt
import pandas as pd

from report.figures.style import COLOURS, NAMED, NAMES, ROW, colour, finish, shape
from report.text import counted, number, quoted

SPREAD = "standard deviation of macro AP"
MODALITY = alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))


def variance(rows: pd.DataFrame) -> Any:
    """How much macro average precision varies with the training seed and with the films.

    rows: approach, modality, seed_sd, film_sd (standard deviations of macro AP).
    """
    rows = rows.dropna(subset=["seed_sd", "film_sd"]).sort_values("film_sd", ascending=False)
    long = rows.melt(
        id_vars=["approach", "modality"], value_vars=["seed_sd", "film_sd"], value_name="spread"
    ).assign(of=lambda f: f["variable"].map({"seed_sd": "seeds", "film_sd": "films"}))
    y = alt.Y("approach:N", sort=rows["approach"].tolist(), title=None, axis=NAMED)
    x = alt.X("spread:Q", title=SPREAD, axis=alt.Axis(tickCount=6))
    chart = alt.layer(
        alt.Chart(rows)
        .mark_rule(opacity=0.5)
        .encode(y=y, x=alt.X("seed_sd:Q", title=SPREAD), x2="film_sd:Q"),
        alt.Chart(long)
        .mark_point(size=70, strokeWidth=2)
        .encode(
            x=x,
            y=y,
            color=colour(),
            fill=alt.condition(
                "datum.of === 'films'",
                alt.Color("modality:N", scale=MODALITY, legend=None),
                alt.value("transparent"),
            ),
            tooltip=["approach:N", "of:N", alt.Tooltip("spread:Q", format=".4f")],
        ),
    )
    spoken = "; ".join(
        f"{r['approach']} seeds {number(r['seed_sd'], 3)}, films {number(r['film_sd'], 3)}"
        for r in rows.to_dict("records")
    )
    return finish(
        chart,
        _moves(rows),
        f"Standard deviation of macro average precision over seeds and over films. {spoken}.",
        height=ROW * max(len(rows), 1),
        subtitle="Ratio: median over approaches that seeds change; a probe has none. Hollow: over "
        "training seeds; filled: over films",
        keys=[m for m in NAMES if m in set(rows["modality"])],
    )


def _moves(rows: pd.DataFrame) -> str:
    """Which of the two a score varies more with."""
    moved = rows[rows["seed_sd"] > 0]
    if moved.empty:
        return "Training seeds change no score; the choice of films does"
    ratio = float((moved["film_sd"] / moved["seed_sd"]).median())
    if ratio < 1:
        return f"Scores vary {1 / ratio:.1f} times as much over training seeds as over films"
    return f"Scores vary {ratio:.0f} times as much over films as over training seeds"


def ranks(rows: pd.DataFrame) -> Any:
    """Mean rank of each approach, with half the critical difference to each side.

    rows: approach, modality, mean_rank, critical_difference (one value).
    """
    apart = float(rows["critical_difference"].iloc[0])
    rows = rows.sort_values("mean_rank", kind="stable").assign(
        lo=rows["mean_rank"] - apart / 2, hi=rows["mean_rank"] + apart / 2
    )
    best = rows.iloc[0]
    tied = int((rows["mean_rank"] < best["mean_rank"] + apart).sum()) - 1
    others = counted(tied, "other lies", "others lie")
    y = alt.Y("approach:N", sort=rows["approach"].tolist(), title=None, axis=NAMED)
    tooltip = [
        alt.Tooltip("approach:N"),
        alt.Tooltip("mean_rank:Q", format=".2f", title="mean rank"),
        alt.Tooltip("critical_difference:Q", format=".2f", title="critical difference"),
    ]
    base = alt.Chart(rows).encode(y=y, tooltip=tooltip, color=colour())
    x = alt.X("mean_rank:Q", title="mean rank (1 = best)", scale=alt.Scale(zero=False))
    chart = alt.layer(
        base.mark_rule(strokeWidth=6, opacity=0.4, strokeCap="round").encode(
            x=alt.X("lo:Q", title="mean rank (1 = best)", scale=alt.Scale(zero=False)), x2="hi:Q"
        ),
        base.mark_point(filled=True, size=80, opacity=1).encode(x=x, shape=shape()),
    )
    spoken = "; ".join(
        f"{row['approach']} {number(row['mean_rank'], 1)}" for row in rows.to_dict("records")
    )
    return finish(
        chart,
        f"{quoted(best['approach'])} ranks first at {number(best['mean_rank'], 1)} on average; "
        f"{others} within the critical difference of {number(apart, 1)}",
        f"Mean rank of each approach. {spoken}. Critical difference {number(apart, 2)}.",
        height=ROW * max(len(rows), 1),
        subtitle="Over genres. Bars that do not overlap differ by more than Nemenyi's critical "
        "difference. Descriptive only: the paired differences are the test",
        keys=[m for m in NAMES if m in set(rows["modality"])],
    )

"""Figures of the ablations: what the seeds move, and what the films move."""

from typing import Any

import altair as alt
import pandas as pd

from report.figures.style import MODALITY, NAMED, NAMES, ROW, colour, finish
from report.text import number

SPREAD = "standard deviation of macro AP"


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
        alt.Chart(rows).mark_rule().encode(y=y, x=alt.X("seed_sd:Q", title=SPREAD), x2="film_sd:Q"),
        alt.Chart(long)
        .mark_point(size=70, opacity=1, strokeWidth=2)
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

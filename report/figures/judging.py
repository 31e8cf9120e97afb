"""Figures of decisions and probabilities: the rules, reliability, and what was published."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from report.figures.style import (
    COLOURS,
    INTERVAL,
    NAMES,
    PROBABILITY,
    SHAPES,
    TENTHS,
    colour,
    finish,
    shape,
)
from report.loading import MODALITIES
from report.text import listed, number, quoted

FIFTHS = alt.Axis(format=".1f", values=[fifth / 5 for fifth in range(6)])
SHARE = "share with the genre"
REFERENCES = {"constant answer": "a constant answer", "every genre": "every genre"}
Z = 1.96  # of a 95% interval
AXIS = "macro F1 (0–1)"
UNSEEN = ("unskilled", "flawless")


def rules(rows: pd.DataFrame, everything: float | None) -> Any:
    """Macro F1 under each rule, with its interval. rows: approach, modality, rule, f1_macro.

    everything: macro F1 of every genre for every film.
    """
    rows = rows.dropna(subset=["f1_macro"])
    best = rows.sort_values("f1_macro").iloc[-1]
    order = list(dict.fromkeys(rows["rule"]))
    y = alt.Y("rule:N", sort=order, title=None)
    x = alt.X("f1_macro:Q", title=AXIS, scale=PROBABILITY, axis=TENTHS)
    tooltip = [
        alt.Tooltip("approach:N"),
        alt.Tooltip("rule:N"),
        alt.Tooltip("f1_macro:Q", format=".3f", title="macro F1"),
        alt.Tooltip("f1_macro_lo:Q", format=".3f", title="95% from"),
        alt.Tooltip("f1_macro_hi:Q", format=".3f", title="to"),
        alt.Tooltip("precision_macro:Q", format=".3f", title="precision"),
        alt.Tooltip("recall_macro:Q", format=".3f", title="recall"),
    ]
    beside = alt.YOffset("modality:N", sort=list(NAMES))
    base = alt.Chart(rows).encode(y=y, yOffset=beside, color=colour(), tooltip=tooltip)
    layers: list[Any] = [
        base.mark_rule(**INTERVAL).encode(
            x=alt.X("f1_macro_lo:Q", title=AXIS, scale=PROBABILITY, axis=TENTHS), x2="f1_macro_hi:Q"
        ),
        base.mark_point(filled=True, size=80, opacity=1).encode(x=x, shape=shape()),
    ]
    keys = [*(m for m in NAMES if m in set(rows["modality"])), "interval"]
    if everything is not None:
        flat = pd.DataFrame({"f1_macro": [everything]})
        layers.append(alt.Chart(flat).mark_rule(strokeDash=[8, 3, 2, 3], strokeWidth=2).encode(x=x))
        keys.append("everything")
    spoken = "; ".join(
        f"{row['approach']} {row['rule']} {number(row['f1_macro'])}"
        for row in rows.to_dict("records")
    )
    return finish(
        alt.layer(*layers),
        f"The best rule reaches a macro F1 of {number(best['f1_macro'])} "
        f"({quoted(best['approach'])}, {best['rule']})",
        f"Macro F1 under each rule. {spoken}."
        + (f" Every genre {number(everything)}." if everything is not None else ""),
        height=54 * max(len(order), 1),
        subtitle="The approaches named before the run; tuned rules are learnt on each fold's "
        "training films",
        keys=keys,
    )


def reliability(rows: pd.DataFrame, approach: str) -> Any:
    """The share of films with the genre at each score, before and after calibration.

    rows: method, mean_score, frequency, films (pairs of film and genre) of one approach.
    """
    p, n = rows["frequency"], rows["films"]
    centre = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z * np.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
    rows = rows.assign(
        lo=centre - half,
        hi=centre + half,
        when=rows["method"].map({"none": "uncalibrated"}).fillna("calibrated"),
    )
    gap = {
        str(when): float(
            np.average((part["frequency"] - part["mean_score"]).abs(), weights=part["films"])
        )
        for when, part in rows.groupby("when")
    }
    x = alt.X("mean_score:Q", title="mean score", scale=PROBABILITY, axis=FIFTHS)
    y = alt.Y("frequency:Q", title=SHARE, scale=PROBABILITY, axis=FIFTHS)
    dash = alt.StrokeDash(
        "when:N",
        scale=alt.Scale(domain=["uncalibrated", "calibrated"], range=[[4, 3], [1, 0]]),
        legend=None,
    )
    tooltip = [
        alt.Tooltip("when:N"),
        alt.Tooltip("mean_score:Q", format=".3f", title="mean score"),
        alt.Tooltip("frequency:Q", format=".3f", title="share with the genre"),
        alt.Tooltip("films:Q", title="pairs of film and genre"),
    ]
    base = alt.Chart(rows).encode(x=x, color=colour(), tooltip=tooltip)
    ends = pd.DataFrame({"mean_score": [0.0, 1.0], "frequency": [0.0, 1.0]})
    chart = alt.layer(
        alt.Chart(ends).mark_line(strokeWidth=1).encode(x=x, y=y),
        base.mark_rule(**INTERVAL).encode(
            y=alt.Y("lo:Q", title=SHARE, scale=PROBABILITY), y2="hi:Q"
        ),
        base.mark_line(strokeWidth=2).encode(y=y, strokeDash=dash),
        base.mark_point(filled=True, size=40, opacity=1).encode(y=y),
    )
    said = ", ".join(f"{number(value, 3)} {when}" for when, value in sorted(gap.items()))
    return finish(
        chart,
        f"{approach}: score and share differ by {said}",
        f"Reliability of {approach}: mean distance of score and share, {said}.",
        height=220,
        keys=["before", "after", "interval"],
    )


def published(rows: pd.DataFrame, labels: Mapping[str, str]) -> Any:
    """The seed study's numbers beside a reference, this run and a perfect predictor.

    rows: quantity, what (published, perfect, a modality, or the reference: constant answer or every
    genre), value. labels: of quantities.
    """
    rows = rows.assign(row=rows["quantity"].map(labels))
    order = list(labels.values())
    floor = rows[rows["what"].isin(REFERENCES)]
    floor = floor.assign(text=[number(value) for value in floor["value"]])
    floor = floor.assign(text=floor["text"] + " (" + floor["row"] + ")")
    scored = [
        f"{REFERENCES[str(what)]} scores {listed(part['text'].tolist())}"
        for what, part in floor.groupby("what", sort=False)
    ]
    title = "; ".join(scored) or "Published numbers beside this run"
    title = title[0].upper() + title[1:]
    y = alt.Y("row:N", sort=order, title=None, axis=alt.Axis(labelLimit=230))
    x = alt.X("value:Q", title="share (0–1)", scale=PROBABILITY, axis=TENTHS)
    tooltip = [
        alt.Tooltip("row:N", title="quantity"),
        alt.Tooltip("what:N"),
        alt.Tooltip("value:Q", format=".2f"),
    ]

    def of(*what: str) -> Any:
        return alt.Chart(rows[rows["what"].isin(what)]).encode(x=x, y=y, tooltip=tooltip)

    ours = of(*MODALITIES).mark_point(filled=True, size=90, opacity=1)
    chart = alt.layer(
        of(*REFERENCES).mark_point(
            filled=True, size=110, opacity=1, shape=SHAPES["none"], color=COLOURS["none"]
        ),
        of("perfect").mark_tick(thickness=3, size=26, opacity=1),
        ours.encode(color=colour("what"), shape=shape("what")),
        of("published").mark_point(filled=False, size=110, strokeWidth=2, shape="triangle-up"),
    )
    spoken = "; ".join(
        f"{row['row']}, {row['what']} {number(row['value'])}" for row in rows.to_dict("records")
    )
    return finish(
        chart,
        title,
        f"Published numbers beside a reference, this run and a perfect predictor. {spoken}.",
        height=52 * len(order),
        subtitle="Not the study's films: compare references and perfect scores, not the numbers",
        keys=["published", *(m for m in MODALITIES if (rows["what"] == m).any()), *UNSEEN],
    )

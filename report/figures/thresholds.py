"""Figures of the thresholds page: the sweep, F1 beside predict-everything, Keras' accuracy."""

from typing import Any

import altair as alt
import pandas as pd

from report.figures.style import NAMED, NAMES, PROBABILITY, ROW, TENTHS, colour, finish, shape
from report.loading import MODALITIES
from report.text import counted, number, quoted

EVERYTHING = "predict_everything"
FIFTHS = alt.Axis(format=".1f", values=[fifth / 5 for fifth in range(6)])
MEASURES = ("precision_macro", "recall_macro", "f1_macro")


def sweep(thresholds: pd.DataFrame, approach: str, threshold: float) -> Any:
    """Precision, recall and F1 of one approach over all thresholds, beside predict-everything.

    thresholds: thresholds.csv. The chart has two parameters the page's slider sets: `approach`
    and `threshold`; a threshold that is not in the file marks no point.
    """
    columns = ["approach", "modality", "threshold", *MEASURES]
    rows = thresholds.loc[thresholds["approach"] != EVERYTHING, columns].round(4)
    chosen = alt.param("approach", value=approach)
    at = alt.param("threshold", value=threshold)
    names = {"precision_macro": "precision", "recall_macro": "recall", "f1_macro": "F1"}
    curves = alt.Chart(rows).transform_filter("datum.approach === approach")
    curves = curves.transform_fold(list(MEASURES), as_=["measure", "value"])
    dash = alt.StrokeDash(
        "measure:N",
        scale=alt.Scale(domain=list(MEASURES), range=[[2, 3], [7, 3], [1, 0]]),
        legend=None,
    )
    y = alt.Y("value:Q", title="macro score (0–1)", scale=PROBABILITY, axis=FIFTHS)
    x = alt.X("threshold:Q", title="threshold on the score", scale=PROBABILITY, axis=TENTHS)
    tooltip = [
        alt.Tooltip("threshold:Q", format=".4~f"),
        *[alt.Tooltip(f"{m}:Q", format=".3f", title=names[m]) for m in MEASURES],
    ]
    layers: list[Any] = [
        curves.mark_line(strokeWidth=2.5).encode(
            x=x, y=y, strokeDash=dash, color=colour(), tooltip=tooltip
        ),
        curves.transform_filter("abs(datum.threshold - threshold) < 1e-6")
        .mark_point(filled=True, size=70, opacity=1)
        .encode(x=x, y=y, color=colour(), tooltip=tooltip),
        alt.Chart(pd.DataFrame({"at": [0.0]}))
        .transform_calculate(at="threshold")
        .mark_rule()
        .encode(x=alt.X("at:Q", scale=PROBABILITY)),
    ]
    everything = thresholds.loc[thresholds["approach"] == EVERYTHING, "f1_macro"]
    if len(everything):
        flat = pd.DataFrame({"value": [round(float(everything.iloc[0]), 4)]})
        layers.append(alt.Chart(flat).mark_rule(strokeDash=[8, 3, 2, 3], strokeWidth=2).encode(y=y))
    return finish(
        alt.layer(*layers).add_params(chosen, at),
        "Move the threshold: precision against recall",
        "Precision, recall and F1 (macro) of the chosen approach against the threshold; "
        "the table beside the slider has the same numbers.",
        height=300,
        subtitle="Macro averages of the chosen approach, in its modality's colour",
        keys=["precision", "recall", "f1", "everything"],
    )


def f1_curves(thresholds: pd.DataFrame, headline: dict[str, str]) -> Any:
    """Macro F1 of the headline picture, sound and both over the sweep, beside predict-everything.

    thresholds: thresholds.csv. headline: modality -> approach.
    """
    names = [headline[m] for m in MODALITIES if m in headline]
    rows = thresholds.loc[
        thresholds["approach"].isin(names), ["approach", "modality", "threshold", "f1_macro"]
    ].round(4)
    everything = thresholds.loc[thresholds["approach"] == EVERYTHING, "f1_macro"]
    floor = float(everything.iloc[0]) if len(everything) else None
    peak = rows.sort_values("f1_macro", na_position="first").iloc[-1]
    title = (
        f"Macro F1 is at most {number(peak['f1_macro'])} ({quoted(peak['approach'])} at "
        f"{peak['threshold']:g}, a threshold picked on these films, which flatters it)"
    )
    if floor is not None:
        title += f"; every genre for every film scores {number(floor)}"
    x = alt.X("threshold:Q", title="threshold on the score", scale=PROBABILITY, axis=TENTHS)
    y = alt.Y("f1_macro:Q", title="macro F1 (0–1)", scale=PROBABILITY, axis=FIFTHS)
    layers: list[Any] = [
        alt.Chart(rows)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=x,
            y=y,
            color=colour(),
            tooltip=[
                "approach:N",
                "modality:N",
                alt.Tooltip("threshold:Q", format=".4~f"),
                alt.Tooltip("f1_macro:Q", format=".3f", title="macro F1"),
            ],
        )
    ]
    if floor is not None:
        flat = pd.DataFrame({"f1_macro": [floor]})
        layers.append(alt.Chart(flat).mark_rule(strokeDash=[8, 3, 2, 3], strokeWidth=2).encode(y=y))
    ends = "; ".join(
        f"{name} peaks at {number(part['f1_macro'].max())}"
        for name, part in rows.groupby("approach", sort=False)
    )
    return finish(
        alt.layer(*layers),
        title,
        f"Macro F1 against the threshold. {ends}."
        + (f" Every genre gives {number(floor)}." if floor is not None else ""),
        height=260,
        subtitle=" · ".join(names),
        keys=[m for m in NAMES if m in set(rows["modality"])]
        + (["everything"] if floor is not None else []),
    )


def keras_accuracy(rows: pd.DataFrame, constant: float | None, perfect: float | None) -> Any:
    """Keras' categorical accuracy of every approach, a constant answer and a perfect predictor.

    rows: approach, modality, keras_accuracy, skilled (whether it beats chance in macro AP).
    """
    rows = rows.dropna(subset=["keras_accuracy"]).sort_values("keras_accuracy", ascending=False)
    rows = rows.assign(text=[number(value) for value in rows["keras_accuracy"]])
    skilled = rows[rows["skilled"]]
    below = 0 if constant is None else int((skilled["keras_accuracy"] < constant).sum())
    beat = counted(len(skilled), "approach that beats", "approaches that beat")
    title = (
        f"{below} of {beat} chance {'scores' if below == 1 else 'score'} less than a constant "
        f"answer ({number(constant)}) in Keras' accuracy; a perfect predictor scores "
        f"{number(perfect)}"
    )
    y = alt.Y("approach:N", sort=rows["approach"].tolist(), title=None, axis=NAMED)
    axis = "keras_accuracy (share of films)"
    x = alt.X("keras_accuracy:Q", title=axis, scale=PROBABILITY, axis=TENTHS)
    base = alt.Chart(rows).encode(
        x=x,
        y=y,
        tooltip=["approach:N", "modality:N", alt.Tooltip("keras_accuracy:Q", format=".3f")],
    )
    layers: list[Any] = [
        base.mark_point(filled=True, size=90, opacity=1).encode(color=colour(), shape=shape()),
        base.mark_text(align="left", dx=10).encode(text="text:N"),
    ]
    keys = [m for m in NAMES if m in set(rows["modality"])]
    for name, value in (("constant", constant), ("perfect", perfect)):
        if value is None:
            continue
        dash = [4, 4] if name == "constant" else [1, 0]
        keys.append(name)
        layers.append(
            alt.Chart(pd.DataFrame({"keras_accuracy": [value]}))
            .mark_rule(strokeDash=dash)
            .encode(x=x)
        )
    spoken = "; ".join(f"{row['approach']} {row['text']}" for row in rows.to_dict("records"))
    return finish(
        alt.layer(*layers),
        title,
        f"Keras' categorical accuracy. {spoken}. Constant answer {number(constant)}, "
        f"perfect {number(perfect)}.",
        height=ROW * max(len(rows), 1),
        keys=keys,
    )

"""Figures of single fits: loss over epochs, and inner score over what folds choose from."""

from typing import Any

import altair as alt
import pandas as pd

from report.figures.style import finish
from report.text import counted, listed, number, plain_number

HEIGHT = 130


def learning_curve(curve: pd.DataFrame, approach: str) -> Any:
    """Loss against epoch of one approach. curve: step, part (train, held_out), value."""
    curve = curve[curve["part"].isin(["train", "held_out"])]
    held = curve[curve["part"] == "held_out"]
    if held["value"].notna().any():
        best = held.sort_values("value").iloc[0]
        about = f"held-out loss lowest at epoch {int(best['step'])} ({number(best['value'], 3)})"
    else:
        about = "no held-out loss"
    chart = (
        alt.Chart(curve.round(5))
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X("step:Q", title="epoch", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("value:Q", title="loss (nats)", scale=alt.Scale(zero=False)),
            strokeDash=alt.StrokeDash(
                "part:N",
                scale=alt.Scale(domain=["train", "held_out"], range=[[4, 3], [1, 0]]),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip("part:N"),
                alt.Tooltip("step:Q", title="epoch"),
                alt.Tooltip("value:Q", title="loss", format=".4f"),
            ],
        )
    )
    return finish(
        chart,
        f"{approach}: {about}",
        f"Learning curves of {approach}: {about}.",
        height=HEIGHT,
        keys=["training", "held_out"],
    )


def settings(grid: pd.DataFrame, approach: str, name: str) -> Any:
    """Inner macro AP against a probe's setting, with marks for what the folds took.

    grid: setting, macro_ap (may be undefined), folds; name: of the setting.
    """
    taken = grid[grid["folds"] > 0]
    said = listed(
        [
            f"{name} = {plain_number(row['setting'])} in {counted(int(row['folds']), 'fold')}"
            for row in taken.to_dict("records")
        ]
    )
    about = said if grid["macro_ap"].notna().any() else f"{said}, too few folds to choose"
    x = alt.X(
        "setting:Q",
        title=f"{name} (logarithmic)",
        scale=alt.Scale(type="log", nice=False),
        axis=alt.Axis(tickCount=5, format="~g"),
    )
    named = grid.assign(name=[plain_number(value) for value in grid["setting"]])
    tooltip = alt.Tooltip("setting:Q", title=name, format="~g")
    return _inner(named, x, [tooltip], approach, f"by {name}", about)


def steps(grid: pd.DataFrame, approach: str) -> Any:
    """Inner macro AP against epochs, a line for each weight decay, with marks for what folds took.

    grid: weight_decay, epochs, macro_ap (may be undefined), folds.
    """
    grid = grid.assign(decay=[plain_number(value) for value in grid["weight_decay"]])
    taken = grid[grid["folds"] > 0]
    about = listed(
        [
            f"weight decay {row['decay']} and {row['epochs']} epochs in "
            f"{counted(int(row['folds']), 'fold')}"
            for row in taken.to_dict("records")
        ]
    )
    named = grid.assign(name=grid["decay"] + " and " + grid["epochs"].astype(str))
    x = alt.X("epochs:Q", title="epochs", axis=alt.Axis(tickMinStep=1))
    tooltip = [
        alt.Tooltip("decay:N", title="weight decay"),
        alt.Tooltip("epochs:Q", title="epochs"),
    ]
    return _inner(named, x, tooltip, approach, "by weight decay and epochs", about, "decay:N")


def _inner(
    grid: pd.DataFrame,
    x: alt.X,
    tooltip: list[alt.Tooltip],
    approach: str,
    by: str,
    about: str,
    line: str = "",
) -> Any:
    """grid: as above, and `name`, a setting in words; about: what folds took; line: its name."""
    base = alt.Chart(grid.drop(columns="name").round({"macro_ap": 5})).encode(
        x=x,
        y=alt.Y("macro_ap:Q", title="inner macro AP", scale=alt.Scale(zero=False)),
        tooltip=[
            *tooltip,
            alt.Tooltip("macro_ap:Q", title="inner macro AP", format=".3f"),
            alt.Tooltip("folds:Q", title="folds that took it"),
        ],
    )
    base = base.encode(detail=line) if line else base
    chart = alt.layer(
        base.mark_line(strokeWidth=2),
        base.mark_point(filled=True, size=90, opacity=1).transform_filter("datum.folds > 0"),
    )
    spoken = "; ".join(
        f"{row['name']} {number(row['macro_ap'], 3)}" for row in grid.to_dict("records")
    )
    return finish(
        chart,
        f"{approach}: {about}",
        f"Inner macro average precision of {approach} {by}. {spoken}. Taken: {about}.",
        height=HEIGHT,
        keys=["inner", "taken"],
    )

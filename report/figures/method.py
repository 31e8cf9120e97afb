"""Figures of the method page: learning curves and the time each stage took."""

from typing import Any

import altair as alt
import pandas as pd

from report.elements import number
from report.figures.style import ROW, finish, with_room


def learning_curve(curve: pd.DataFrame, approach: str) -> Any:
    """Loss against epoch of one approach. curve: epoch, part (train, held_out), loss."""
    held = curve[curve["part"] == "held_out"]
    if held["loss"].notna().any():
        best = held.sort_values("loss").iloc[0]
        about = f"held-out loss lowest at epoch {int(best['epoch'])} ({number(best['loss'], 3)})"
    else:
        about = "no held-out loss"
    chart = (
        alt.Chart(curve.round(5))
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("loss:Q", title="loss (nats)", scale=alt.Scale(zero=False)),
            strokeDash=alt.StrokeDash(
                "part:N",
                scale=alt.Scale(domain=["train", "held_out"], range=[[4, 3], [1, 0]]),
                legend=None,
            ),
            tooltip=["part:N", "epoch:Q", alt.Tooltip("loss:Q", format=".4f")],
        )
    )
    return finish(
        chart,
        f"{approach}: {about}",
        f"Learning curves of {approach}: {about}.",
        height=130,
        keys=["training", "held_out"],
    )


def timings(stages: pd.DataFrame) -> Any:
    """Seconds each stage took. stages: stage, seconds, peak_megabytes (may be undefined)."""
    rows = stages.dropna(subset=["seconds"]).sort_values("seconds", ascending=False, kind="stable")
    rows = rows.assign(text=[f"{value:,.0f} s" for value in rows["seconds"]])
    total = float(rows["seconds"].sum())
    first = rows.iloc[0]
    title = (
        f"{first['stage']} takes {first['seconds'] / total:.0%} of {total / 60:.1f} minutes"
        if total > 0
        else "No stage took time"
    )
    base = alt.Chart(rows).encode(
        x=alt.X(
            "seconds:Q",
            title="seconds",
            axis=alt.Axis(tickCount=6),
            scale=with_room(rows["seconds"]),
        ),
        y=alt.Y("stage:N", sort=rows["stage"].tolist(), title=None, axis=alt.Axis(labelLimit=170)),
        tooltip=["stage:N", alt.Tooltip("seconds:Q", format=".1f"), "peak_megabytes:Q"],
    )
    chart = alt.layer(
        base.mark_bar(height={"band": 0.6}),
        base.mark_text(align="left", dx=5).encode(text="text:N"),
    )
    spoken = "; ".join(f"{row['stage']} {row['text']}" for row in rows.to_dict("records"))
    return finish(chart, title, f"Seconds per stage. {spoken}.", height=int(ROW * 0.8) * len(rows))

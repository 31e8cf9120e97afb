"""Figure of the page on accuracy: average precision against Keras' accuracy."""

from typing import Any

import altair as alt
import pandas as pd

from report.figures.style import NAMES, colour, finish, shape
from report.text import counted, number

AXIS = alt.Scale(zero=False, nice=True, padding=12)


def rank_correlation(rows: pd.DataFrame) -> float:
    """Spearman's, of Keras' accuracy and macro average precision over approaches."""
    ranks = rows[["keras_accuracy", "macro_ap"]].rank()
    return float(ranks["keras_accuracy"].corr(ranks["macro_ap"]))


def accuracy_against_precision(rows: pd.DataFrame, constant: float | None, title: str) -> Any:
    """Every approach of a corpus by both measures, and the accuracy of the best constant answer.

    rows: approach, modality, keras_accuracy, macro_ap; title: of the corpus.
    """
    rows = rows.dropna(subset=["keras_accuracy", "macro_ap"])
    x = alt.X("keras_accuracy:Q", title="Keras’ accuracy", scale=AXIS, axis=alt.Axis(format=".2f"))
    points = (
        alt.Chart(rows)
        .mark_point(filled=True, size=80, opacity=1)
        .encode(
            x=x,
            y=alt.Y("macro_ap:Q", title="macro average precision", scale=AXIS),
            color=colour(),
            shape=shape(),
            tooltip=[
                "approach:N",
                "modality:N",
                alt.Tooltip("keras_accuracy:Q", format=".3f"),
                alt.Tooltip("macro_ap:Q", format=".3f"),
            ],
        )
    )
    layers, below = [points], ""
    if constant is not None:
        rule = alt.Chart(pd.DataFrame({"keras_accuracy": [constant]}))
        layers.append(rule.mark_rule(strokeDash=[4, 4]).encode(x=x))
        judged = rows[rows["modality"] != "none"]
        count = int((judged["keras_accuracy"] < constant).sum())
        below = (
            f"{count} of {len(judged)} that look or listen score less in Keras’ accuracy than a "
            f"constant answer ({number(constant)})"
        )
    value = number(rank_correlation(rows))
    return finish(
        alt.layer(*layers),
        f"{title}: a rank correlation of {value} over {counted(len(rows), 'approach')}",
        f"Macro average precision against Keras’ accuracy, rank correlation {value}. {below}.",
        height=280,
        subtitle=below,
        keys=[m for m in NAMES if m in set(rows["modality"])]
        + (["constant"] if constant is not None else []),
    )

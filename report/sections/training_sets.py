"""Sections of other training sets, each only where its table has numbers."""

import pandas as pd

from report import figures, html
from report.html import Html
from report.loading import Metrics
from report.tables import training_sets as tables
from report.text import listed, number, quoted, signed

NAMED = {
    "picture_sound": "picture minus sound",
    "picture_words": "picture minus words",
    "sound_words": "sound minus words",
    "fusion": "both minus the better of the two",
    "with_words": "all three minus what was named without words",
}


def learning_curve(metrics: Metrics, chance: float) -> Html:
    """The heading and the figure; the reason where no approach could be trained again."""
    rows = metrics.table("learning_curve")
    if rows.empty:
        return Html("")
    heading = html.heading("How many trailers does it take?")
    drawn = rows.dropna(subset=["macro_ap"])
    missing = Html("")
    if reasons := list(dict.fromkeys(rows["reason"].dropna())):
        missing = html.paragraph(f"Not drawn: {listed(reasons)}.")
    if drawn.empty:
        return heading + missing
    words = html.paragraph(
        "The approaches named before the run learn from fewer films: each set lies within the next "
        "larger one, with the same mix of genres, and the setting of a head is chosen within it. "
        "An interval holds 95% of such draws; the judged films are the same throughout."
    )
    figure = html.figure(
        figures.training_sets(drawn, chance),
        "training-sets",
        source="learning_curve.csv",
        numbers=tables.learning_curve(drawn),
    )
    return heading + words + figure + missing


def retrained(metrics: Metrics) -> Html:
    """How much wider the intervals of the headline are once models are trained again."""
    rows = metrics.table("retrained")
    if rows.empty or rows["wider"].dropna().empty:
        return Html("")
    rows = rows.dropna(subset=["wider"])
    said = listed(
        [
            f"{number(row['wider'], 1)} times as wide for "
            f"{quoted(row['a'])} minus {quoted(row['b'])}"
            for row in rows.to_dict("records")
        ]
    )
    words = html.paragraph(
        "What intervals leave out because models are not trained again: an interval from "
        f"{int(rows['repeats'].iloc[0])} resamples of the films on which all models are trained "
        f"anew is {said}.{_no_longer_clear(rows)}"
    )
    shown = html.table(tables.retrained(rows), source="retrained.csv", name="retrained")
    return words + shown


def once_retrained(metrics: Metrics) -> Html:
    """The differences named before the run with intervals that count other training films too."""
    rows = metrics.table("retrained")
    if rows.empty or rows["retrained_lo"].dropna().empty:
        return Html("")
    rows = rows.dropna(subset=["retrained_lo"])
    told = [
        f"{NAMED[row['family']]} {signed(row['difference'], 3)} "
        f"({signed(row['retrained_lo'], 3)} to {signed(row['retrained_hi'], 3)})"
        for row in rows.to_dict("records")
    ]
    still = (rows["retrained_lo"] > 0) | (rows["retrained_hi"] < 0)
    clear = {len(rows): "Zero is outside", 0: "Zero is inside"}.get(
        int(still.sum()), f"Zero is outside {int(still.sum())} of {len(rows)}"
    )
    return html.paragraph(
        "How sure are we? With models trained anew on resampled films as well, which is the widest "
        f"of our intervals: {listed(told)}. {clear}."
    )


def _no_longer_clear(rows: pd.DataFrame) -> str:
    """A sentence on the differences that exclude zero only while models stay as they are."""
    clear = (rows["lo"] > 0) | (rows["hi"] < 0)
    still = (rows["retrained_lo"] > 0) | (rows["retrained_hi"] < 0)
    named = [
        f"{quoted(row['a'])} minus {quoted(row['b'])}"
        for row in rows[clear & ~still].to_dict("records")
    ]
    if not named:
        return ""
    return f" With it, {listed(named)} {'includes' if len(named) == 1 else 'include'} zero."

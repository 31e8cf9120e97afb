"""Sections of the ablations, each there only where the matrix has what it compares."""

import pandas as pd

from report import figures, html
from report.html import Html
from report.loading import Metrics
from report.tables import ablations, approaches


def contrast(metrics: Metrics, family: str) -> Html:
    """The paired differences of one family; a sentence where the matrix has none."""
    rows = approaches.of_families(metrics, family)
    if rows.empty:
        return html.paragraph("No two approaches of this matrix differ in nothing else.")
    return _differences(rows, family, "comparisons.csv")


def label_sets(metrics: Metrics) -> Html:
    """Fewer labels against all of them, on shared genres; the numbers genre by genre."""
    rows = ablations.label_sets(metrics)
    if rows.empty:
        return html.paragraph("No approach of this matrix was trained on fewer labels.")
    by_genre = html.table(
        ablations.label_genres(metrics), source="label_sets.csv", name="label-sets"
    )
    drawn = _differences(rows, "labels", "label_sets.csv")
    return drawn + html.folded("Genre by genre, and the naive difference", by_genre)


def ungrouped(metrics: Metrics) -> Html:
    """What folds that part the films of a collection would score; nothing without collections."""
    rows = ablations.ungrouped(metrics)
    if rows.empty:
        return Html("")
    said = html.paragraph(
        "Films of one collection are judged in one fold, since what is learnt from one of them is "
        "no news on the next. Folds that part them would score so much more, or less:"
    )
    shown = html.table(rows, source="ungrouped.csv", name="ungrouped")
    return html.heading("Films of a collection, parted") + said + shown


def variance(metrics: Metrics) -> Html:
    """Spread over training seeds beside spread over films; nothing where they are not told."""
    rows = ablations.variance(metrics)
    if rows.empty:
        return Html("")
    drawn = html.figure(
        figures.variance(rows),
        "variance",
        source="approaches.csv",
        numbers=ablations.variance_shown(rows),
    )
    return html.heading("Seeds and films") + drawn


def ranks(metrics: Metrics) -> Html:
    """Mean ranks with Nemenyi's critical difference, descriptive; nothing without the table."""
    rows = metrics.table("ranks")
    if rows.empty:
        return Html("")
    drawn = html.figure(
        figures.ranks(rows), "ranks", source="ranks.csv", numbers=ablations.ranks(rows)
    )
    return html.heading("Mean ranks") + drawn


def _differences(rows: pd.DataFrame, name: str, source: str) -> Html:
    numbers = approaches.comparisons(rows, question=False)
    return html.figure(figures.differences(rows, named=True), name, source=source, numbers=numbers)

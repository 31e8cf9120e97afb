"""Sections of the ablations, each there only where the matrix has what it compares."""

import pandas as pd

from report import elements, figures
from report.elements import Html
from report.loading import Metrics
from report.tables import ablations, approaches


def contrast(metrics: Metrics, family: str) -> Html:
    """The paired differences of one family; a sentence where the matrix has none."""
    rows = approaches.of_families(metrics, family)
    if rows.empty:
        return elements.paragraph("No two approaches of this matrix differ in nothing else.")
    return _differences(rows, family, "comparisons.csv")


def label_sets(metrics: Metrics) -> Html:
    """Fewer labels against all of them, on shared genres; the numbers genre by genre."""
    rows = ablations.label_sets(metrics)
    if rows.empty:
        return elements.paragraph("No approach of this matrix was trained on fewer labels.")
    by_genre = elements.table(
        ablations.label_genres(metrics), source="label_sets.csv", name="label-sets"
    )
    drawn = _differences(rows, "labels", "label_sets.csv")
    return drawn + elements.folded("Genre by genre, and the naive difference", by_genre)


def further_contrasts(metrics: Metrics) -> Html:
    """Families of comparisons that came later than this page; nothing where there are none."""
    pieces = []
    for family in ablations.other_families(metrics):
        rows = approaches.of_families(metrics, family)
        title = elements.heading(family.replace("_", " ").capitalize())
        pieces.append(title + _differences(rows, f"family-{family}", "comparisons.csv"))
    return Html("\n".join(piece.text for piece in pieces))


def variance(metrics: Metrics) -> Html:
    """Spread over training seeds beside spread over films; nothing without the table."""
    rows = metrics.table("variance")
    if rows.empty:
        return Html("")
    drawn = elements.figure(
        figures.variance(rows),
        "variance",
        source="variance.csv",
        numbers=ablations.variance(metrics),
    )
    return elements.heading("Seeds and films") + drawn


def ranks(metrics: Metrics) -> Html:
    """Mean ranks with Nemenyi's critical difference, descriptive; nothing without the table."""
    rows = metrics.table("ranks")
    if rows.empty:
        return Html("")
    modality = metrics.approaches.set_index("approach")["modality"]
    rows = rows.assign(modality=rows["approach"].map(modality).fillna("none"))
    drawn = elements.figure(
        figures.ranks(rows), "ranks", source="ranks.csv", numbers=ablations.ranks(metrics)
    )
    return elements.heading("Mean ranks") + drawn


def _differences(rows: pd.DataFrame, name: str, source: str) -> Html:
    numbers = approaches.comparisons(rows, question=False)
    return elements.figure(
        figures.differences(rows, named=True), name, source=source, numbers=numbers
    )

"""Sections of the ablations page, each only where the matrix has what it compares."""

import pandas as pd

from report import figures, html
from report.html import Html
from report.loading import Metrics
from report.tables import ablations, approaches


def contrast(metrics: Metrics, family: str) -> Html:
    """The paired differences of one family; a sentence where the matrix has none."""
    rows = approaches.of_families(metrics, family)
    if rows.empty:
        return html.paragraph("No two approaches of this matrix differ in this alone.")
    return paired(rows, family, "comparisons.csv")


def asked(metrics: Metrics) -> Html:
    """What learnt from our films against the same network asked in words; nothing without any."""
    return _of_family(
        metrics,
        "zero_shot",
        "Asked in words",
        "A network that was trained with texts is asked by prompts of each genre, and learns from "
        "no film (zero-shot). What a model learnt from our films on its embeddings, less that:",
        name="asked",
    )


def title(metrics: Metrics) -> Html:
    """Words without those of the film's own title against all; nothing where none are hidden."""
    rendered = (
        "On rendered trailers there is nothing to lose, as their titles were drawn without regard "
        "to genres: what hiding gains is noise that is gone."
    )
    return _of_family(
        metrics,
        "title",
        "The film's own title",
        "A trailer whose cards or voices name the film identifies it to whoever has heard of it. "
        "What hiding the title costs: the score without the words of the film's own title, minus "
        "that of the same approach with them.",
        *([rendered] if metrics.sample else []),
    )


def one_network(metrics: Metrics) -> Html:
    """One network that looks and listens against two that are joined; nothing without any."""
    return _of_family(
        metrics,
        "joint",
        "One network for both",
        "A network that was trained on pictures with their sound takes both at once. Its score, "
        "less that of the fusion of a picture's and a sound's which most folds choose:",
    )


def _of_family(
    metrics: Metrics, family: str, heading: str, *paragraphs: str, name: str = ""
) -> Html:
    """A section of one family's differences, of corpora that have any. name: the figure's."""
    rows = approaches.of_families(metrics, family)
    if rows.empty:
        return Html("")
    said = html.heading(heading)
    for text in paragraphs:
        said += html.paragraph(text)
    return said + paired(rows, name or family, "comparisons.csv")


def label_sets(metrics: Metrics) -> Html:
    """Fewer labels against all, on shared genres; the numbers by genre."""
    rows = ablations.label_sets(metrics)
    if rows.empty:
        return html.paragraph("No approach of this matrix was trained on fewer labels.")
    by_genre = html.table(
        ablations.label_genres(metrics), source="label_sets.csv", name="label-sets"
    )
    drawn = paired(rows, "labels", "label_sets.csv")
    return drawn + html.folded("By genre, with the naive difference", by_genre)


def ungrouped(metrics: Metrics) -> Html:
    """Scores if collections are split across folds; nothing without collections."""
    rows = ablations.ungrouped(metrics)
    if rows.empty:
        return Html("")
    said = html.paragraph(
        "All films of a collection (a series) are in one fold: what a model learns from one would "
        "leak into the next. Scores if collections are split across folds:"
    )
    shown = html.table(rows, source="ungrouped.csv", name="ungrouped")
    return html.heading("Collections split across folds") + said + shown


def variance(metrics: Metrics) -> Html:
    """Spread over training seeds against spread over films; nothing where they are unknown."""
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


def paired(rows: pd.DataFrame, name: str, source: str) -> Html:
    """Paired differences drawn, with their numbers."""
    numbers = approaches.comparisons(rows, question=False)
    return html.figure(figures.differences(rows, named=True), name, source=source, numbers=numbers)

"""The section of ranks with their uncertainty."""

from report import figures, html
from report.html import Html
from report.loading import Metrics
from report.tables import ranks as tables


def ranks(metrics: Metrics) -> Html:
    """Ranks with intervals and who is tied with the first; nothing without the table."""
    rows = metrics.table("rank_intervals")
    if rows.empty:
        return Html("")
    drawn = html.figure(
        figures.ranks(rows), "ranks", source="rank_intervals.csv", numbers=tables.ranks(rows)
    )
    return html.heading("How sure is the ranking?") + html.paragraph(tables.words(rows)) + drawn

"""The section of confusions between genres, only where they were counted."""

from report import figures, html
from report.html import Html
from report.loading import Metrics
from report.tables import genres as tables


def confusion(metrics: Metrics) -> Html:
    """Which genres the leading approach takes for which; nothing where the table is missing."""
    rows = metrics.table("confusion")
    if rows.empty:
        return Html("")
    cells = tables.excess(rows[rows["approach"] == metrics.leading])
    names = metrics.genre_names
    if cells.empty:
        return Html("")
    drawn = html.figure(
        figures.confusion(cells, names, metrics.leading),
        "confusion",
        source="confusion.csv",
        numbers=tables.confusions(cells, names),
        others="Of the films with the row's genre and without this one, how many more in a hundred "
        "are scored as it than of other films.",
    )
    return html.heading("Which genres are confused") + drawn

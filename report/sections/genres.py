"""The section of confusions between genres, only where they were counted."""

import pandas as pd

from report import figures, html, text
from report.html import Html
from report.loading import Metrics


def confusion(metrics: Metrics) -> Html:
    """Which genres the leading approach takes for which; nothing where the table is missing."""
    rows = metrics.table("confusion")
    if rows.empty:
        return Html("")
    rows = rows[rows["approach"] == metrics.leading]
    names = metrics.genre_names
    shares = rows.pivot(index="genre", columns="other", values="share")
    shares = shares.reindex(index=pd.Index(names), columns=pd.Index(names))
    numbers = shares.map(text.number).rename_axis("Films with").reset_index()
    drawn = html.figure(
        figures.confusion(shares, metrics.leading),
        "confusion",
        source="confusion.csv",
        numbers=numbers,
    )
    return html.heading("Which genres are confused") + drawn

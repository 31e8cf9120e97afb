"""The section on what joining brings."""

from urllib.parse import quote

from report import html
from report.films import labels_from
from report.html import Html
from report.loading import Metrics
from report.tables import joining as tables
from report.text import number, quoted


def joining(metrics: Metrics) -> Html:
    """Who contributes what, and the films that joining loses, with examples; nothing without a
    fusion."""
    shares, films = metrics.table("contributions"), metrics.table("confused")
    if shares.empty or films.empty:
        return Html("")
    found = html.heading("What does joining bring?")
    found += html.paragraph(
        "What a modality adds is by how much macro AP rises when it joins, as a mean over all "
        "orders in which they may join (its Shapley value); with nothing joined, the score is that "
        "of guessing. Together they add up to the fusion's score less that of guessing."
    )
    found += html.table(
        tables.contributions(shares),
        caption="What each modality adds to the macro AP of a fusion",
        source="contributions.csv",
        name="contributions",
    )
    if not (own := tables.by_genre(shares, metrics.leading)).empty:
        found += html.folded(
            "By genre, of the headline's fusion",
            html.table(own, caption="What each modality adds to AP", name="contributions-genres"),
        )
    guess = number(films["right_prior"].iloc[0], 3)
    found += html.paragraph(
        "Joining also loses films. Here a film is right where the genre with the highest score is "
        f"one of its own; guessing the commonest is right for {guess} of them. Lost by chance is "
        "what would be lost if part and fusion knew nothing of each other."
    )
    found += html.table(
        tables.confused(films),
        caption="Films right by one modality and wrong once joined, and the other way round",
        source="confused.csv",
        name="confused",
    )
    return found + _examples(metrics)


def _examples(metrics: Metrics) -> Html:
    """Films that the headline's fusion loses, or that of another; that they may not be shown."""
    if not (metrics.folder / "lost_films.csv").exists():
        if metrics.parameters.get("catalogue", {}).get("labels_may_be_published", True):
            return Html("")  # metrics of an earlier run
        return html.paragraph(
            "Which films these are is not shown: it would tell their genres, which the terms of "
            "this corpus's catalogue do not allow to be passed on. Whoever has the catalogue sees "
            "them on pages rendered beside it."
        )
    rows = metrics.table("lost_films")
    if rows.empty:
        return html.paragraph("Joining loses no film.")
    fusions = list(dict.fromkeys(rows["approach"]))
    fusion = metrics.leading if metrics.leading in fusions else fusions[0]
    own = rows[rows["approach"] == fusion]
    return labels_from(metrics) + html.table(
        tables.lost(own),
        caption=f"Lost by {quoted(fusion)}: of each modality the films whose genre falls furthest",
        source="lost_films.csv",
        name="lost-films",
        to=[f"films.html#film={quote(str(film), safe='')}" for film in own["film_id"]],
    )

"""The section on what joining brings."""

from report import html
from report.html import Html
from report.loading import Metrics
from report.tables import joining as tables
from report.text import number


def joining(metrics: Metrics) -> Html:
    """Who contributes what, and the films that joining loses; nothing without a fusion."""
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
    return found + html.table(
        tables.confused(films),
        caption="Films right by one modality and wrong once joined, and the other way round",
        source="confused.csv",
        name="confused",
    )

"""The section on systems of which there are scores alone: their cards, and who is ahead."""

from report import figures, html
from report.html import Html
from report.loading import Metrics
from report.tables import approaches
from report.tables.common import plain

FAMILY = "sent_in"
CARD = {
    "approach": "Approach",
    "who": "Who",
    "looks_at": "Looks at",
    "scale": "Scale",
    "learnt_from": "Learnt genres from",
    "trained_on": "Trained on",
    "our_films_among_it": "Our films among it",
    "paper": "Paper",
    "licence": "Licence",
    "date": "Date",
}
LEARNT = {"our_folds": "our films, out of fold", "elsewhere": "none of our films"}


def sent_in(metrics: Metrics) -> Html:
    """Nothing where nobody sent any."""
    cards = metrics.table("submitted")
    if cards.empty:
        return Html("")
    said = html.paragraph(
        "These systems ran elsewhere; here are only their scores. What the table says is stated by "
        "whoever sent them and cannot be checked: above all, whether each film was scored by "
        "models that saw no film of its fold. Their thresholds are learnt on their scores of the "
        "other folds."
    )
    cards = cards.assign(learnt_from=cards["learnt_from"].replace(LEARNT))
    shown = html.table(plain(cards, CARD), source="submitted.csv", name="submitted")
    rows = approaches.of_families(metrics, FAMILY)
    if len(rows):
        shown += html.figure(
            figures.differences(rows),
            "sent-in",
            source="comparisons.csv",
            numbers=approaches.comparisons(rows, question=False),
        )
    return html.heading("Sent in") + said + shown

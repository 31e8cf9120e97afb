"""Sections on the catalogue: what two sources of its genres agree on, which films are missing."""

from report import figures, html, text
from report.html import Html
from report.loading import Metrics
from report.tables import catalogue as tables

SHARED = (
    "Read this as a mark, not as a bound. Such catalogues are no independent witnesses: people "
    "edit them from the same posters and synopses, and may look at one another's pages, so two may "
    "agree more than two viewers would. On the other hand, a model that learns one catalogue's "
    "habits can agree with it more than the other catalogue does. F1 is the fairer of the two "
    "numbers: a source that only says yes or no cannot rank films, which holds its average "
    "precision down."
)


def label_agreement(metrics: Metrics) -> Html:
    """What two sources agree on, genre by genre; a sentence where it is unknown."""
    rows = metrics.table("label_ceiling")
    if rows.empty:
        return html.paragraph(_unknown(metrics))
    whole = rows[rows["genre"].isna()]
    of = {row["metric"]: row for row in whole.to_dict("records")}
    f1, same = of["macro_f1"], of["exact_match"]["value"]
    spread = text.interval(f1["lo"], f1["hi"])
    source = metrics.catalogue.get("second_source", {}).get("path", "second_source.txt")
    words = html.paragraph(
        f"A second source ({text.isolate(source)}) knows the genres of "
        f"{text.counted(int(f1['films']), 'film')} too. It gives exactly the same ones to "
        f"{same:.0%} of them; its macro F1 is {text.number(f1['value'])}"
        + (f" ({spread})" if spread else "")
        + f". {SHARED}"
    )
    chart = figures.label_agreement(rows)
    numbers = tables.label_agreement(rows)
    return words + html.figure(
        chart, "label-agreement", source="label_ceiling.csv", numbers=numbers
    )


def missing(metrics: Metrics) -> Html:
    """Whether films are missing at random; one sentence where none is, nothing where unknown."""
    if not (said := metrics.splits.get("missing")):
        return Html("")
    heading, rows = html.heading("Which films are missing"), metrics.table("missing")
    if rows.empty or not rows["missing"].iloc[0]:
        return heading + html.paragraph(said)
    words = html.paragraph(
        f"{said} Each genre and each decade is held against all other films; in the test, films "
        "of one collection go together."
    )
    numbers = tables.missing(rows)
    return (
        heading
        + words
        + html.figure(figures.missing(rows), "missing", source="missing.csv", numbers=numbers)
    )


def _unknown(metrics: Metrics) -> str:
    of = metrics.catalogue.get("second_source", {"path": "second_source.txt", "films": 0})
    file = f"{text.isolate(of['path'])} (catalogue.second_source)"
    if not of["films"]:
        return f"How far two sources of genres agree is unknown: {file} names no film."
    return (
        f"How far two sources of genres agree is unknown: {file} names the genres of "
        f"{of['films']} of these films, which are too few to say."
    )

"""Sentences of the site's first page: what is found on films, and what it was found with."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from report.corpora import Corpus
from report.html import Html
from report.loading import Metrics
from report.tables.features import features
from report.tables.genres import owned
from report.text import counted, isolate, listed, number
from report.wording import chance_level, findings

WHO = {"all": "picture, sound and words together", "both": "picture and sound together"}
WHO |= {"picture": "picture", "sound": "sound", "words": "words"}
OTHERS = (
    "All of these were computed and published by others. What they say of picture against sound is "
    "said of these features alone, not of picture and sound as such."
)


def sentence(metrics: Metrics) -> Html:
    """One plain sentence of four numbers: both, picture, sound and guessing, on which trailers."""
    films = f"{int(metrics.approaches['films'].iloc[0]):,}"
    on = f"On {films} real trailers"
    if metrics.sample:
        on = f"On {films} rendered trailers of films that do not exist"
    scores = {m: number(metrics.approach(slug)["macro_ap"]) for m, slug in metrics.named.items()}
    order = [modality for modality in WHO if modality in scores]
    verb = "scores" if order[0] in ("picture", "sound") else "score"
    said = [f"{WHO[m]} <strong>{scores[m]}</strong>" for m in order]
    said[0] = f"{WHO[order[0]]} {verb} <strong>{scores[order[0]]}</strong> of 1"
    chance = f"<strong>{number(chance_level(metrics))}</strong>"
    return Html(f'<p class="answer">{on}, {", ".join(said)}; guessing scores {chance}.</p>')


def three(metrics: Metrics) -> list[str]:
    """Three findings: against chance, by genre, and what a threshold makes of it."""
    every = findings(metrics)
    return [every[0], _by_genre(metrics) or every[1], every[-1]]


def _by_genre(metrics: Metrics) -> str:
    if metrics.table("owned_genres").empty:
        return ""
    rows = owned(metrics)
    parts = [
        f"the {side} is clearly better for {listed(genres)}"
        for side in ("picture", "sound")
        if (genres := rows.loc[rows["owner"] == side, "genre"].tolist())
    ]
    judged_genres = int(rows["owner"].isin(["picture", "sound", "undecided"]).sum())
    if not parts:
        return f"For none of {counted(judged_genres, 'genre')} one of the two is clearly better."
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]} (of {counted(judged_genres, 'genre')} judged one by one)."


def inputs(metrics: Metrics) -> list[str]:
    """What the embeddings are, and are not: a line a table of features, or a backbone that ran."""
    tables = features(metrics)
    if tables:
        lines = {
            f"{modality.capitalize()}: {_said(table, 'computed_from')}.": _said(table, "note")
            for table in tables.values()
            for modality in [str(table["modality"])]
        }
        notes = list(dict.fromkeys(note for note in lines.values() if note))
        return [*lines, *(f"{note}." for note in notes), OTHERS]
    models = metrics.table("models")
    if models.empty:
        return []
    return [
        f"{metrics.names.backbone(str(row['backbone']))} ({row['modality']}): "
        f"{'. '.join(filter(None, (_said(row, 'input'), _said(row, 'note'))))}."
        for row in models[models["run"] == 1].fillna("").to_dict("records")
    ]


def _said(record: Mapping[Any, Any], name: str) -> str:
    text = str(record.get(name) or "").strip().rstrip(".")
    return isolate(text) if text and text != "–" else ""


def elsewhere(corpora: Sequence[Corpus], shown: Corpus) -> Html:
    """A line a corpus, with a link to its pages; the one that is shown first."""
    lines = []
    for corpus in sorted(corpora, key=lambda each: each is not shown):
        films = counted(int(corpus.metrics.approaches["films"].iloc[0]), "film")
        kind = "rendered, with known cues planted" if corpus.metrics.sample else "real"
        link = f'<a href="{corpus.name}/index.html">{escape(corpus.title)}</a>'
        lines.append(f"<li>{link}: {films}, {kind}.</li>")
    return Html(f"<ul>{''.join(lines)}</ul>")

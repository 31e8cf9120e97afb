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
from report.wording import chance_level, findings, judged

BETWEEN = {
    1: "the picture tells a film's genres better than the sound",
    -1: "the sound tells a film's genres better than the picture",
    0: "neither picture nor sound is clearly better at telling a film's genres",
}
OTHERS = (
    "All of these were computed and published by others. What they say of picture against sound is "
    "said of these features alone, not of picture and sound as such."
)
FUSION = {
    1: "both together beat the better of the two",
    -1: "both together do worse than the better of the two",
    0: "whether both together beat the better of the two is undecided",
}


def sentence(metrics: Metrics) -> Html:
    """One plain sentence: what the two verdicts named before the run say, on which films."""
    films = int(metrics.approaches["films"].iloc[0])
    on = f"On {films:,} real films"
    if metrics.sample:
        on = f"On {films:,} rendered trailers of films that do not exist"
    elif features(metrics):  # what others published is not all that there is to see and to hear
        on = f"By published features of {films:,} real films"
    said = [
        words[judged(metrics.comparison(metrics.headline[key]))]
        for key, words in (("picture_minus_sound", BETWEEN), ("fusion_gain", FUSION))
        if key in metrics.headline
    ]
    if not said:
        best = metrics.approach(metrics.leading)["macro_ap"]
        chance = number(chance_level(metrics))
        said = [f"{metrics.leading} scores {number(best)} where chance is {chance}"]
    return Html(f'<p class="answer">{on}, {escape(", and ".join(said))}.</p>')


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
